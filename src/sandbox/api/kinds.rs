//! The kinds that are served: those of Kubernetes that a Kubeflow install uses, and whatever CRDs bring.

use std::sync::Arc;

use serde_json::{Value, json};

use super::objects::text;

/// A kind, as one group serves it.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_field_names,
    reason = "the name is the one that people use"
)]
pub(crate) struct Kind {
    /// Empty for the core group.
    pub(crate) group: String,
    /// The first is the one objects are stored in.
    pub(crate) versions: Vec<Version>,
    pub(crate) kind: String,
    pub(crate) plural: String,
    pub(crate) scope: Scope,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Version {
    pub(crate) name: String,
    /// `openAPIV3Schema` of a CRD; null for a kind of Kubernetes itself.
    pub(crate) schema: Value,
    pub(crate) status: Status,
}

/// Is `status` written through a path of its own, and by it only?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Subresource,
    Ordinary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Cluster,
    Namespaced,
}

/// Who brought the kind: it decides defaults, checks and the form of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Kubernetes,
    Custom,
}

impl Kind {
    /// `profiles.kubeflow.org`, `pods`.
    pub(crate) fn resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    pub(crate) fn version(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.name == name)
    }

    pub(crate) fn is_namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.origin == Origin::Custom
    }
}

/// `apps/v1`, or `v1` for the core group.
pub(crate) fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    }
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// Group, version, kind, plural, scope; `s` behind the plural for a status of its own.
const BUILT_IN: [(&str, &str, &str, &str, Scope); 37] = [
    ("", "v1", "Namespace", "namespaces+s", Scope::Cluster),
    ("", "v1", "Node", "nodes+s", Scope::Cluster),
    (
        "",
        "v1",
        "PersistentVolume",
        "persistentvolumes+s",
        Scope::Cluster,
    ),
    ("", "v1", "ConfigMap", "configmaps", Scope::Namespaced),
    ("", "v1", "Secret", "secrets", Scope::Namespaced),
    (
        "",
        "v1",
        "ServiceAccount",
        "serviceaccounts",
        Scope::Namespaced,
    ),
    (
        "",
        "v1",
        "ResourceQuota",
        "resourcequotas+s",
        Scope::Namespaced,
    ),
    ("", "v1", "LimitRange", "limitranges", Scope::Namespaced),
    ("", "v1", "Pod", "pods+s", Scope::Namespaced),
    ("", "v1", "Service", "services+s", Scope::Namespaced),
    ("", "v1", "Endpoints", "endpoints", Scope::Namespaced),
    ("", "v1", "Event", "events", Scope::Namespaced),
    (
        "",
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims+s",
        Scope::Namespaced,
    ),
    (
        "apps",
        "v1",
        "Deployment",
        "deployments+s",
        Scope::Namespaced,
    ),
    (
        "apps",
        "v1",
        "ReplicaSet",
        "replicasets+s",
        Scope::Namespaced,
    ),
    (
        "apps",
        "v1",
        "StatefulSet",
        "statefulsets+s",
        Scope::Namespaced,
    ),
    ("apps", "v1", "DaemonSet", "daemonsets+s", Scope::Namespaced),
    ("batch", "v1", "Job", "jobs+s", Scope::Namespaced),
    ("batch", "v1", "CronJob", "cronjobs+s", Scope::Namespaced),
    (RBAC, "v1", "ClusterRole", "clusterroles", Scope::Cluster),
    (
        RBAC,
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        Scope::Cluster,
    ),
    (RBAC, "v1", "Role", "roles", Scope::Namespaced),
    (RBAC, "v1", "RoleBinding", "rolebindings", Scope::Namespaced),
    (
        "storage.k8s.io",
        "v1",
        "StorageClass",
        "storageclasses",
        Scope::Cluster,
    ),
    (
        "storage.k8s.io",
        "v1",
        "CSIDriver",
        "csidrivers",
        Scope::Cluster,
    ),
    (
        "networking.k8s.io",
        "v1",
        "NetworkPolicy",
        "networkpolicies",
        Scope::Namespaced,
    ),
    (
        "networking.k8s.io",
        "v1",
        "Ingress",
        "ingresses+s",
        Scope::Namespaced,
    ),
    (
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets+s",
        Scope::Namespaced,
    ),
    (
        "coordination.k8s.io",
        "v1",
        "Lease",
        "leases",
        Scope::Namespaced,
    ),
    (
        "discovery.k8s.io",
        "v1",
        "EndpointSlice",
        "endpointslices",
        Scope::Namespaced,
    ),
    ("events.k8s.io", "v1", "Event", "events", Scope::Namespaced),
    (
        "scheduling.k8s.io",
        "v1",
        "PriorityClass",
        "priorityclasses",
        Scope::Cluster,
    ),
    (
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers+s",
        Scope::Namespaced,
    ),
    (
        "apiregistration.k8s.io",
        "v1",
        "APIService",
        "apiservices+s",
        Scope::Cluster,
    ),
    (
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions+s",
        Scope::Cluster,
    ),
    (
        "admissionregistration.k8s.io",
        "v1",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        Scope::Cluster,
    ),
    (
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        Scope::Cluster,
    ),
];

/// Every kind of Kubernetes itself that is served.
pub(crate) fn built_in() -> Vec<Arc<Kind>> {
    BUILT_IN
        .iter()
        .map(|(group, version, kind, plural, scope)| {
            let (plural, status) = match plural.strip_suffix("+s") {
                Some(plural) => (plural, Status::Subresource),
                None => (*plural, Status::Ordinary),
            };
            Arc::new(Kind {
                group: (*group).to_owned(),
                versions: vec![Version {
                    name: (*version).to_owned(),
                    schema: Value::Null,
                    status,
                }],
                kind: (*kind).to_owned(),
                plural: plural.to_owned(),
                scope: *scope,
                origin: Origin::Kubernetes,
            })
        })
        .collect()
}

/// The kind that a `CustomResourceDefinition` brings.
pub(crate) fn of_definition(definition: &Value) -> Option<Kind> {
    let spec = &definition["spec"];
    let mut versions: Vec<(bool, Version)> = spec["versions"]
        .as_array()?
        .iter()
        .filter(|version| version["served"] == true)
        .map(|version| {
            let has_status = version["subresources"]["status"].is_object();
            let kept = Version {
                name: text(&version["name"]),
                schema: version["schema"]["openAPIV3Schema"].clone(),
                status: if has_status {
                    Status::Subresource
                } else {
                    Status::Ordinary
                },
            };
            (version["storage"] == true, kept)
        })
        .collect();
    versions.sort_by_key(|(is_stored, _)| !is_stored);
    Some(Kind {
        group: text(&spec["group"]),
        versions: versions.into_iter().map(|(_, version)| version).collect(),
        kind: text(&spec["names"]["kind"]),
        plural: text(&spec["names"]["plural"]),
        scope: if spec["scope"] == "Cluster" {
            Scope::Cluster
        } else {
            Scope::Namespaced
        },
        origin: Origin::Custom,
    })
}

/// `APIResourceList` of one group and version.
pub(crate) fn resource_list(kinds: &[Arc<Kind>], group: &str, version: &str) -> Option<Value> {
    let mut resources = Vec::new();
    for kind in kinds.iter().filter(|kind| kind.group == group) {
        let Some(served) = kind.version(version) else {
            continue;
        };
        resources.push(json!({
            "name": kind.plural, "singularName": kind.kind.to_lowercase(), "kind": kind.kind,
            "namespaced": kind.is_namespaced(),
            "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        }));
        if served.status == Status::Subresource {
            resources.push(json!({
                "name": format!("{}/status", kind.plural), "singularName": "", "kind": kind.kind,
                "namespaced": kind.is_namespaced(), "verbs": ["get", "patch", "update"],
            }));
        }
    }
    (!resources.is_empty()).then(|| {
        json!({
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": api_version(group, version), "resources": resources,
        })
    })
}

/// `APIGroupList`: every group but the core one, with its versions.
pub(crate) fn group_list(kinds: &[Arc<Kind>]) -> Value {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for kind in kinds.iter().filter(|kind| !kind.group.is_empty()) {
        let at = groups.iter().position(|(name, _)| *name == kind.group);
        let at = at.unwrap_or_else(|| {
            groups.push((kind.group.clone(), Vec::new()));
            groups.len() - 1
        });
        for version in &kind.versions {
            if !groups[at].1.contains(&version.name) {
                groups[at].1.push(version.name.clone());
            }
        }
    }
    let groups: Vec<Value> = groups
        .iter()
        .map(|(name, versions)| {
            let entry = |version: &String| json!({ "groupVersion": api_version(name, version), "version": version });
            json!({
                "name": name,
                "versions": versions.iter().map(entry).collect::<Vec<_>>(),
                "preferredVersion": versions.first().map(entry),
            })
        })
        .collect();
    json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })
}
