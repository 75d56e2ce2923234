//! What every kept object has, and how an object of the API becomes a small value. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use crate::cluster::facts::text;
use crate::cluster::kinds::Kind;
use crate::cluster::managers;
use crate::domain::Manager;

/// A kind of object that a snapshot keeps, in a small form.
pub(crate) trait Item: Sized + Send {
    const KIND: Kind;
    /// Objects per request: definitions of custom resources are large, most others are not.
    const PAGE: u32 = 500;
    /// Narrows the list at the API server.
    const FIELDS: Option<&'static str> = None;

    /// `None` for an object that is none: one odd object must not hide a whole list.
    fn of(object: &DynamicObject) -> Option<Self>;
}

/// Kept of every object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// Empty for objects without one.
    pub namespace: String,
    pub name: String,
    pub created_at: Option<Timestamp>,
    pub deleting_since: Option<Timestamp>,
    pub finalizers: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// The last write of fields that are not status, by whomever.
    pub changed_at: Option<Timestamp>,
    pub managed_by: Option<Manager>,
}

impl Meta {
    pub(super) fn of(object: &DynamicObject) -> Option<Self> {
        let meta = &object.metadata;
        let mut annotations = meta.annotations.clone().unwrap_or_default();
        // The whole object once more, as text.
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        let written = meta.managed_fields.iter().flatten();
        Some(Self {
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone()?,
            created_at: meta.creation_timestamp.as_ref().map(|time| time.0),
            deleting_since: meta.deletion_timestamp.as_ref().map(|time| time.0),
            finalizers: meta.finalizers.clone().unwrap_or_default(),
            labels: meta.labels.clone().unwrap_or_default(),
            annotations,
            changed_at: written
                .filter(|entry| entry.subresource.as_deref().unwrap_or_default().is_empty())
                .filter_map(|entry| entry.time.as_ref().map(|time| time.0))
                .max(),
            managed_by: managers::of(meta),
        })
    }

    /// `namespace/name`, or the name alone.
    pub fn path(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }
}

/// One entry of `status.conditions`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    pub kind: String,
    pub status: String,
    pub reason: String,
    pub message: String,
}

pub(super) fn conditions(object: &DynamicObject) -> Vec<Condition> {
    list(&object.data["status"]["conditions"])
        .map(|one| Condition {
            kind: text(&one["type"]),
            status: text(&one["status"]),
            reason: text(&one["reason"]),
            message: text(&one["message"]),
        })
        .collect()
}

/// The condition of this type, if there is one.
pub fn condition<'c>(all: &'c [Condition], kind: &str) -> Option<&'c Condition> {
    all.iter().find(|one| one.kind == kind)
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    list(value).map(text).collect()
}

/// A map of text to text; numbers become text, everything else is left out.
pub(super) fn pairs(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .filter_map(|(key, value)| {
            let value = value
                .as_str()
                .map(str::to_owned)
                .or_else(|| value.as_number().map(ToString::to_string))?;
            Some((key.clone(), value))
        })
        .collect()
}

pub(super) fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

pub(super) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}
