//! What the API server fills in by itself, and the one form in which it keeps amounts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::kinds::Kind;
use super::quota::amount_text;
use super::rbac;
use crate::domain::Quantity;

/// Brings a new or changed object into the form in which it is stored.
pub(crate) fn apply(kind: &Kind, object: &mut Value) {
    match kind.kind.as_str() {
        "Namespace" => namespace(object),
        "RoleBinding" | "ClusterRoleBinding" => binding(object),
        "Secret" => secret(object),
        "ResourceQuota" => amounts(&mut object["spec"]["hard"]),
        "LimitRange" => limits(object),
        "Pod" => pod(&mut object["spec"]),
        "PersistentVolumeClaim" => {
            amounts(&mut object["spec"]["resources"]["requests"]);
            set(object, &["spec", "volumeMode"], json!("Filesystem"));
            set(object, &["status", "phase"], json!("Pending"));
        }
        "Service" => set(object, &["spec", "type"], json!("ClusterIP")),
        "CustomResourceDefinition" => definition(object),
        _ => {}
    }
}

/// A value where there is none.
fn set(object: &mut Value, path: &[&str], value: Value) {
    let mut at = object;
    for step in path {
        at = &mut at[*step];
    }
    if at.is_null() {
        *at = value;
    }
}

fn namespace(object: &mut Value) {
    let name = object["metadata"]["name"].clone();
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
    set(object, &["spec", "finalizers"], json!(["kubernetes"]));
    set(object, &["status", "phase"], json!("Active"));
}

/// A definition is served at once.
fn definition(object: &mut Value) {
    let condition = |kind: &str, reason: &str| json!({ "type": kind, "status": "True", "reason": reason, "message": "" });
    let conditions = json!([
        condition("NamesAccepted", "NoConflicts"),
        condition("Established", "InitialNamesAccepted")
    ]);
    let names = object["spec"]["names"].clone();
    let versions = object["spec"]["versions"].as_array().into_iter().flatten();
    let stored: Vec<Value> = versions
        .filter(|version| version["storage"] == true)
        .map(|version| version["name"].clone())
        .collect();
    set(
        object,
        &["spec", "conversion"],
        json!({ "strategy": "None" }),
    );
    set(object, &["status", "conditions"], conditions);
    set(object, &["status", "acceptedNames"], names);
    set(object, &["status", "storedVersions"], json!(stored));
}

fn binding(object: &mut Value) {
    set(object, &["roleRef", "apiGroup"], json!(rbac::GROUP));
    for subject in object["subjects"].as_array_mut().into_iter().flatten() {
        if subject["kind"] != "ServiceAccount" && subject["apiGroup"].is_null() {
            subject["apiGroup"] = json!(rbac::GROUP);
        }
    }
}

fn secret(object: &mut Value) {
    set(object, &["type"], json!("Opaque"));
    let Some(texts) = object
        .as_object_mut()
        .and_then(|fields| fields.remove("stringData"))
    else {
        return;
    };
    for (key, text) in texts.as_object().into_iter().flatten() {
        object["data"][key] = STANDARD.encode(text.as_str().unwrap_or_default()).into();
    }
}

fn pod(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    set(spec, &["restartPolicy"], json!("Always"));
    for list in ["containers", "initContainers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            for half in ["requests", "limits"] {
                if container["resources"][half].is_object() {
                    amounts(&mut container["resources"][half]);
                }
            }
            let limits = container["resources"]["limits"].clone();
            for (resource, amount) in limits.as_object().into_iter().flatten() {
                set(
                    container,
                    &["resources", "requests", resource],
                    amount.clone(),
                );
            }
        }
    }
}

fn limits(object: &mut Value) {
    for limit in object["spec"]["limits"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        for part in ["default", "defaultRequest", "max", "min"] {
            if limit[part].is_object() {
                amounts(&mut limit[part]);
            }
        }
        let default = limit["default"].clone();
        for (resource, amount) in default.as_object().into_iter().flatten() {
            set(limit, &["defaultRequest", resource], amount.clone());
        }
    }
}

/// Amounts in canonical text; what is no amount stays for the validation to name.
fn amounts(map: &mut Value) {
    for amount in map
        .as_object_mut()
        .into_iter()
        .flatten()
        .map(|(_, amount)| amount)
    {
        if let Ok(quantity) = amount_text(amount).parse::<Quantity>() {
            *amount = quantity.to_string().into();
        }
    }
}

/// Null is as good as absent, and is not stored.
pub(crate) fn drop_nulls(value: &mut Value) {
    if let Some(map) = value.as_object_mut() {
        map.retain(|_, below| !below.is_null());
        map.values_mut().for_each(drop_nulls);
    } else if let Some(list) = value.as_array_mut() {
        list.iter_mut().for_each(drop_nulls);
    }
}
