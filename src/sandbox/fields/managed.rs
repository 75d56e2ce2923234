//! The entries of `metadata.managedFields`, and how each kind of write changes them.

use serde_json::{Value, json};

use super::compare::{Comparison, fields_of};
use super::merge::{merged, pruned};
use super::set::{Set, Step, shown};
use super::shape::Shape;
use crate::sandbox::api::objects::text;
use crate::sandbox::api::status::Refusal;

/// How a manager came to its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Apply,
    Update,
}

impl Operation {
    fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

/// Who writes, and by what door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Writer {
    pub(crate) manager: String,
    pub(crate) api_version: String,
    /// `status`, or empty.
    pub(crate) subresource: String,
    /// RFC 3339, seconds.
    pub(crate) time: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    operation: Operation,
    writer: Writer,
    fields: Set,
}

impl Entry {
    fn is_of(&self, operation: Operation, writer: &Writer) -> bool {
        self.operation == operation
            && self.writer.manager == writer.manager
            && self.writer.api_version == writer.api_version
            && self.writer.subresource == writer.subresource
    }

    /// As conflicts name a manager.
    fn shown(&self) -> String {
        let Writer {
            manager,
            api_version,
            subresource,
            time,
        } = &self.writer;
        let part = |words: &str, value: &str| {
            if value.is_empty() {
                String::new()
            } else {
                format!(" {words} {value}")
            }
        };
        let door = if subresource.is_empty() {
            String::new()
        } else {
            format!(" with subresource {subresource:?}")
        };
        match self.operation {
            Operation::Apply => format!("{manager:?}{door}"),
            Operation::Update => {
                let when = part("at", time);
                format!("{manager:?}{door}{}{when}", part("using", api_version))
            }
        }
    }
}

/// A field that somebody else owns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Conflict {
    manager: String,
    field: String,
}

/// All entries of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Managed {
    entries: Vec<Entry>,
}

/// Fields of the metadata that nobody owns: what names the object, and what only the server writes.
const NOBODYS: [&str; 12] = [
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "resourceVersion",
    "managedFields",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generateName",
];

/// The object as ownership sees it.
fn owned_part(object: &Value) -> Value {
    let mut part = object.clone();
    if let Some(metadata) = part["metadata"].as_object_mut() {
        for name in NOBODYS {
            metadata.remove(name);
        }
    }
    if let Some(fields) = part.as_object_mut() {
        fields.remove("apiVersion");
        fields.remove("kind");
    }
    part
}

/// Of fields of an [`owned_part`]: nobody owns the metadata as such.
fn without_metadata(mut set: Set) -> Set {
    set.remove(&[Step::Field("metadata".to_owned())]);
    set
}

impl Managed {
    pub(crate) fn of(object: &Value) -> Self {
        let entries = object["metadata"]["managedFields"].as_array();
        let entries = entries.into_iter().flatten().map(|entry| Entry {
            operation: if entry["operation"] == "Apply" {
                Operation::Apply
            } else {
                Operation::Update
            },
            writer: Writer {
                manager: text(&entry["manager"]),
                api_version: text(&entry["apiVersion"]),
                subresource: text(&entry["subresource"]),
                time: text(&entry["time"]),
            },
            fields: Set::of_json(&entry["fieldsV1"]),
        });
        Self {
            entries: entries.collect(),
        }
    }

    /// In the order of the API server: applied first, then by time and name.
    pub(crate) fn to_json(&self) -> Value {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by(|a, b| {
            let key = |entry: &Entry| {
                let writer = entry.writer.clone();
                (
                    entry.operation,
                    writer.time,
                    writer.manager,
                    writer.api_version,
                    writer.subresource,
                )
            };
            key(a).cmp(&key(b))
        });
        let json = |entry: &Entry| {
            let mut json = json!({
                "manager": entry.writer.manager,
                "operation": entry.operation.as_str(),
                "apiVersion": entry.writer.api_version,
                "fieldsType": "FieldsV1",
                "fieldsV1": entry.fields.to_json(),
            });
            for (key, value) in [
                ("time", &entry.writer.time),
                ("subresource", &entry.writer.subresource),
            ] {
                if !value.is_empty() {
                    json[key] = value.clone().into();
                }
            }
            json
        };
        entries.into_iter().map(json).collect()
    }

    /// After a plain write: what it changed belongs to the writer, and to nobody else.
    pub(crate) fn after_update(
        mut self,
        old: Option<&Value>,
        new: &Value,
        shape: Shape<'_>,
        writer: &Writer,
    ) -> Self {
        let old = owned_part(old.unwrap_or(&json!({ "metadata": {} })));
        let comparison = Comparison::between(Some(&old), Some(&owned_part(new)), shape);
        let mut taken = comparison.added;
        taken.extend(&comparison.modified);
        let taken = without_metadata(taken);
        for entry in &mut self.entries {
            entry.fields.subtract(&comparison.removed);
            if !entry.is_of(Operation::Update, writer) {
                entry.fields.subtract(&taken);
            }
        }
        if !taken.is_empty() {
            let mut own = self.take_entry(Operation::Update, writer);
            own.fields.extend(&taken);
            own.writer.time.clone_from(&writer.time);
            self.entries.push(own);
        }
        self.entries.retain(|entry| !entry.fields.is_empty());
        self
    }

    fn take_entry(&mut self, operation: Operation, writer: &Writer) -> Entry {
        let known = self
            .entries
            .iter()
            .position(|entry| entry.is_of(operation, writer));
        match known {
            Some(at) => self.entries.remove(at),
            None => Entry {
                operation,
                writer: writer.clone(),
                fields: Set::default(),
            },
        }
    }

    /// Server-side apply: the new object and its entries, or whose fields are in the way.
    pub(crate) fn apply(
        mut self,
        live: &Value,
        config: &Value,
        shape: Shape<'_>,
        writer: &Writer,
    ) -> Applied {
        let mut own = self.take_entry(Operation::Apply, writer);
        let last = std::mem::replace(
            &mut own.fields,
            without_metadata(fields_of(&owned_part(config), shape)),
        );
        let mut stays = own.fields.clone();
        for entry in &self.entries {
            stays.extend(&entry.fields);
        }
        let object = pruned(&merged(live, config, shape), shape, &last, &stays);
        let comparison =
            Comparison::between(Some(&owned_part(live)), Some(&owned_part(&object)), shape);
        let mut taken = comparison.added;
        taken.extend(&comparison.modified);
        let mut conflicts = Vec::new();
        for entry in &mut self.entries {
            for path in entry.fields.common(&taken) {
                conflicts.push(Conflict {
                    manager: entry.shown(),
                    field: shown(&path),
                });
            }
            entry.fields.subtract(&taken);
            entry.fields.subtract(&comparison.removed);
        }
        if own.fields != last {
            own.writer.time.clone_from(&writer.time);
        }
        self.entries.push(own);
        self.entries.retain(|entry| !entry.fields.is_empty());
        Applied {
            object,
            managed: self,
            conflicts,
        }
    }
}

/// What an apply comes to. With conflicts it stands only when it is forced.
#[derive(Debug)]
pub(crate) struct Applied {
    pub(crate) object: Value,
    pub(crate) managed: Managed,
    pub(crate) conflicts: Vec<Conflict>,
}

/// The refusal of an apply that was not forced.
pub(crate) fn conflict_status(mut conflicts: Vec<Conflict>) -> Refusal {
    conflicts.sort();
    let message = match conflicts.as_slice() {
        [one] => format!(
            "Apply failed with 1 conflict: conflict with {}: {}",
            one.manager, one.field
        ),
        many => {
            let mut lines: Vec<String> = Vec::new();
            for (index, conflict) in many.iter().enumerate() {
                if index == 0 || many[index - 1].manager != conflict.manager {
                    lines.push(format!("conflicts with {}:", conflict.manager));
                }
                lines.push(format!("- {}", conflict.field));
            }
            format!(
                "Apply failed with {} conflicts: {}",
                many.len(),
                lines.join("\n")
            )
        }
    };
    let causes: Vec<Value> = conflicts
        .iter()
        .map(|conflict| {
            json!({
                "reason": "FieldManagerConflict",
                "message": format!("conflict with {}", conflict.manager),
                "field": conflict.field,
            })
        })
        .collect();
    let mut refusal = Refusal::new(409, "Conflict", message);
    refusal.details = json!({ "causes": causes });
    refusal
}
