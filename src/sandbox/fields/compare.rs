//! What a write changed, field by field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::set::{Path, Set, Step};
use super::shape::{List, Shape, step_of};

/// Paths that are new, different, or gone.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) added: Set,
    pub(super) modified: Set,
    pub(super) removed: Set,
}

impl Comparison {
    pub(super) fn between(old: Option<&Value>, new: Option<&Value>, shape: Shape<'_>) -> Self {
        let mut comparison = Self::default();
        comparison.walk(old, new, shape, &mut Vec::new());
        comparison
    }

    fn walk(
        &mut self,
        old: Option<&Value>,
        new: Option<&Value>,
        shape: Shape<'_>,
        path: &mut Path,
    ) {
        let (old, new) = (present(old), present(new));
        let sides = [old, new];
        let any = |test: fn(&Value) -> bool| sides.iter().flatten().any(|side| test(side));
        let all = |test: fn(&Value) -> bool| sides.iter().flatten().all(|side| test(side));
        if old == new {
            return;
        }
        if any(Value::is_object) && all(Value::is_object) && !shape.is_atomic_map() {
            self.note_container(old, new, shape, path);
            self.walk_map(old, new, shape, path);
        } else if any(Value::is_array) && all(Value::is_array) && shape.list() != List::Atomic {
            self.note_container(old, new, shape, path);
            self.walk_list(old, new, shape, path);
        } else {
            self.note(old, new, path);
        }
    }

    fn note(&mut self, old: Option<&Value>, new: Option<&Value>, path: &[Step]) {
        match (old, new) {
            (None, Some(_)) => self.added.insert(path),
            (Some(_), None) => self.removed.insert(path),
            (Some(_), Some(_)) => self.modified.insert(path),
            (None, None) => {}
        }
    }

    /// A map or list that comes or goes as a whole counts beside its content.
    fn note_container(
        &mut self,
        old: Option<&Value>,
        new: Option<&Value>,
        shape: Shape<'_>,
        path: &[Step],
    ) {
        if (old.is_none() || new.is_none()) && !shape.is_always_there() {
            self.note(old, new, path);
        }
    }

    fn walk_map(
        &mut self,
        old: Option<&Value>,
        new: Option<&Value>,
        shape: Shape<'_>,
        path: &mut Path,
    ) {
        let names: BTreeSet<&String> = [old, new]
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flat_map(|map| map.keys())
            .collect();
        for name in names {
            path.push(Step::Field(name.clone()));
            let side = |value: Option<&'_ Value>| value.and_then(|value| value.get(name)).cloned();
            let (old, new) = (side(old), side(new));
            self.walk(old.as_ref(), new.as_ref(), shape.field(name), path);
            path.pop();
        }
    }

    fn walk_list(
        &mut self,
        old: Option<&Value>,
        new: Option<&Value>,
        shape: Shape<'_>,
        path: &mut Path,
    ) {
        let (old, new) = (steps(old, &shape.list()), steps(new, &shape.list()));
        let all: BTreeSet<&Step> = old.iter().chain(&new).map(|(step, _)| step).collect();
        let find = |side: &[(Step, Value)], wanted: &Step| {
            let found = side.iter().find(|(step, _)| step == wanted);
            found.map(|(_, value)| value.clone())
        };
        for step in all {
            path.push(step.clone());
            let (old, new) = (find(&old, step), find(&new, step));
            self.walk(old.as_ref(), new.as_ref(), shape.item(), path);
            path.pop();
        }
    }
}

/// Null is as good as absent.
fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

/// The items of a list with the steps that lead to them.
pub(super) fn steps(list: Option<&Value>, how: &List) -> Vec<(Step, Value)> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items
        .map(|item| {
            let step = match how {
                List::Keyed(keys) => step_of(item, keys),
                List::Set | List::Atomic => Step::Value(item.to_string()),
            };
            (step, item.clone())
        })
        .collect()
}

/// The fields that an applied configuration names: its leaves, and the items of lists with keys.
pub(super) fn fields_of(config: &Value, shape: Shape<'_>) -> Set {
    let mut set = Set::default();
    name_fields(config, shape, &mut Vec::new(), &mut set);
    set
}

fn name_fields(value: &Value, shape: Shape<'_>, path: &mut Path, set: &mut Set) {
    if let Some(map) = value.as_object().filter(|map| !map.is_empty())
        && !shape.is_atomic_map()
    {
        for (name, value) in map {
            path.push(Step::Field(name.clone()));
            name_fields(value, shape.field(name), path, set);
            path.pop();
        }
    } else if value.as_array().is_some_and(|list| !list.is_empty()) && shape.list() != List::Atomic
    {
        for (step, item) in steps(Some(value), &shape.list()) {
            path.push(step);
            set.insert(path);
            if item.is_object() {
                name_fields(&item, shape.item(), path, set);
            }
            path.pop();
        }
    } else {
        set.insert(path);
    }
}
