//! The small values that are kept of objects in profile namespaces: one conversion per kind, all pure.

use jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use super::kinds::{EDITOR, OWNER_BINDING, OWNER_POLICY, REASON, UNTIL, VIEWER};
use super::managers;
use super::objects::annotation;
use super::watch::Kept;
use crate::domain::{
    BindingHalf, GATEWAY_PRINCIPAL, Manager, Owner, PIPELINES_PRINCIPAL, Passage, PolicyHalf,
    ProfileName, Quota, QuotaUse, ResourceName, Role, Subject, Text, USER_HEADER, UserName,
    Written,
};

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

/// Kept of a RoleBinding: those of the profile controller, those that KFAM annotates, and any that names people.
impl Kept for BindingHalf {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let name = object.metadata.name.as_deref()?;
        let user = annotation(object, "user").map(str::to_owned);
        let role = annotation(object, "role").map(str::to_owned);
        let subjects = people(&object.data["subjects"]);
        let kept = user.is_some() && role.is_some()
            || !subjects.is_empty()
            || [OWNER_BINDING, EDITOR, VIEWER].contains(&name);
        kept.then(|| Self {
            user,
            role,
            subjects,
            count: object.data["subjects"].as_array().map_or(0, Vec::len),
            cluster_role: text(&object.data["roleRef"]["name"]),
            until: annotation(object, UNTIL).map(Written::of),
        })
    }
}

/// Users and groups of a binding, but those of Kubernetes itself. Everybody who is signed in counts as a group.
fn people(subjects: &Value) -> Vec<Subject> {
    let one = |subject: &Value| {
        let name = subject["name"].as_str()?;
        if name.starts_with("system:") && name != EVERYBODY {
            return None;
        }
        match subject["kind"].as_str()? {
            "User" => Some(Subject::User(UserName::from_cluster(name))),
            "Group" => Some(Subject::Group(name.to_owned())),
            _ => None,
        }
    };
    subjects
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(one)
        .collect()
}

/// The group of everybody whom the API server has recognised.
const EVERYBODY: &str = "system:authenticated";

impl BindingHalf {
    /// The role as KFAM maps it: by what is bound, not by what the annotation claims.
    pub(crate) fn bound_role(&self) -> Option<Role> {
        Role::of_cluster_role(&self.cluster_role)
    }

    /// The subject, when there is exactly one and it is a person or a group.
    pub(crate) fn subject(&self) -> Option<&Subject> {
        match self.subjects.as_slice() {
            [one] if self.count == 1 => Some(one),
            _ => None,
        }
    }

    /// Whom KFAM would name: the subject.
    pub(crate) fn person(&self) -> Option<&str> {
        match self.subject() {
            Some(Subject::User(name)) => Some(name.as_str()),
            Some(Subject::Group(_)) | None => self.user.as_deref(),
        }
    }
}

/// Kept of a `ClusterRoleBinding` that names people. The discovery roles of Kubernetes itself are everybody's and say
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClusterBindingFacts {
    pub(crate) role: String,
    pub(crate) subjects: Vec<Subject>,
}

impl Kept for ClusterBindingFacts {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let role = text(&object.data["roleRef"]["name"]);
        let subjects = people(&object.data["subjects"]);
        (!subjects.is_empty() && !role.starts_with("system:")).then_some(Self { role, subjects })
    }
}

/// Kept of an AuthorizationPolicy: the owner’s, and those that KFAM annotates.
impl Kept for PolicyHalf {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let name = object.metadata.name.as_deref()?;
        let user = annotation(object, "user").map(str::to_owned);
        let role = annotation(object, "role").and_then(|role| role.parse().ok());
        (name == OWNER_POLICY || user.is_some() && role.is_some()).then(|| Self {
            user,
            role,
            passages: passages(&object.data["spec"]["rules"]),
        })
    }
}

/// The rules of a policy that let somebody in by a header.
pub(crate) fn passages(rules: &Value) -> Vec<Passage> {
    let list = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.map(text).collect()
    };
    let one = |rule: &Value| {
        let (header, values) = rule["when"].as_array()?.iter().find_map(|when| {
            let key = when["key"].as_str()?;
            let header = key.strip_prefix("request.headers[")?.strip_suffix(']')?;
            Some((header, list(&when["values"])))
        })?;
        let sources = rule["from"].as_array().into_iter().flatten();
        let principals = sources.flat_map(|from| list(&from["source"]["principals"]));
        Some(Passage {
            header: known(header),
            values,
            principals: principals.map(|principal| known(&principal)).collect(),
        })
    };
    rules
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(one)
        .collect()
}

/// One of the few texts that nearly every policy repeats is not kept again.
fn known(text: &str) -> Text {
    [USER_HEADER, GATEWAY_PRINCIPAL, PIPELINES_PRINCIPAL]
        .into_iter()
        .find(|known| *known == text)
        .map_or_else(|| Text::Owned(text.to_owned()), Text::Borrowed)
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

/// Kept of the quota that freezes a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    pub reason: String,
    pub until: Option<Written>,
}

impl Kept for Frozen {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            reason: annotation(object, REASON).unwrap_or_default().to_owned(),
            until: annotation(object, UNTIL).map(Written::of),
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
