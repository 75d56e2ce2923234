//! What our own field manager has applied to an object before.
//!
//! Server-side apply takes away every field that its manager applied earlier and now leaves out. Whoever applies a part
//! of an object therefore brings the rest along, as it is now. Pure.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use kube::api::DynamicObject;
use serde_json::{Map, Value, json};

use super::kinds::FIELD_MANAGER;

/// The fields we applied, with their present values; an empty object if there are none.
pub(crate) fn by_us(found: &DynamicObject) -> Value {
    let ours = |entry: &&ManagedFieldsEntry| {
        entry.manager.as_deref() == Some(FIELD_MANAGER)
            && entry.operation.as_deref() == Some("Apply")
            && entry.subresource.is_none()
    };
    let mut entries = found.metadata.managed_fields.iter().flatten();
    let fields = entries
        .find(ours)
        .and_then(|entry| entry.fields_v1.as_ref());
    match (fields, serde_json::to_value(found)) {
        (Some(fields), Ok(live)) => present(&fields.0, &live),
        _ => json!({}),
    }
}

/// The parts of `live` that `fields` names. Lists are taken whole: theirs is a notation of its own.
fn present(fields: &Value, live: &Value) -> Value {
    let names: Vec<(&str, &Value)> = fields
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, inner)| Some((key.strip_prefix("f:")?, inner)))
        .collect();
    let Value::Object(live) = live else {
        return live.clone();
    };
    if names.is_empty() {
        return Value::Object(live.clone());
    }
    let kept: Map<String, Value> = names
        .into_iter()
        .filter_map(|(name, inner)| Some((name.to_owned(), present(inner, live.get(name)?))))
        .collect();
    Value::Object(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(operation: &str) -> DynamicObject {
        serde_json::from_value(json!({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile",
            "metadata": {
                "name": "ana", "annotations": {"kubeflow-admin/operation": "1", "other": "2"},
                "managedFields": [{
                    "manager": "kubeflow-admin", "operation": operation,
                    "fieldsV1": {
                        "f:metadata": {"f:annotations": {"f:kubeflow-admin/operation": {}}},
                        "f:spec": {"f:owner": {"f:name": {}}, "f:resourceQuotaSpec": {"f:hard": {"f:cpu": {}, "f:gone": {}}}},
                    },
                }],
            },
            "spec": {
                "owner": {"kind": "User", "name": "ana@example.com"},
                "resourceQuotaSpec": {"hard": {"cpu": "4", "memory": "8Gi"}},
            },
        }))
        .unwrap()
    }

    #[test]
    fn what_was_applied_comes_back_with_its_present_value_and_nothing_else_does() {
        let expected = json!({
            "metadata": {"annotations": {"kubeflow-admin/operation": "1"}},
            "spec": {"owner": {"name": "ana@example.com"}, "resourceQuotaSpec": {"hard": {"cpu": "4"}}},
        });
        assert_eq!(by_us(&profile("Apply")), expected);
        assert_eq!(by_us(&profile("Update")), json!({}));
    }
}
