//! Joins an applied configuration with an object, and takes fields out of objects again.

use serde_json::{Map, Value};

use super::compare::steps;
use super::set::{Set, Step};
use super::shape::{List, Shape};

/// `config` laid over `live`: maps field by field, lists as their shape says, everything else replaced.
pub(super) fn merged(live: &Value, config: &Value, shape: Shape<'_>) -> Value {
    if let (Some(old), Some(new)) = (live.as_object(), config.as_object())
        && !shape.is_atomic_map()
    {
        let mut all: Map<String, Value> = old.clone();
        for (name, value) in new {
            let before = old.get(name).unwrap_or(&Value::Null);
            all.insert(name.clone(), merged(before, value, shape.field(name)));
        }
        return Value::Object(all);
    }
    if live.is_array() && config.is_array() && shape.list() != List::Atomic {
        return merged_list(live, config, shape);
    }
    config.clone()
}

fn merged_list(live: &Value, config: &Value, shape: Shape<'_>) -> Value {
    let how = shape.list();
    let wanted = steps(Some(config), &how);
    let mut all = steps(Some(live), &how);
    for (step, item) in wanted {
        match all.iter_mut().find(|(known, _)| *known == step) {
            Some((_, known)) => *known = merged(known, &item, shape.item()),
            None => all.push((step, item)),
        }
    }
    all.into_iter().map(|(_, item)| item).collect()
}

/// The object without the fields of `goes` that nothing in `stays` holds, and without maps and lists that this
/// leaves empty and that had come with those fields.
pub(super) fn pruned(object: &Value, shape: Shape<'_>, goes: &Set, stays: &Set) -> Value {
    let mut pruned = object.clone();
    prune(&mut pruned, shape, goes, stays, &mut Vec::new());
    pruned
}

fn prune(value: &mut Value, shape: Shape<'_>, goes: &Set, stays: &Set, path: &mut Vec<Step>) {
    if shape.is_atomic_map() {
        return;
    }
    let is_over = |path: &[Step]| goes.reaches(path) && !stays.reaches(path);
    if let Some(map) = value.as_object_mut() {
        let names: Vec<String> = map.keys().cloned().collect();
        for name in names {
            path.push(Step::Field(name.clone()));
            if is_over(path) {
                map.remove(&name);
            } else if let Some(below) = map.get_mut(&name) {
                prune(below, shape.field(&name), goes, stays, path);
            }
            path.pop();
        }
    } else if value.is_array() && shape.list() != List::Atomic {
        let how = shape.list();
        let mut kept = Vec::new();
        for (step, mut item) in steps(Some(value), &how) {
            path.push(step);
            if !is_over(path) {
                prune(&mut item, shape.item(), goes, stays, path);
                kept.push(item);
            }
            path.pop();
        }
        *value = kept.into_iter().collect();
    }
}

/// A strategic merge patch: like an apply, but null takes a field away and `$patch: delete` an item.
pub(crate) fn strategic(object: &Value, patch: &Value, shape: Shape<'_>) -> Value {
    if let (Some(old), Some(new)) = (object.as_object(), patch.as_object()) {
        let mut all = old.clone();
        for (name, value) in new.iter().filter(|(name, _)| !name.starts_with('$')) {
            if value.is_null() {
                all.remove(name);
            } else {
                let before = old.get(name).unwrap_or(&Value::Null);
                all.insert(name.clone(), strategic(before, value, shape.field(name)));
            }
        }
        return Value::Object(all);
    }
    let how = shape.list();
    if !object.is_array() || !patch.is_array() || how == List::Atomic {
        return patch.clone();
    }
    let mut all = steps(Some(object), &how);
    for (step, item) in steps(Some(patch), &how) {
        let at = all.iter().position(|(known, _)| *known == step);
        match at {
            Some(at) if item["$patch"] == "delete" => drop(all.remove(at)),
            Some(at) => all[at].1 = strategic(&all[at].1.clone(), &item, shape.item()),
            None => all.push((step, item)),
        }
    }
    all.into_iter().map(|(_, item)| item).collect()
}
