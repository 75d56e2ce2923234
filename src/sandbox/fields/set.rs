//! A set of field paths, and its form in `managedFields` (`FieldsV1`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One step of a path. The order is that of their JSON keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// `f:name`
    Field(String),
    /// `k:{"name":"x"}`: the item of a list with these keys, as JSON.
    Item(String),
    /// `v:"x"`: this very value in a set, as JSON.
    Value(String),
}

impl Step {
    fn key(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Item(keys) => format!("k:{keys}"),
            Self::Value(value) => format!("v:{value}"),
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        let (kind, rest) = key.split_once(':')?;
        match kind {
            "f" => Some(Self::Field(rest.to_owned())),
            "k" => Some(Self::Item(rest.to_owned())),
            "v" => Some(Self::Value(rest.to_owned())),
            _ => None,
        }
    }

    /// As a conflict names it: `.name`, `[name="x"]`, `[="x"]`.
    fn shown(&self) -> String {
        match self {
            Self::Field(name) => format!(".{name}"),
            Self::Item(keys) => {
                let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
                let parts: Vec<_> = keys
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                format!("[{}]", parts.join(","))
            }
            Self::Value(value) => format!("[={value}]"),
        }
    }
}

pub(crate) type Path = Vec<Step>;

/// `.spec.hard.cpu`
pub(crate) fn shown(path: &[Step]) -> String {
    path.iter().map(Step::shown).collect()
}

/// Field paths. A path and its parent are members independently of each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Set {
    nodes: BTreeMap<Step, Node>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    is_member: bool,
    below: Set,
}

impl Set {
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(crate) fn insert(&mut self, path: &[Step]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let node = self.nodes.entry(first.clone()).or_default();
        if rest.is_empty() {
            node.is_member = true;
        } else {
            node.below.insert(rest);
        }
    }

    pub(crate) fn remove(&mut self, path: &[Step]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let Some(node) = self.nodes.get_mut(first) else {
            return;
        };
        if rest.is_empty() {
            node.is_member = false;
        } else {
            node.below.remove(rest);
        }
        if !node.is_member && node.below.is_empty() {
            self.nodes.remove(first);
        }
    }

    pub(crate) fn contains(&self, path: &[Step]) -> bool {
        let Some((first, rest)) = path.split_first() else {
            return false;
        };
        self.nodes.get(first).is_some_and(|node| {
            if rest.is_empty() {
                node.is_member
            } else {
                node.below.contains(rest)
            }
        })
    }

    /// Is this path, or anything below it, in the set?
    pub(crate) fn reaches(&self, path: &[Step]) -> bool {
        match path.split_first() {
            None => !self.is_empty(),
            Some((first, [])) => self.nodes.contains_key(first),
            Some((first, rest)) => self
                .nodes
                .get(first)
                .is_some_and(|node| node.below.reaches(rest)),
        }
    }

    /// Every member, parents before what is below them.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), &mut found);
        found
    }

    fn collect(&self, at: &mut Path, found: &mut Vec<Path>) {
        for (step, node) in &self.nodes {
            at.push(step.clone());
            if node.is_member {
                found.push(at.clone());
            }
            node.below.collect(at, found);
            at.pop();
        }
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        for path in other.paths() {
            self.insert(&path);
        }
    }

    pub(crate) fn subtract(&mut self, other: &Self) {
        for path in other.paths() {
            self.remove(&path);
        }
    }

    pub(crate) fn common(&self, other: &Self) -> Vec<Path> {
        let mut found = self.paths();
        found.retain(|path| other.contains(path));
        found
    }

    fn to_map(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        for (step, node) in &self.nodes {
            let mut below = node.below.to_map();
            if node.is_member && !below.is_empty() {
                below.insert(".".to_owned(), Value::Object(Map::new()));
            }
            fields.insert(step.key(), Value::Object(below));
        }
        fields
    }

    pub(crate) fn to_json(&self) -> Value {
        Value::Object(self.to_map())
    }

    pub(crate) fn of_json(json: &Value) -> Self {
        let mut set = Self::default();
        for (key, below) in json.as_object().into_iter().flatten() {
            let Some(step) = Step::of_key(key) else {
                continue;
            };
            let is_leaf = below.as_object().is_none_or(Map::is_empty);
            let node = Node {
                is_member: is_leaf || below.get(".").is_some(),
                below: Self::of_json(below),
            };
            set.nodes.insert(step, node);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_json_form_is_read_and_written_alike() {
        let json = json!({
            "f:metadata": { "f:labels": { ".": {}, "f:a": {} }, "f:finalizers": { ".": {}, "v:\"x\"": {} } },
            "f:spec": { "f:containers": { "k:{\"name\":\"n\"}": { ".": {}, "f:image": {} } } },
        });
        let set = Set::of_json(&json);
        assert_eq!(set.to_json(), json);
        let paths: Vec<String> = set.paths().iter().map(|path| shown(path)).collect();
        assert_eq!(
            paths,
            [
                ".metadata.finalizers",
                ".metadata.finalizers[=\"x\"]",
                ".metadata.labels",
                ".metadata.labels.a",
                ".spec.containers[name=\"n\"]",
                ".spec.containers[name=\"n\"].image",
            ]
        );
    }

    #[test]
    fn a_parent_may_go_while_its_children_stay() {
        let mut set = Set::of_json(&json!({ "f:a": { ".": {}, "f:b": {} } }));
        set.remove(&[Step::Field("a".into())]);
        assert_eq!(set.to_json(), json!({ "f:a": { "f:b": {} } }));
        set.remove(&[Step::Field("a".into()), Step::Field("b".into())]);
        assert!(set.is_empty());
    }
}
