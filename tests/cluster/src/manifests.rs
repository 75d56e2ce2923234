//! The YAML the lab applies, and how.
//!
//! It is written the way `kubectl apply` without `--server-side` leaves it, field manager and
//! annotation included, because that is how a Kubeflow install arrives in a cluster: whoever
//! uses server-side apply on such an object meets the same conflicts as there.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams},
    discovery::{self, Scope},
};
use serde_json::{Value, json};

use crate::waiting;

pub(crate) const CUSTOM_RESOURCES: &str =
    include_str!("../../../src/sandbox/seed/custom-resources.yaml");
pub(crate) const KUBEFLOW: &str = include_str!("../../../src/sandbox/seed/kubeflow.yaml");
pub(crate) const DEX: &str = include_str!("../../../src/sandbox/seed/dex.yaml");
pub(crate) const DEX_POD: &str = include_str!("../manifests/dex-pod.yaml");
pub(crate) const DNS: &str = include_str!("../manifests/dns.yaml");
pub(crate) const STORAGE: &str = include_str!("../manifests/storage.yaml");

const FIELD_MANAGER: &str = "kubectl-client-side-apply";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Creates every object of a YAML stream, in its order.
pub async fn create(client: &Client, yaml: &str) -> Result<()> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml)?;
    for document in documents {
        create_one(client, document).await?;
    }
    Ok(())
}

async fn create_one(client: &Client, mut document: Value) -> Result<()> {
    let described = document.to_string();
    if document["metadata"]["annotations"].is_null() {
        document["metadata"]["annotations"] = json!({});
    }
    document["metadata"]["annotations"][LAST_APPLIED] = format!("{described}\n").into();
    let object: DynamicObject = serde_json::from_value(document)?;
    let types = object
        .types
        .clone()
        .with_context(|| format!("no apiVersion and kind in {described}"))?;
    let resource = ApiResource::from_gvk(&GroupVersionKind::try_from(&types)?);
    let api: Api<DynamicObject> = match &object.metadata.namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    };
    let parameters = PostParams {
        field_manager: Some(FIELD_MANAGER.into()),
        dry_run: false,
    };
    api.create(&parameters, &object)
        .await
        .with_context(|| format!("creating {} {:?}", types.kind, object.metadata.name))?;
    Ok(())
}

/// Applies every object of a YAML stream, in its order, by server-side apply.
pub(crate) async fn apply(client: &Client, yaml: &str) -> Result<()> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml)?;
    for document in documents.into_iter().filter(|document| !document.is_null()) {
        apply_one(client, document).await?;
    }
    Ok(())
}

async fn apply_one(client: &Client, document: Value) -> Result<()> {
    let object: DynamicObject = serde_json::from_value(document)?;
    let types = object
        .types
        .as_ref()
        .context("an object without apiVersion and kind")?;
    let kind = GroupVersionKind::try_from(types)?;
    let name = object.metadata.name.clone();
    let name = name.with_context(|| format!("a {} without a name", kind.kind))?;
    // The stream itself may have brought the custom resource, a moment ago.
    let what = format!("{} is served", types.kind);
    let (resource, capabilities) = waiting::until(&what, Duration::from_secs(10), || async {
        Ok(Some(discovery::pinned_kind(client, &kind).await?))
    })
    .await?;
    let api: Api<DynamicObject> = match capabilities.scope {
        Scope::Cluster => Api::all_with(client.clone(), &resource),
        Scope::Namespaced => {
            let namespace = object.metadata.namespace.as_deref().unwrap_or("default");
            Api::namespaced_with(client.clone(), namespace, &resource)
        }
    };
    let parameters = PatchParams::apply("lab").force();
    api.patch(&name, &parameters, &Patch::Apply(&object))
        .await
        .with_context(|| format!("applying {} {name}", kind.kind))?;
    Ok(())
}

/// Waits until the API server serves the lab's own custom resources.
pub(crate) async fn wait_until_served(client: &Client) -> Result<()> {
    for (group, kind) in [
        ("kubeflow.org", "Profile"),
        ("security.istio.io", "AuthorizationPolicy"),
    ] {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
        let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        waiting::until(
            &format!("{kind} is served"),
            Duration::from_secs(20),
            || async { Ok(Some(api.list(&kube::api::ListParams::default()).await?)) },
        )
        .await?;
    }
    Ok(())
}

/// Waits until the controller manager has filled the aggregated roles.
pub(crate) async fn wait_until_aggregated(client: &Client) -> Result<()> {
    use k8s_openapi::api::rbac::v1::ClusterRole;
    let roles: Api<ClusterRole> = Api::all(client.clone());
    waiting::until(
        "kubeflow-admin has its rules",
        Duration::from_secs(30),
        || async {
            let filled = roles.get("kubeflow-admin").await?.rules.unwrap_or_default();
            let complete = ["rolebindings", "secrets", "authorizationpolicies"]
                .iter()
                .all(|wanted| {
                    filled.iter().any(|rule| {
                        rule.resources
                            .iter()
                            .flatten()
                            .any(|resource| resource == wanted)
                    })
                });
            ensure!(complete, "not yet");
            Ok(Some(()))
        },
    )
    .await
}
