//! Whether an object may be stored: names, what its schema says, and the few rules of Kubernetes' own kinds that
//! Kubeflow meets. Messages are those of kube-apiserver 1.34.

use serde_json::Value;

use super::kinds::{Kind, Version};
use super::quota::amount_text;
use super::schema;
use super::status::Cause;
use crate::domain::Quantity;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/// Everything that is wrong with a new or changed object.
pub(crate) fn causes(
    kind: &Kind,
    version: &Version,
    object: &Value,
    old: Option<&Value>,
) -> Vec<Cause> {
    let mut found = name(kind, object);
    if kind.is_custom() {
        found.extend(schema::causes(&version.schema, object));
    } else {
        found.extend(built_in(kind, object, old));
    }
    found
}

fn name(kind: &Kind, object: &Value) -> Vec<Cause> {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let rule = match kind.kind.as_str() {
        "Namespace" => label(name),
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => segment(name),
        _ => subdomain(name),
    };
    let cause = |why: String| Cause::invalid("metadata.name", &name.into(), &why);
    rule.into_iter().map(cause).collect()
}

fn is_label(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    ends(text.chars().next())
        && ends(text.chars().last())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn label(name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if !is_label(name) {
        wrong.push(LABEL.to_owned());
    }
    if name.len() > 63 {
        wrong.push("must be no more than 63 bytes".to_owned());
    }
    wrong
}

fn subdomain(name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if name.len() > 253 {
        wrong.push("must be no more than 253 bytes".to_owned());
    }
    if !name.split('.').all(is_label) {
        wrong.push(SUBDOMAIN.to_owned());
    }
    wrong
}

/// Names that only have to be good in a path.
fn segment(name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if name == "." || name == ".." {
        wrong.push(format!("may not be '{name}'"));
    }
    for forbidden in ['/', '%'] {
        if name.contains(forbidden) {
            wrong.push(format!("may not contain '{forbidden}'"));
        }
    }
    wrong
}

fn built_in(kind: &Kind, object: &Value, old: Option<&Value>) -> Vec<Cause> {
    match kind.kind.as_str() {
        "ResourceQuota" => quota(object, old),
        "RoleBinding" | "ClusterRoleBinding" => binding(object, old),
        "Secret" => secret(object, old),
        "PersistentVolumeClaim" => claim(object, old),
        _ => Vec::new(),
    }
}

/// Resources that a quota may name without a domain before them, beside those that are counted.
const MEASURED: [&str; 10] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];

/// Counted in whole numbers.
const COUNTS: [&str; 9] = [
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

fn quota(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let mut found = Vec::new();
    for (resource, amount) in object["spec"]["hard"].as_object().into_iter().flatten() {
        let at = format!("spec.hard[{resource}]");
        let is_standard = MEASURED.contains(&resource.as_str())
            || COUNTS.contains(&resource.as_str())
            || resource.starts_with("hugepages-");
        if !resource.contains('/') && !is_standard {
            found.push(Cause::invalid(
                at.as_str(),
                &resource.as_str().into(),
                "must be a standard resource type or fully qualified",
            ));
            found.push(Cause::invalid(
                at.as_str(),
                &resource.as_str().into(),
                "must be a standard resource for quota",
            ));
        }
        let text = amount_text(amount);
        if text.starts_with('-') {
            found.push(Cause::invalid(
                at.as_str(),
                &text.as_str().into(),
                "must be greater than or equal to 0",
            ));
        }
        let is_count = COUNTS.contains(&resource.as_str()) || resource.starts_with("count/");
        let is_whole = text.parse::<Quantity>().is_ok_and(Quantity::is_whole);
        if is_count && !is_whole && !text.starts_with('-') {
            found.push(Cause::invalid(at, &amount.clone(), "must be an integer"));
        }
    }
    if let Some(old) = old
        && old["spec"]["scopes"] != object["spec"]["scopes"]
    {
        found.push(Cause::invalid(
            "spec.scopes",
            &object["spec"]["scopes"],
            "field is immutable",
        ));
    }
    found
}

fn binding(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let mut found = Vec::new();
    let role = &object["roleRef"];
    if !matches!(role["kind"].as_str(), Some("Role" | "ClusterRole")) {
        let known = ["Role".to_owned(), "ClusterRole".to_owned()];
        found.push(Cause::unsupported(
            "roleRef.kind",
            &shown(&role["kind"]),
            &known,
        ));
    }
    if role["name"].as_str().unwrap_or_default().is_empty() {
        found.push(Cause::required("roleRef.name", ""));
    }
    for (index, subject) in object["subjects"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let at = format!("subjects[{index}]");
        if subject["name"].as_str().unwrap_or_default().is_empty() {
            found.push(Cause::required(format!("{at}.name"), ""));
        }
        let kind = subject["kind"].as_str().unwrap_or_default();
        if kind == "ServiceAccount" && subject["namespace"].as_str().unwrap_or_default().is_empty()
        {
            found.push(Cause::required(format!("{at}.namespace"), ""));
        }
        if !["User", "Group", "ServiceAccount"].contains(&kind) {
            let known = ["ServiceAccount", "User", "Group"].map(str::to_owned);
            found.push(Cause::unsupported(
                format!("{at}.kind"),
                &shown(&subject["kind"]),
                &known,
            ));
        }
    }
    if let Some(old) = old
        && old["roleRef"] != *role
    {
        let value = format!(
            "rbac.RoleRef{{APIGroup:{}, Kind:{}, Name:{}}}",
            role["apiGroup"], role["kind"], role["name"]
        );
        found.push(Cause {
            field: "roleRef".to_owned(),
            reason: "FieldValueInvalid",
            message: format!("Invalid value: {value}: cannot change roleRef"),
        });
    }
    found
}

fn secret(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    match old {
        Some(old) if old["type"] != object["type"] => {
            vec![Cause::invalid(
                "type",
                &object["type"],
                "field is immutable",
            )]
        }
        _ => Vec::new(),
    }
}

fn claim(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let Some(old) = old else {
        return Vec::new();
    };
    let fixed = |claim: &Value| {
        let mut spec = claim["spec"].clone();
        if let Some(fields) = spec.as_object_mut() {
            fields.remove("resources");
            fields.remove("volumeName");
        }
        spec
    };
    let may_name_class = old["spec"]["storageClassName"].is_null();
    if fixed(old) == fixed(object) || may_name_class {
        return Vec::new();
    }
    vec![Cause {
        field: "spec".to_owned(),
        reason: "FieldValueForbidden",
        message: "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims".to_owned(),
    }]
}

fn shown(value: &Value) -> Value {
    if value.is_null() {
        "".into()
    } else {
        value.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quotas_name_what_kubernetes_counts() {
        let wrong = |hard: Value| {
            let causes = quota(&json!({ "spec": { "hard": hard } }), None);
            causes
                .into_iter()
                .map(|cause| cause.field)
                .collect::<Vec<_>>()
        };
        assert!(wrong(json!({ "cpu": "4", "requests.nvidia.com/gpu": "1", "count/notebooks.kubeflow.org": "3" })).is_empty());
        assert_eq!(
            wrong(json!({ "gpu": "1" })),
            ["spec.hard[gpu]", "spec.hard[gpu]"]
        );
        assert_eq!(wrong(json!({ "pods": "1.5" })), ["spec.hard[pods]"]);
        assert_eq!(wrong(json!({ "cpu": "-1" })), ["spec.hard[cpu]"]);
    }

    #[test]
    fn a_namespace_is_a_label_and_other_names_may_have_dots() {
        assert!(label("ana").is_empty() && subdomain("john.doe").is_empty());
        assert_eq!(label("john.doe").len(), 1);
        assert_eq!(subdomain("Ana").len(), 1);
    }
}
