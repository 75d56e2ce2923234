//! The small values that are kept of objects in profile namespaces: one conversion per kind, all pure.

use jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use super::kinds::{EDITOR, OWNER_BINDING, OWNER_POLICY, VIEWER};
use super::managers;
use super::objects::annotation;
use super::watch::Kept;
use crate::domain::{Manager, Owner, ProfileName, Quota, QuotaUse, ResourceName, Role, UserName};

/// Kept of a Profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProfileFacts {
    pub(crate) name: ProfileName,
    pub(crate) owner: Option<Owner>,
    pub(crate) quota: Quota,
    pub(crate) created_at: Option<Timestamp>,
    /// The last write, by whomever.
    pub(crate) changed_at: Option<Timestamp>,
    pub(crate) deleting: bool,
    pub(crate) resource_version: String,
    pub(crate) managed_by: Option<Manager>,
}

impl Kept for ProfileFacts {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let meta = &object.metadata;
        let spec = &object.data["spec"];
        let owner = &spec["owner"];
        let written = meta.managed_fields.iter().flatten();
        Some(Self {
            name: ProfileName::from_cluster(meta.name.as_deref()?),
            owner: owner["name"]
                .as_str()
                .filter(|name| !name.is_empty())
                .map(|name| Owner {
                    kind: owner["kind"].as_str().unwrap_or("User").to_owned(),
                    name: UserName::from_cluster(name),
                }),
            quota: quota(&spec["resourceQuotaSpec"]["hard"]),
            created_at: meta.creation_timestamp.as_ref().map(|time| time.0),
            changed_at: written
                .filter_map(|entry| entry.time.as_ref().map(|time| time.0))
                .max(),
            deleting: meta.deletion_timestamp.is_some(),
            resource_version: meta.resource_version.clone().unwrap_or_default(),
            managed_by: managers::of(meta),
        })
    }
}

/// Kept of a Namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamespaceFacts {
    /// The annotation that the profile controller compares with the owner.
    pub(crate) owner: Option<String>,
    pub(crate) terminating: bool,
}

impl Kept for NamespaceFacts {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            owner: annotation(object, "owner").map(str::to_owned),
            terminating: object.metadata.deletion_timestamp.is_some()
                || object.data["status"]["phase"] == "Terminating",
        })
    }
}

/// Kept of a RoleBinding that Kubeflow reads: those of the profile controller and those that KFAM annotates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BindingFacts {
    pub(crate) user: Option<String>,
    pub(crate) role: Option<String>,
    /// Kind and name of the subject, when there is exactly one.
    pub(crate) subject: Option<(String, String)>,
    pub(crate) cluster_role: String,
}

impl Kept for BindingFacts {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let name = object.metadata.name.as_deref()?;
        let user = annotation(object, "user").map(str::to_owned);
        let role = annotation(object, "role").map(str::to_owned);
        let of_kubeflow =
            user.is_some() && role.is_some() || [OWNER_BINDING, EDITOR, VIEWER].contains(&name);
        of_kubeflow.then(|| Self {
            user,
            role,
            subject: only_subject(&object.data["subjects"]),
            cluster_role: text(&object.data["roleRef"]["name"]),
        })
    }
}

fn only_subject(subjects: &Value) -> Option<(String, String)> {
    match subjects.as_array().map(Vec::as_slice) {
        Some([one]) => Some((text(&one["kind"]), text(&one["name"]))),
        _ => None,
    }
}

impl BindingFacts {
    /// The role as KFAM maps it: by what is bound, not by what the annotation claims.
    pub(crate) fn bound_role(&self) -> Option<Role> {
        Role::ALL
            .into_iter()
            .find(|role| role.cluster_role() == self.cluster_role)
    }

    /// Whom KFAM would name: the subject.
    pub(crate) fn person(&self) -> Option<&str> {
        let subject = self.subject.as_ref().filter(|(kind, _)| kind == "User");
        let subject = subject.map(|(_, name)| name.as_str());
        subject.or(self.user.as_deref())
    }
}

/// Kept of an AuthorizationPolicy: the owner’s, and those that KFAM annotates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyFacts {
    pub(crate) user: Option<String>,
    pub(crate) role: Option<Role>,
}

impl Kept for PolicyFacts {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let name = object.metadata.name.as_deref()?;
        let user = annotation(object, "user").map(str::to_owned);
        let role = annotation(object, "role").and_then(|role| role.parse().ok());
        (name == OWNER_POLICY || user.is_some() && role.is_some()).then_some(Self { user, role })
    }
}

/// Kept of `kf-resource-quota`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct QuotaFacts {
    pub(crate) wanted: Quota,
    pub(crate) in_force: QuotaUse,
}

impl Kept for QuotaFacts {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let status = &object.data["status"];
        Some(Self {
            wanted: quota(&object.data["spec"]["hard"]),
            in_force: QuotaUse {
                hard: quota(&status["hard"]),
                used: quota(&status["used"]),
            },
        })
    }
}

/// All there is to know of a ServiceAccount here: it exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exists;

impl Kept for Exists {
    fn from_resource(_: &DynamicObject) -> Option<Self> {
        Some(Self)
    }
}

/// Amounts by resource. What is no quantity is left out: the API server lets none in.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is not ours and grows; every other case is answered alike"
)]
pub(crate) fn quota(hard: &Value) -> Quota {
    let lines = hard.as_object().into_iter().flatten();
    lines
        .filter_map(|(name, amount)| {
            let amount = match amount {
                Value::String(text) => text.parse().ok()?,
                other => other.to_string().parse().ok()?,
            };
            Some((ResourceName::from_cluster(name), amount))
        })
        .collect()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
