//! Which object goes when. Pure: told from kind, group and name alone.
//!
//! The order holds for what upstream ships from 1.6.1 to 26.03: every object comes after its kind, after the webhook
//! that would refuse it while nobody answers there, and after the certificate its pods mount.

use crate::domain::{ObjectRef, Wave};

/// Before the rest of its wave: a pod that starts before the webhook is registered stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    First,
    Then,
}

const CERT_MANAGER: &str = "cert-manager";
const GATEKEEPERS: [&str; 2] = ["istiod", "istio-cni-node"];
const GATES: [&str; 3] = [
    "cert-manager-webhook",
    "istio-sidecar-injector",
    "istio-validator-istio-system",
];

impl Wave {
    /// `custom` says that a CustomResourceDefinition brings the kind.
    pub(super) fn of(object: &ObjectRef, origin: Origin) -> Self {
        match object.kind.as_str() {
            "Namespace" if object.group.is_empty() => Self::Namespaces,
            "CustomResourceDefinition" => Self::Definitions,
            _ if object.is("kubeflow.org", "Profile") => Self::Profiles,
            _ if is_workload(object) || is_webhook(object) => {
                if is_gatekeeper(object) {
                    Self::Gatekeepers
                } else {
                    Self::Workloads
                }
            }
            _ if object.group == "cert-manager.io" || object.group.ends_with(".istio.io") => {
                Self::Trust
            }
            _ => match origin {
                Origin::Custom => Self::Resources,
                Origin::BuiltIn => Self::Basics,
            },
        }
    }
}

impl Turn {
    pub(super) fn of(object: &ObjectRef) -> Self {
        if is_webhook(object) {
            Self::First
        } else {
            Self::Then
        }
    }
}

/// Who brings the kind of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    BuiltIn,
    Custom,
}

impl Origin {
    /// Kubernetes' own groups have no dot, or end in `.k8s.io` without being those of a project there.
    pub(super) fn of(object: &ObjectRef) -> Self {
        let own = [
            "authorization",
            "rbac.authorization",
            "storage",
            "networking",
            "scheduling",
            "node",
            "discovery",
            "coordination",
            "certificates",
            "admissionregistration",
            "apiextensions",
            "apiregistration",
            "authentication",
            "events",
            "resource",
            "flowcontrol.apiserver",
            "internal.apiserver",
            "storagemigration",
        ];
        let group = object.group.as_str();
        let of_kubernetes = !group.contains('.')
            || group
                .strip_suffix(".k8s.io")
                .is_some_and(|short| own.contains(&short));
        if of_kubernetes {
            Self::BuiltIn
        } else {
            Self::Custom
        }
    }
}

pub(super) fn is_workload(object: &ObjectRef) -> bool {
    let starts_pods = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    object.group == "apps" && starts_pods.contains(&object.kind.as_str())
        || object.group == "batch"
        || object.is("", "Pod")
}

pub(super) fn is_webhook(object: &ObjectRef) -> bool {
    object.group == "admissionregistration.k8s.io" && object.kind.ends_with("WebhookConfiguration")
}

fn is_gatekeeper(object: &ObjectRef) -> bool {
    let name = object.name.as_str();
    if is_webhook(object) {
        return GATES.contains(&name);
    }
    object.namespace.as_deref() == Some(CERT_MANAGER) || GATEKEEPERS.contains(&name)
}

#[cfg(test)]
mod tests;
