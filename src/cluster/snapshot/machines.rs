//! Nodes and namespaces.

use std::collections::BTreeMap;

use kube::api::DynamicObject;

use super::item::{Condition, Item, Meta, conditions, pairs};
use crate::cluster::facts::text;
use crate::cluster::kinds::{Kind, NAMESPACE, core};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    pub meta: Meta,
    pub conditions: Vec<Condition>,
    /// Amounts by resource, as text.
    pub allocatable: BTreeMap<String, String>,
    pub architecture: String,
    pub kubelet: String,
}

impl Item for Node {
    const KIND: Kind = core("Node", "nodes");

    fn of(object: &DynamicObject) -> Option<Self> {
        let status = &object.data["status"];
        Some(Self {
            meta: Meta::of(object)?,
            conditions: conditions(object),
            allocatable: pairs(&status["allocatable"]),
            architecture: text(&status["nodeInfo"]["architecture"]),
            kubelet: text(&status["nodeInfo"]["kubeletVersion"]),
        })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespace {
    pub meta: Meta,
    pub conditions: Vec<Condition>,
}

impl Item for Namespace {
    const KIND: Kind = NAMESPACE;

    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
            conditions: conditions(object),
        })
    }
}
