//! What is made for people: profiles, what is in their namespaces, and rights.

use std::collections::BTreeMap;

use kube::api::DynamicObject;

use super::item::{Item, Meta, list, pairs};
use crate::cluster::facts::text;
use crate::cluster::kinds::{
    self, Kind, PASSWORD, POD_DEFAULT, RESOURCE_QUOTA, ROLE_BINDING, grouped,
};
use crate::cluster::watch::Kept as _;
use crate::domain::Login;

const RBAC: &str = "rbac.authorization.k8s.io";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub meta: Meta,
    /// Kind and name.
    pub owner: Option<(String, String)>,
    pub quota: BTreeMap<String, String>,
}

impl Item for Profile {
    const KIND: Kind = kinds::PROFILE;

    fn of(object: &DynamicObject) -> Option<Self> {
        let spec = &object.data["spec"];
        let owner = &spec["owner"];
        Some(Self {
            meta: Meta::of(object)?,
            owner: owner["name"]
                .as_str()
                .filter(|name| !name.is_empty())
                .map(|name| (text(&owner["kind"]), name.to_owned())),
            quota: pairs(&spec["resourceQuotaSpec"]["hard"]),
        })
    }
}

/// A PodDefault: it is there, and which label asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodDefault {
    pub meta: Meta,
}

impl Item for PodDefault {
    const KIND: Kind = POD_DEFAULT;

    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
        })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

/// Who is given a role: a RoleBinding, or a ClusterRoleBinding, which has no namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    pub meta: Meta,
    pub role: String,
    pub subjects: Vec<Subject>,
}

impl Grant {
    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
            role: text(&object.data["roleRef"]["name"]),
            subjects: list(&object.data["subjects"])
                .map(|one| Subject {
                    kind: text(&one["kind"]),
                    namespace: text(&one["namespace"]),
                    name: text(&one["name"]),
                })
                .collect(),
        })
    }
}

pub(super) struct ClusterGrant(pub(super) Grant);
pub(super) struct NamespacedGrant(pub(super) Grant);

impl Item for ClusterGrant {
    const KIND: Kind = kinds::CLUSTER_ROLE_BINDING;

    fn of(object: &DynamicObject) -> Option<Self> {
        Grant::of(object).map(Self)
    }
}

impl Item for NamespacedGrant {
    const KIND: Kind = ROLE_BINDING;

    fn of(object: &DynamicObject) -> Option<Self> {
        Grant::of(object).map(Self)
    }
}

/// A ClusterRole: it is there, and how many rules it has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Role {
    pub meta: Meta,
    pub rules: usize,
}

impl Item for Role {
    const KIND: Kind = grouped(RBAC, "v1", "ClusterRole", "clusterroles");

    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
            rules: list(&object.data["rules"]).count(),
        })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quota {
    pub meta: Meta,
    pub hard: BTreeMap<String, String>,
}

impl Item for Quota {
    const KIND: Kind = RESOURCE_QUOTA;

    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
            hard: pairs(&object.data["spec"]["hard"]),
        })
    }
}

/// A LimitRange: it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitRange {
    pub meta: Meta,
}

impl Item for LimitRange {
    const KIND: Kind = kinds::LIMIT_RANGE;

    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
        })
    }
}

/// A login of Dex, without its hash.
impl Item for Login {
    const KIND: Kind = PASSWORD;

    fn of(object: &DynamicObject) -> Option<Self> {
        Self::from_resource(object)
    }
}
