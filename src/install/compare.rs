//! What differs between an object as it is and as it would be: names of fields, never values. Pure.

use serde_json::Value;

/// Changed fields that are named of one object.
const FIELDS_NAMED: usize = 5;

/// Names of what differs, without what the API server keeps for itself.
pub(super) fn changed_fields(before: &Value, after: &Value) -> Vec<String> {
    let plain = |object: &Value| {
        let mut object = object.clone();
        if let Some(metadata) = object["metadata"].as_object_mut() {
            for field in ["managedFields", "resourceVersion", "generation"] {
                metadata.remove(field);
            }
        }
        if let Some(fields) = object.as_object_mut() {
            fields.remove("status");
        }
        object
    };
    let mut found = Vec::new();
    differences("", &plain(before), &plain(after), &mut found);
    found
}

fn differences(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    if before == after || found.len() >= FIELDS_NAMED {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for key in old
                .keys()
                .chain(new.keys().filter(|key| !old.contains_key(*key)))
            {
                let (old, new) = (
                    old.get(key).unwrap_or(&Value::Null),
                    new.get(key).unwrap_or(&Value::Null),
                );
                differences(&format!("{path}.{key}"), old, new, found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                differences(&format!("{path}[{index}]"), old, new, found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changed_fields_are_named_and_what_the_server_keeps_is_not() {
        let before = json!({
            "metadata": {"name": "a", "resourceVersion": "1", "managedFields": []},
            "spec": {"image": "old", "list": [1, 2], "gone": true}, "status": {"ready": 1},
        });
        let after = json!({
            "metadata": {"name": "a", "resourceVersion": "2"},
            "spec": {"image": "new", "list": [1, 3], "new": {}},
        });
        let expected = [".spec.gone", ".spec.image", ".spec.list[1]", ".spec.new"];
        assert_eq!(changed_fields(&before, &after), expected);
        assert_eq!(changed_fields(&before, &before), Vec::<String>::new());
    }
}
