//! The components of the demo's Kubeflow: workloads with their pods, the kinds they work on, and storage.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{SeedError, read};
use crate::sandbox::hands::Hands;

const COMPONENTS: &str = include_str!("components.yaml");
/// The namespace whose pods are in the mesh.
const MESHED: &str = "kubeflow";

#[derive(Debug, Deserialize)]
struct Components {
    namespaces: Vec<String>,
    workloads: Vec<Component>,
    broken: Broken,
    /// Plural, group, version and kind.
    kinds: Vec<(String, String, String, String)>,
    classes: Vec<String>,
    claims: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Component {
    #[serde(default = "deployment")]
    kind: String,
    namespace: String,
    name: String,
    image: String,
    #[serde(default)]
    account: String,
}

#[derive(Debug, Deserialize)]
struct Broken {
    namespace: String,
    name: String,
    reason: String,
}

fn deployment() -> String {
    "Deployment".to_owned()
}

pub(super) fn install(hands: &Hands) -> Result<(), SeedError> {
    let components: Components = read(COMPONENTS)?;
    for name in &components.namespaces {
        hands.create(
            &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }),
        )?;
    }
    for kind in &components.kinds {
        hands.create(&definition(kind))?;
    }
    for name in &components.classes {
        hands.create(&class(name))?;
    }
    for name in &components.claims {
        hands.create(&waiting_claim(name))?;
    }
    for component in &components.workloads {
        let is_broken = component.namespace == components.broken.namespace
            && component.name == components.broken.name;
        let trouble = is_broken.then_some(components.broken.reason.as_str());
        hands.create(&workload(component, trouble))?;
        hands.create(&pod_of(component, trouble))?;
    }
    Ok(hands.create(&deny_all())?)
}

fn workload(component: &Component, trouble: Option<&str>) -> Value {
    let labels = json!({ "app": component.name });
    let ready = u32::from(trouble.is_none());
    let available = json!({
        "type": "Available", "status": if trouble.is_none() { "True" } else { "False" },
        "reason": if trouble.is_none() { "MinimumReplicasAvailable" } else { "MinimumReplicasUnavailable" },
        "message": "",
    });
    let status = if component.kind == "DaemonSet" {
        json!({
            "observedGeneration": 1, "currentNumberScheduled": 1, "numberMisscheduled": 0,
            "desiredNumberScheduled": 1, "numberReady": ready, "updatedNumberScheduled": 1,
            "numberAvailable": ready, "numberUnavailable": 1 - ready,
        })
    } else {
        json!({
            "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": ready,
            "availableReplicas": ready, "unavailableReplicas": 1 - ready, "conditions": [available],
        })
    };
    json!({
        "apiVersion": "apps/v1", "kind": component.kind,
        "metadata": { "name": component.name, "namespace": component.namespace, "labels": labels },
        "spec": {
            "replicas": 1, "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": pod_spec(component) },
        },
        "status": status,
    })
}

fn pod_spec(component: &Component) -> Value {
    let mut spec = json!({ "containers": [{ "name": component.name, "image": component.image }] });
    if !component.account.is_empty() {
        spec["serviceAccountName"] = component.account.clone().into();
    }
    spec
}

fn pod_of(component: &Component, trouble: Option<&str>) -> Value {
    let mut spec = pod_spec(component);
    if component.namespace == MESHED
        && let Some(containers) = spec["containers"].as_array_mut()
    {
        let image = "gcr.io/istio-release/proxyv2:1.28.0";
        containers.push(json!({ "name": "istio-proxy", "image": image }));
    }
    let running = |container: &Value| {
        json!({
            "name": container["name"], "image": container["image"], "imageID": "", "ready": true, "restartCount": 0,
            "state": { "running": {} },
        })
    };
    let status = match trouble {
        None => json!({
            "phase": "Running",
            "conditions": [{ "type": "Ready", "status": "True" }],
            "containerStatuses": spec["containers"].as_array().into_iter().flatten().map(running).collect::<Vec<_>>(),
        }),
        Some(why) => json!({
            "phase": "Pending",
            "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why }],
        }),
    };
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("{}-5f7d9c", component.name), "namespace": component.namespace,
            "labels": { "app": component.name },
        },
        "spec": spec,
        "status": status,
    })
}

fn definition((plural, group, version, kind): &(String, String, String, String)) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{plural}.{group}") },
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": { "kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": kind.to_lowercase() },
            "versions": [{
                "name": version, "served": true, "storage": true, "subresources": { "status": {} },
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
            }],
        },
    })
}

fn class(name: &str) -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": name },
        "provisioner": "rancher.io/local-path", "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer",
    })
}

/// A claim that names no class, in a cluster without a default one.
fn waiting_claim(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": { "name": name, "namespace": "kubeflow" },
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "10Gi" } } },
        "status": { "phase": "Pending" },
    })
}

/// Without it the mesh lets everything through that nobody forbids.
fn deny_all() -> Value {
    json!({
        "apiVersion": "security.istio.io/v1beta1", "kind": "AuthorizationPolicy",
        "metadata": { "name": "global-deny-all", "namespace": "istio-system" }, "spec": {},
    })
}
