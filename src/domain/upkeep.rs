//! What is done to the objects around a profile: handing it over, mending contributors, defaults for containers.

use serde::{Deserialize, Serialize};

use super::{ContainerDefaults, ProfileName, Quota, Role, Until, UserName};

/// One idempotent step; part of [`super::Step`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "upkeep", rename_all = "kebab-case")]
pub enum Upkeep {
    /// `spec.owner` of the Profile.
    SetOwner {
        profile: ProfileName,
        owner: UserName,
    },
    /// The annotation that the profile controller compares with the owner, before it does anything.
    SetNamespaceOwner {
        profile: ProfileName,
        owner: UserName,
    },
    /// The controller has put the new owner into binding and policy.
    WaitForOwner {
        profile: ProfileName,
        owner: UserName,
    },
    /// Annotations of the owner's binding and policy: the controller leaves the old owner in them, and KFAM goes by
    /// them.
    SetOwnerAnnotations {
        profile: ProfileName,
        owner: UserName,
    },
    /// Both objects of a contributor say the same, as this release writes them.
    RewritePair {
        profile: ProfileName,
        object: String,
        user: UserName,
        role: Role,
    },
    /// Both objects of this name go, or the one that is left.
    RemovePair {
        profile: ProfileName,
        object: String,
    },
    /// The LimitRange of ours, so that pods which state no resources are not refused.
    SetContainerDefaults {
        profile: ProfileName,
        defaults: ContainerDefaults,
        /// What they have to fit into.
        quota: Quota,
    },
    /// No new pods.
    Freeze {
        profile: ProfileName,
        reason: String,
        #[serde(default)]
        until: Option<Until>,
    },
    Thaw {
        profile: ProfileName,
    },
}

impl Upkeep {
    pub fn profile(&self) -> &ProfileName {
        match self {
            Self::SetOwner { profile, .. }
            | Self::SetNamespaceOwner { profile, .. }
            | Self::WaitForOwner { profile, .. }
            | Self::SetOwnerAnnotations { profile, .. }
            | Self::RewritePair { profile, .. }
            | Self::RemovePair { profile, .. }
            | Self::SetContainerDefaults { profile, .. }
            | Self::Freeze { profile, .. }
            | Self::Thaw { profile } => profile,
        }
    }

    /// What it does, for the plan and for progress.
    pub fn describe(&self) -> String {
        match self {
            Self::SetOwner { profile, owner } => {
                format!("Make {owner} the owner of the profile {profile}")
            }
            Self::SetNamespaceOwner { profile, owner } => {
                format!("Write {owner} as the owner on namespace {profile}")
            }
            Self::WaitForOwner { profile, owner } => {
                format!("Wait until {owner} is bound in {profile} and let through by Istio")
            }
            Self::SetOwnerAnnotations { profile, owner } => {
                format!("Have the Central Dashboard show {profile} to {owner}")
            }
            Self::RewritePair {
                profile,
                object,
                user,
                role,
            } => format!("Put {object} in {profile} right: {role} for {user}"),
            Self::RemovePair { profile, object } => {
                format!("Remove what is left of {object} in {profile}")
            }
            Self::SetContainerDefaults { profile, .. } => {
                format!("Give containers in {profile} defaults")
            }
            Self::Freeze {
                profile,
                until: Some(until),
                ..
            } => {
                let until = until.in_words();
                format!("Let no new pod start in {profile} until {until}")
            }
            Self::Freeze { profile, .. } => format!("Let no new pod start in {profile}"),
            Self::Thaw { profile } => format!("Let new pods start in {profile} again"),
        }
    }

    /// The constant of the activity record.
    pub fn action(&self) -> &'static str {
        match self {
            Self::SetOwner { .. } => "profile.owner-set",
            Self::SetNamespaceOwner { .. } => "namespace.owner-set",
            Self::WaitForOwner { .. } => "waited",
            Self::SetOwnerAnnotations { .. } => "profile.owner-annotated",
            Self::RewritePair { .. } => "contributor.mended",
            Self::RemovePair { .. } => "contributor.remains-removed",
            Self::SetContainerDefaults { .. } => "container-defaults.set",
            Self::Freeze { .. } => "profile.frozen",
            Self::Thaw { .. } => "profile.thawed",
        }
    }
}
