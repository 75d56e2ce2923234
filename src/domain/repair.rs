//! Repairs of the installation that are small enough to be shown, done and undone by this program.
//!
//! A repair names what it is for, never a free patch: what is stored with an operation, or sent by a browser, cannot
//! ask for anything that is not written down here (SEC-26).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ClaimPlace;

/// One change of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "repair", rename_all = "kebab-case")]
pub enum Repair {
    /// Marks a StorageClass as the default one: both annotations say so.
    MakeDefaultClass { class: String },
    /// Takes the mark away, in both annotations.
    UnmakeDefaultClass { class: String },
    /// Label `istio-injection: enabled` on a profile's namespace, so that new pods get a sidecar.
    EnableInjection { namespace: String },
    /// Annotation `owner` on a profile's namespace, which the profile controller compares with `spec.owner.name`.
    SetNamespaceOwner { namespace: String, owner: String },
    /// PodDefault `access-ml-pipeline` in a profile's namespace, with which notebooks may reach Pipelines.
    AddPipelineAccess { namespace: String },
    /// A claim that never had a volume is deleted and made again with another class.
    RecreateClaim { claim: ClaimPlace, class: String },
    /// A claim asks for a larger volume.
    ExpandClaim { claim: ClaimPlace, size: String },
}

impl Repair {
    /// What it does, as a step of a plan.
    pub fn describe(&self) -> String {
        match self {
            Self::MakeDefaultClass { class } => {
                format!("Make the StorageClass {class} the default one")
            }
            Self::UnmakeDefaultClass { class } => {
                format!("Take the mark of the default class from the StorageClass {class}")
            }
            Self::EnableInjection { namespace } => {
                format!("Label the namespace {namespace} with istio-injection=enabled")
            }
            Self::SetNamespaceOwner { namespace, owner } => {
                format!("Set the annotation owner of the namespace {namespace} to {owner}")
            }
            Self::AddPipelineAccess { namespace } => {
                format!("Create the PodDefault access-ml-pipeline in {namespace}")
            }
            Self::RecreateClaim { claim, class } => {
                format!("Make the claim {claim} again with the StorageClass {class}")
            }
            Self::ExpandClaim { claim, size } => {
                format!("Let the claim {claim} ask for {size}")
            }
        }
    }

    /// Can what was there be put back?
    pub fn is_reversible(&self) -> bool {
        !matches!(self, Self::ExpandClaim { .. })
    }

    /// The object it changes.
    pub fn object(&self) -> String {
        match self {
            Self::MakeDefaultClass { class } | Self::UnmakeDefaultClass { class } => {
                format!("StorageClass {class}")
            }
            Self::EnableInjection { namespace } | Self::SetNamespaceOwner { namespace, .. } => {
                format!("Namespace {namespace}")
            }
            Self::AddPipelineAccess { namespace } => {
                format!("PodDefault {namespace}/access-ml-pipeline")
            }
            Self::RecreateClaim { claim, .. } | Self::ExpandClaim { claim, .. } => {
                format!("PersistentVolumeClaim {claim}")
            }
        }
    }
}

/// As a form carries it: `make-default-class standard`, `set-namespace-owner team-a ann@example.com`.
impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MakeDefaultClass { class } => write!(f, "make-default-class {class}"),
            Self::UnmakeDefaultClass { class } => write!(f, "unmake-default-class {class}"),
            Self::EnableInjection { namespace } => write!(f, "enable-injection {namespace}"),
            Self::SetNamespaceOwner { namespace, owner } => {
                write!(f, "set-namespace-owner {namespace} {owner}")
            }
            Self::AddPipelineAccess { namespace } => write!(f, "add-pipeline-access {namespace}"),
            Self::RecreateClaim { claim, class } => write!(f, "recreate-claim {claim} {class}"),
            Self::ExpandClaim { claim, size } => write!(f, "expand-claim {claim} {size}"),
        }
    }
}

impl FromStr for Repair {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.splitn(3, ' ');
        let (verb, name) = (words.next().unwrap_or_default(), words.next().ok_or(())?);
        let rest = words.next();
        let name = name.to_owned();
        match (verb, rest) {
            ("make-default-class", None) => Ok(Self::MakeDefaultClass { class: name }),
            ("unmake-default-class", None) => Ok(Self::UnmakeDefaultClass { class: name }),
            ("enable-injection", None) => Ok(Self::EnableInjection { namespace: name }),
            ("add-pipeline-access", None) => Ok(Self::AddPipelineAccess { namespace: name }),
            ("set-namespace-owner", Some(owner)) => Ok(Self::SetNamespaceOwner {
                namespace: name,
                owner: owner.to_owned(),
            }),
            ("recreate-claim", Some(class)) => Ok(Self::RecreateClaim {
                claim: name.parse()?,
                class: class.to_owned(),
            }),
            ("expand-claim", Some(size)) => Ok(Self::ExpandClaim {
                claim: name.parse()?,
                size: size.to_owned(),
            }),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_survives_its_form_and_nothing_else_is_one() {
        let name = |text: &str| text.to_owned();
        for repair in [
            Repair::MakeDefaultClass { class: name("a") },
            Repair::UnmakeDefaultClass { class: name("a") },
            Repair::EnableInjection {
                namespace: name("a"),
            },
            Repair::AddPipelineAccess {
                namespace: name("a"),
            },
            Repair::SetNamespaceOwner {
                namespace: name("a"),
                owner: name("o b"),
            },
            Repair::RecreateClaim {
                claim: "a/b".parse().unwrap(),
                class: name("c"),
            },
            Repair::ExpandClaim {
                claim: "a/b".parse().unwrap(),
                size: name("2Gi"),
            },
        ] {
            assert_eq!(repair.to_string().parse(), Ok(repair));
        }
        for wrong in [
            "",
            "enable-injection",
            "make-default-class a b",
            "patch namespace a",
            "recreate-claim b c",
        ] {
            assert_eq!(wrong.parse::<Repair>(), Err(()), "{wrong}");
        }
    }
}
