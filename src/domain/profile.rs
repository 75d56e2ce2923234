//! A Kubeflow profile as an administrator thinks of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Health, ProfileName, Quota, QuotaUse, UserName};

/// Whom a profile belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// `User` nearly always; `Group` works only half in Kubeflow (RBAC yes, Istio no).
    pub kind: String,
    pub name: UserName,
}

/// A tool that keeps objects in step with Git or a chart, recognised by labels, annotations and managed fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Manager {
    ArgoCd,
    Flux,
    Helm,
    Juju,
}

impl Manager {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ArgoCd => "Argo CD",
            Self::Flux => "Flux",
            Self::Helm => "Helm",
            Self::Juju => "Juju",
        }
    }
}

/// A profile with everything the caches know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: ProfileName,
    pub owner: Option<Owner>,
    /// `spec.resourceQuotaSpec.hard`: what was asked for.
    pub quota: Quota,
    /// `kf-resource-quota` in the namespace: what is enforced, and what is used.
    pub quota_use: QuotaUse,
    pub health: Health,
    pub created_at: Option<Timestamp>,
    pub resource_version: String,
    pub managed_by: Option<Manager>,
}

impl Profile {
    /// Is `text`, in lower case, a part of its name or of its owner's?
    pub fn mentions(&self, text: &str) -> bool {
        let owner = self.owner.as_ref().map(|owner| owner.name.folded());
        self.name.as_str().contains(text) || owner.is_some_and(|owner| owner.contains(text))
    }
}
