//! Which maps are taken field by field and which as one; which lists are sets, which have keys, which are one value.

use serde_json::{Map, Value};

use super::set::Step;
use crate::sandbox::api::kinds::{Kind, Version};
use crate::sandbox::api::schema::property;

/// How a list is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum List {
    /// Replaced as a whole.
    Atomic,
    /// Scalars, each for itself.
    Set,
    /// Objects that are told apart by these fields.
    Keyed(Vec<String>),
}

/// A place in an object, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    source: Source<'a>,
    /// Name of the field that led here; empty at the root and in items.
    name: &'a str,
    /// How deep: the root is 0.
    depth: usize,
    in_metadata: Within,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Metadata,
    Content,
}

#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    /// A kind of Kubernetes itself; the name of the kind decides in few cases.
    BuiltIn(&'a str),
    /// The schema of a CRD at this place; null where everything is allowed.
    Schema(&'a Value),
}

const NOTHING: &Value = &Value::Null;

/// Lists of Kubernetes' own kinds that have keys, by the name of their field. A key that an item leaves out has the
/// value behind `=`.
const KEYED: [(&str, &[&str]); 16] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("volumes", &["name"]),
    ("env", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("imagePullSecrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("conditions", &["type"]),
    ("ownerReferences", &["uid"]),
    (
        "topologySpreadConstraints",
        &["topologyKey", "whenUnsatisfiable"],
    ),
    ("webhooks", &["name"]),
    ("ports", &["containerPort", "protocol=TCP"]),
    ("secrets", &["name"]),
    ("addresses", &["type"]),
];

/// Maps of Kubernetes' own kinds that are one value.
const ATOMIC_MAPS: [&str; 7] = [
    "selector",
    "nodeSelector",
    "roleRef",
    "scopeSelector",
    "labelSelector",
    "namespaceSelector",
    "podSelector",
];

/// Parts of Kubernetes' own kinds that are always there, so nobody ever adds them.
const ALWAYS_THERE: [&str; 7] = [
    "spec",
    "status",
    "template",
    "strategy",
    "metadata",
    "containers",
    "jobTemplate",
];

impl<'a> Shape<'a> {
    /// The root of an object of this kind.
    pub(crate) fn of(kind: &'a Kind, version: &'a Version) -> Self {
        let source = if kind.is_custom() {
            Source::Schema(&version.schema)
        } else {
            Source::BuiltIn(&kind.kind)
        };
        Self {
            source,
            name: "",
            depth: 0,
            in_metadata: Within::Content,
        }
    }

    pub(crate) fn field(self, name: &'a str) -> Self {
        let is_metadata =
            self.in_metadata == Within::Metadata || self.depth == 0 && name == "metadata";
        let source = match self.source {
            Source::Schema(schema) if !is_metadata => {
                Source::Schema(property(schema, name).unwrap_or(NOTHING))
            }
            same @ (Source::Schema(_) | Source::BuiltIn(_)) => same,
        };
        Self {
            source,
            name,
            depth: self.depth + 1,
            in_metadata: if is_metadata {
                Within::Metadata
            } else {
                Within::Content
            },
        }
    }

    pub(crate) fn item(self) -> Self {
        let source = match self.source {
            Source::Schema(schema) => Source::Schema(schema.get("items").unwrap_or(NOTHING)),
            other @ Source::BuiltIn(_) => other,
        };
        Self {
            source,
            name: if self.name == "ownerReferences" {
                "ownerReference"
            } else {
                ""
            },
            depth: self.depth + 1,
            in_metadata: self.in_metadata,
        }
    }

    pub(crate) fn is_atomic_map(self) -> bool {
        if self.in_metadata == Within::Metadata {
            return self.name == "ownerReference";
        }
        match self.source {
            Source::BuiltIn(_) => ATOMIC_MAPS.contains(&self.name),
            Source::Schema(schema) => schema["x-kubernetes-map-type"] == "atomic",
        }
    }

    pub(crate) fn list(self) -> List {
        if self.in_metadata == Within::Metadata {
            return match self.name {
                "finalizers" => List::Set,
                "ownerReferences" => List::Keyed(vec!["uid".to_owned()]),
                _ => List::Atomic,
            };
        }
        match self.source {
            Source::BuiltIn(kind) => built_in_list(kind, self.name),
            Source::Schema(schema) => schema_list(schema),
        }
    }

    /// Is it there in every object, so that writing it for the first time adds nothing?
    pub(crate) fn is_always_there(self) -> bool {
        match self.source {
            Source::BuiltIn(_) => ALWAYS_THERE.contains(&self.name),
            Source::Schema(_) => self.depth == 1 && self.name == "metadata",
        }
    }
}

fn built_in_list(kind: &str, name: &str) -> List {
    if name == "ports" && kind == "Service" {
        return List::Keyed(vec!["port".to_owned(), "protocol=TCP".to_owned()]);
    }
    if name == "ports" && ["NetworkPolicy", "Endpoints", "EndpointSlice"].contains(&kind) {
        return List::Atomic;
    }
    if name == "finalizers" && kind == "Namespace" {
        return List::Atomic;
    }
    let keyed = KEYED.iter().find(|(known, _)| *known == name);
    keyed.map_or(List::Atomic, |(_, keys)| {
        List::Keyed(keys.iter().map(|key| (*key).to_owned()).collect())
    })
}

fn schema_list(schema: &Value) -> List {
    match schema["x-kubernetes-list-type"].as_str() {
        Some("set") => List::Set,
        Some("map") => {
            let keys = schema["x-kubernetes-list-map-keys"].as_array();
            let keys = keys.into_iter().flatten().filter_map(Value::as_str);
            List::Keyed(keys.map(str::to_owned).collect())
        }
        _ => List::Atomic,
    }
}

/// The step that leads to an item of a list with these keys.
pub(crate) fn step_of(item: &Value, keys: &[String]) -> Step {
    let mut found = Map::new();
    for key in keys {
        let (name, default) = key.split_once('=').unwrap_or((key, ""));
        let value = match item.get(name) {
            Some(value) => value.clone(),
            None if !default.is_empty() => default.into(),
            None => continue,
        };
        found.insert(name.to_owned(), value);
    }
    Step::Item(Value::Object(found).to_string())
}
