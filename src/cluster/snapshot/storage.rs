//! StorageClasses and claims.

use kube::api::DynamicObject;

use super::item::{Item, Meta};
use crate::cluster::facts::text;
use crate::cluster::kinds::{CLAIM, Kind, STORAGE_CLASS};

/// Both forms count: the second is from the years before 1.6 and is still honoured.
pub const DEFAULT_CLASS: [&str; 2] = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StorageClass {
    pub meta: Meta,
    pub provisioner: String,
    pub binding_mode: String,
    pub reclaim_policy: String,
    pub expandable: bool,
}

impl StorageClass {
    /// The API server takes exactly the text `true`.
    pub fn is_default(&self) -> bool {
        DEFAULT_CLASS
            .iter()
            .any(|key| self.meta.annotation(key) == Some("true"))
    }

    pub fn waits_for_pod(&self) -> bool {
        self.binding_mode == "WaitForFirstConsumer"
    }
}

impl Item for StorageClass {
    const KIND: Kind = STORAGE_CLASS;

    fn of(object: &DynamicObject) -> Option<Self> {
        let data = &object.data;
        Some(Self {
            meta: Meta::of(object)?,
            provisioner: text(&data["provisioner"]),
            binding_mode: text(&data["volumeBindingMode"]),
            reclaim_policy: text(&data["reclaimPolicy"]),
            expandable: data["allowVolumeExpansion"].as_bool() == Some(true),
        })
    }
}

/// A PersistentVolumeClaim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    pub meta: Meta,
    pub phase: String,
    /// `None` when nothing is said, which the default class fills in; the empty text is a class of no name, which it
    /// does not.
    pub class: Option<String>,
    pub requested: String,
    pub capacity: String,
    pub volume: String,
}

impl Item for Claim {
    const KIND: Kind = CLAIM;

    fn of(object: &DynamicObject) -> Option<Self> {
        let (spec, status) = (&object.data["spec"], &object.data["status"]);
        Some(Self {
            meta: Meta::of(object)?,
            phase: text(&status["phase"]),
            class: spec["storageClassName"].as_str().map(str::to_owned),
            requested: text(&spec["resources"]["requests"]["storage"]),
            capacity: text(&status["capacity"]["storage"]),
            volume: text(&spec["volumeName"]),
        })
    }
}
