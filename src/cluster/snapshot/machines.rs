//! Nodes and namespaces.

use std::collections::BTreeMap;

use kube::api::DynamicObject;

use super::item::{Condition, Item, Meta, condition, conditions, list, pairs};
use crate::cluster::facts::text;
use crate::cluster::kinds::{Kind, NAMESPACE, NODE};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    pub meta: Meta,
    pub conditions: Vec<Condition>,
    /// Amounts by resource, as text.
    pub allocatable: BTreeMap<String, String>,
    /// Takes no new pods.
    pub cordoned: bool,
    /// Kept for Kubernetes itself by a taint, such as a node of the control plane.
    pub reserved: bool,
    /// Where it can be reached: kind, such as `InternalIP`, and address.
    pub addresses: Vec<(String, String)>,
}

impl Node {
    pub fn is_ready(&self) -> bool {
        condition(&self.conditions, "Ready").is_some_and(|one| one.status == "True")
    }
}

impl Item for Node {
    const KIND: Kind = NODE;

    fn of(object: &DynamicObject) -> Option<Self> {
        let status = &object.data["status"];
        Some(Self {
            meta: Meta::of(object)?,
            conditions: conditions(object),
            allocatable: pairs(&status["allocatable"]),
            cordoned: object.data["spec"]["unschedulable"].as_bool() == Some(true),
            reserved: list(&object.data["spec"]["taints"]).any(|taint| {
                text(&taint["key"]).starts_with("node-role.kubernetes.io/")
                    && text(&taint["effect"]).starts_with("No")
            }),
            addresses: list(&status["addresses"])
                .map(|one| (text(&one["type"]), text(&one["address"])))
                .collect(),
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
