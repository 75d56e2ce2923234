//! The schema of a custom resource: what it does not know is dropped, what contradicts it is refused.

use serde_json::{Map, Value};

use super::status::{Cause, type_of};

/// What contradicts the schema, in the words of the API server's validation.
pub(crate) fn causes(schema: &Value, object: &Value) -> Vec<Cause> {
    let mut found = Vec::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        if ["apiVersion", "kind", "metadata"].contains(&name.as_str()) {
            continue;
        }
        if let Some(below) = property(schema, name) {
            check(below, value, name, &mut found);
        }
    }
    require(schema, object, "", &mut found);
    found
}

pub(crate) fn property<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let declared = schema["properties"].get(name);
    declared.or_else(|| {
        schema
            .get("additionalProperties")
            .filter(|more| more.is_object())
    })
}

fn check(schema: &Value, value: &Value, at: &str, found: &mut Vec<Cause>) {
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    if !fits_type(schema, value) {
        let wanted = schema["type"].as_str().unwrap_or("integer or string");
        let why = format!(
            "{at} in body must be of type {wanted}: {:?}",
            type_of(value)
        );
        found.push(Cause::of_type(at, value, &why));
        return;
    }
    check_text(schema, value, at, found);
    if let Some(known) = schema["enum"].as_array()
        && !known.contains(value)
    {
        let known: Vec<String> = known
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        found.push(Cause::unsupported(at, value, &known));
    }
    require(schema, value, at, found);
    for (name, below) in value.as_object().into_iter().flatten() {
        if let Some(schema) = property(schema, name) {
            check(schema, below, &format!("{at}.{name}"), found);
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(schema) = schema.get("items") {
            check(schema, item, &format!("{at}[{index}]"), found);
        }
    }
}

fn fits_type(schema: &Value, value: &Value) -> bool {
    if schema["x-kubernetes-int-or-string"] == true {
        return value.is_string() || value.is_i64() || value.is_u64();
    }
    match schema["type"].as_str() {
        None => true,
        Some("number") => value.is_number(),
        Some(wanted) => type_of(value) == wanted,
    }
}

fn check_text(schema: &Value, value: &Value, at: &str, found: &mut Vec<Cause>) {
    let Some(text) = value.as_str() else {
        return;
    };
    if let Some(pattern) = schema["pattern"].as_str()
        && regex_lite::Regex::new(pattern).is_ok_and(|regex| !regex.is_match(text))
    {
        let why = format!("{at} in body should match '{pattern}'");
        found.push(Cause::invalid(at, value, &why));
    }
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    if schema["maxLength"]
        .as_u64()
        .is_some_and(|most| length > most)
    {
        let why = format!("may not be more than {} bytes", schema["maxLength"]);
        found.push(Cause::invalid(at, value, &why));
    }
    if schema["minLength"]
        .as_u64()
        .is_some_and(|least| length < least)
    {
        let why = format!(
            "{at} in body should be at least {} chars long",
            schema["minLength"]
        );
        found.push(Cause::invalid(at, value, &why));
    }
}

fn require(schema: &Value, value: &Value, at: &str, found: &mut Vec<Cause>) {
    let Some(map) = value.as_object() else {
        return;
    };
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !map.contains_key(name) {
            let field = if at.is_empty() {
                name.to_owned()
            } else {
                format!("{at}.{name}")
            };
            found.push(Cause::required(field, ""));
        }
    }
}

/// Drops every field that the schema does not declare, except where it keeps unknown ones.
pub(crate) fn prune(schema: &Value, object: &mut Value) {
    if let Some(map) = object.as_object_mut() {
        let names = ["apiVersion", "kind", "metadata"];
        let kept: Map<String, Value> = names
            .iter()
            .filter_map(|name| map.remove_entry(*name))
            .collect();
        prune_below(schema, object);
        if let Some(map) = object.as_object_mut() {
            map.extend(kept);
        }
    }
}

fn prune_below(schema: &Value, value: &mut Value) {
    let keeps_unknown = schema["x-kubernetes-preserve-unknown-fields"] == true;
    if let Some(map) = value.as_object_mut() {
        if !keeps_unknown {
            map.retain(|name, _| property(schema, name).is_some());
        }
        for (name, below) in map.iter_mut() {
            if let Some(schema) = property(schema, name) {
                prune_below(schema, below);
            }
        }
    } else if let (Some(list), Some(items)) = (value.as_array_mut(), schema.get("items")) {
        for item in list {
            prune_below(items, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({ "type": "object", "properties": { "spec": { "type": "object", "properties": {
            "owner": { "type": "object", "required": ["kind", "name"], "properties": { "kind": { "type": "string" }, "name": { "type": "string" } } },
            "hard": { "type": "object", "additionalProperties": { "x-kubernetes-int-or-string": true, "pattern": "^[0-9]+$" } },
            "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
        } } } })
    }

    #[test]
    fn contradictions_are_named_where_they_are() {
        let object =
            json!({ "spec": { "owner": { "name": 1 }, "hard": { "cpu": "x", "pods": 3 } } });
        let fields: Vec<String> = causes(&schema(), &object)
            .into_iter()
            .map(|cause| format!("{}: {}", cause.field, cause.message))
            .collect();
        assert_eq!(
            fields,
            [
                "spec.hard.cpu: Invalid value: \"x\": spec.hard.cpu in body should match '^[0-9]+$'",
                "spec.owner.kind: Required value",
                "spec.owner.name: Invalid value: \"integer\": spec.owner.name in body must be of type string: \"integer\"",
            ]
        );
    }

    #[test]
    fn unknown_fields_are_dropped_but_where_everything_is_kept() {
        let mut object = json!({ "metadata": { "name": "a" }, "extra": 1, "spec": { "free": { "x": 1 }, "other": 2 } });
        prune(&schema(), &mut object);
        assert_eq!(
            object,
            json!({ "metadata": { "name": "a" }, "spec": { "free": { "x": 1 } } })
        );
    }
}
