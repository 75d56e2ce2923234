//! The components of the demo's Kubeflow, the kinds they work on, and the volumes they ask for.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{SeedError, read};
use crate::sandbox::hands::Hands;
use crate::sandbox::issuer;

const COMPONENTS: &str = include_str!("components.yaml");
const SIDECAR: &str = "gcr.io/istio-release/proxyv2:1.28.0";

#[derive(Debug, Deserialize)]
struct Components {
    namespaces: Vec<String>,
    /// Claims in namespace `kubeflow` that name no class.
    claims: Vec<String>,
    /// Group, plural and kind.
    kinds: Vec<(String, String, String)>,
    deployments: Vec<Component>,
}

#[derive(Debug, Deserialize)]
struct Component {
    namespace: String,
    name: String,
    image: String,
    #[serde(default)]
    claim: String,
    #[serde(default)]
    account: String,
}

pub(super) fn install(hands: &Hands) -> Result<(), SeedError> {
    let components: Components = read(COMPONENTS)?;
    for name in &components.namespaces {
        hands.create(
            &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }),
        )?;
    }
    for (group, plural, kind) in &components.kinds {
        hands.create(&issuer::definition(group, (kind, plural)))?;
    }
    for claim in &components.claims {
        hands.create(&json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": { "name": claim, "namespace": "kubeflow" },
            "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "10Gi" } } },
        }))?;
    }
    components.deployments.iter().try_for_each(|component| {
        hands
            .create(&deployment(component))
            .map_err(SeedError::from)
    })
}

fn deployment(component: &Component) -> Value {
    let labels = json!({ "app": component.name });
    let mut spec = json!({
        "nodeName": "cpu-1",
        "containers": [{
            "name": component.name, "image": component.image,
            "resources": { "requests": { "cpu": "100m", "memory": "256Mi" } },
        }],
    });
    if !component.account.is_empty() {
        spec["serviceAccountName"] = component.account.clone().into();
    }
    // The namespace is part of the mesh; there is no webhook here that would put the sidecar in.
    if component.namespace == "kubeflow"
        && let Some(containers) = spec["containers"].as_array_mut()
    {
        containers.push(json!({ "name": "istio-proxy", "image": SIDECAR }));
    }
    if !component.claim.is_empty() {
        spec["volumes"] =
            json!([{ "name": "data", "persistentVolumeClaim": { "claimName": component.claim } }]);
    }
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": component.name, "namespace": component.namespace, "labels": labels },
        "spec": {
            "replicas": 1, "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": spec },
        },
    })
}
