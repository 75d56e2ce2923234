//! What we have applied before. Server-side apply takes back whatever an earlier apply of the same manager said and the
//! next one leaves out: so a later apply of one field must say all the others again. Pure.

use kube::api::DynamicObject;
use serde_json::{Map, Value};

use super::kinds::FIELD_MANAGER;

/// The fields that we own by apply, with the values that they have now. Lists come whole: we apply none in part.
pub(crate) fn applied_by_us(object: &DynamicObject) -> Value {
    let whole = serde_json::to_value(object).unwrap_or_default();
    let entries = object.metadata.managed_fields.iter().flatten();
    let ours = entries.filter(|entry| {
        entry.manager.as_deref() == Some(FIELD_MANAGER)
            && entry.operation.as_deref() == Some("Apply")
    });
    ours.filter_map(|entry| entry.fields_v1.as_ref())
        .find_map(|fields| part(&fields.0, &whole))
        .unwrap_or_else(|| Value::Object(Map::new()))
}

fn part(fields: &Value, whole: &Value) -> Option<Value> {
    let inner: Vec<(&str, &Value)> = fields
        .as_object()?
        .iter()
        .filter_map(|(key, inner)| Some((key.strip_prefix("f:")?, inner)))
        .collect();
    if inner.is_empty() {
        return Some(whole.clone());
    }
    let kept = inner
        .into_iter()
        .filter_map(|(name, inner)| Some((name.to_owned(), part(inner, whole.get(name)?)?)));
    Some(Value::Object(kept.collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_we_applied_is_said_again_and_nothing_else() {
        let object = serde_json::from_value(json!({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile",
            "metadata": {"name": "ana", "annotations": {"ours": "1", "theirs": "2"}, "managedFields": [
                {"manager": "kubectl-edit", "operation": "Update", "fieldsType": "FieldsV1",
                 "fieldsV1": {"f:metadata": {"f:annotations": {"f:theirs": {}}}}},
                {"manager": "kubeflow-admin", "operation": "Update", "fieldsType": "FieldsV1",
                 "fieldsV1": {"f:spec": {"f:plugins": {}}}},
                {"manager": "kubeflow-admin", "operation": "Apply", "fieldsType": "FieldsV1",
                 "fieldsV1": {"f:metadata": {"f:annotations": {"f:ours": {}}},
                              "f:spec": {"f:owner": {"f:kind": {}, "f:name": {}}, "f:gone": {}}}},
            ]},
            "spec": {"owner": {"kind": "User", "name": "ana@example.com"}, "plugins": []},
        }));
        assert_eq!(
            applied_by_us(&object.unwrap()),
            json!({
                "metadata": {"annotations": {"ours": "1"}},
                "spec": {"owner": {"kind": "User", "name": "ana@example.com"}},
            })
        );
    }

    #[test]
    fn of_an_object_that_others_made_there_is_nothing_to_repeat() {
        let object = serde_json::from_value(json!({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "ana"}, "spec": {"owner": {}},
        }));
        assert_eq!(applied_by_us(&object.unwrap()), json!({}));
    }
}
