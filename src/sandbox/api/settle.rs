//! What the server decides of an object, whatever the request says: its metadata, its name, its status.

use std::sync::Arc;

use serde_json::{Value, json};

use super::objects::text;
use super::status::{Cause, Refusal};
use super::world::Context;

/// The metadata that the server decides, and a name in any case.
pub(crate) fn settle_metadata(
    context: &Context<'_>,
    object: &mut Value,
    old: Option<&Arc<Value>>,
) -> Result<(), Refusal> {
    let call = context.call;
    let metadata = &mut object["metadata"];
    if !metadata.is_object() {
        *metadata = json!({});
    }
    if let Some(old) = old {
        for field in [
            "uid",
            "creationTimestamp",
            "generation",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "resourceVersion",
            "name",
            "namespace",
            "generateName",
            "managedFields",
        ] {
            metadata[field] = old["metadata"][field].clone();
        }
        return Ok(());
    }
    for field in [
        "uid",
        "creationTimestamp",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "resourceVersion",
        "managedFields",
        "selfLink",
    ] {
        if let Some(fields) = metadata.as_object_mut() {
            fields.remove(field);
        }
    }
    if context.kind.is_namespaced() {
        metadata["namespace"] = call.namespace.clone().into();
    }
    let prefix = text(&metadata["generateName"]);
    if text(&metadata["name"]).is_empty() && !prefix.is_empty() {
        metadata["name"] = format!("{prefix}{}", suffix()).into();
    }
    if text(&metadata["name"]).is_empty() {
        let cause = Cause::required("metadata.name", "name or generateName is required");
        return Err(Refusal::invalid(&context.kind, "", &[cause]));
    }
    Ok(())
}

/// Five letters that nobody else has, as Kubernetes ends generated names.
fn suffix() -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let random = uuid::Uuid::now_v7().as_u128();
    (0..5_u32)
        .map(|place| {
            let index = (random >> (place * 5)) & 0x1f;
            let index = usize::try_from(index).unwrap_or(0) % LETTERS.len();
            char::from(LETTERS[index])
        })
        .collect()
}

/// `status` is written through its own path only, and that path writes nothing else.
pub(crate) fn settle_status(context: &Context<'_>, object: &mut Value, old: Option<&Arc<Value>>) {
    if !context.has_own_status() {
        return;
    }
    let status = match old {
        Some(old) if context.is_about_status() => {
            let status = object["status"].take();
            *object = (**old).clone();
            status
        }
        Some(old) => old["status"].clone(),
        // A new object has no status yet, but for what its kind starts with.
        None => Value::Null,
    };
    object["status"] = status;
}

pub(crate) fn check_preconditions(
    context: &Context<'_>,
    old: &Value,
    object: &Value,
) -> Result<(), Refusal> {
    let (wanted, found) = (&object["metadata"], &old["metadata"]);
    let name = &context.call.name;
    if !wanted["name"].is_null() && wanted["name"] != found["name"] {
        return Err(Refusal::bad_request(format!(
            "the name of the object ({}) does not match the name on the URL ({name})",
            text(&wanted["name"])
        )));
    }
    if !wanted["uid"].is_null() && wanted["uid"] != found["uid"] {
        let why = uid_mismatch(&wanted["uid"], &found["uid"]);
        return Err(Refusal::conflict(&context.kind, name, &why));
    }
    let version = text(&wanted["resourceVersion"]);
    if !version.is_empty() && version != text(&found["resourceVersion"]) {
        return Err(Refusal::stale(&context.kind, name));
    }
    Ok(())
}

pub(crate) fn uid_mismatch(wanted: &Value, found: &Value) -> String {
    format!(
        "Precondition failed: UID in precondition: {}, UID in object meta: {}",
        text(wanted),
        text(found)
    )
}
