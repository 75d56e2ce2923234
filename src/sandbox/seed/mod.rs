//! The world of the demo: a Kubeflow in which people work, with a few things that are not right.
//!
//! Everything is written through the API by those who would have written it: an installation by kubectl, a namespace by
//! the profile controller, a contributor by KFAM.

mod people;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Api;
use super::hands::{Hands, HandsError};
use super::{Issuer, profile_controller};
use crate::domain::password_object_name;

const CUSTOM_RESOURCES: &str = include_str!("custom-resources.yaml");
const KUBEFLOW: &str = include_str!("kubeflow.yaml");
const DEX: &str = include_str!("dex.yaml");
const INGRESS: &str = include_str!("ingress.yaml");
const COMPONENTS: &str = include_str!("components.yaml");
/// The rights of the dashboard and of its administrators, exactly as they are installed.
const DEPLOYED: [&str; 4] = [
    include_str!("../../../deploy/base/namespace.yaml"),
    include_str!("../../../deploy/base/service-account.yaml"),
    include_str!("../../../deploy/base/rbac.yaml"),
    include_str!("../../../deploy/base/operator-roles.yaml"),
];
/// The lowest cost with which Dex lets people in: a demo starts at once.
const COST: u32 = 10;

/// Everybody's password in the demo.
pub const PASSWORD: &str = "demo-password";
/// Who administers it.
pub const ADMINISTRATOR: &str = "admin@example.com";

#[derive(Debug, Deserialize)]
struct Components {
    namespaces: Vec<String>,
    deployments: Vec<Component>,
    broken: Broken,
}

#[derive(Debug, Deserialize)]
struct Component {
    namespace: String,
    name: String,
    image: String,
}

#[derive(Debug, Deserialize)]
struct Broken {
    namespace: String,
    name: String,
    reason: String,
}

/// Why the world could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Refused(#[from] HandsError),
    #[error("the sandbox's own YAML cannot be read: {0}")]
    Unreadable(String),
    #[error("the password of the demo cannot be hashed: {0}")]
    Hash(#[from] bcrypt::BcryptError),
    #[error(transparent)]
    Issuer(#[from] super::ConfigError),
}

/// An installation without people: kinds, roles, Dex and the components. Gives the issuer that came up with it.
pub fn install(api: &Api, hint: &str) -> Result<Issuer, SeedError> {
    let hands = Hands::new(api, "kubectl-client-side-apply");
    for yaml in [CUSTOM_RESOURCES, KUBEFLOW, DEX, INGRESS]
        .into_iter()
        .chain(DEPLOYED)
    {
        hands.create_all(yaml)?;
    }
    components(&hands)?;
    Ok(Issuer::start(api, hint)?)
}

/// The people, their profiles and what they run. The profile controller must be running.
pub async fn move_in(api: &Api) -> Result<(), SeedError> {
    let hash = bcrypt::hash(PASSWORD, COST)?;
    people::move_in(api, &hash).await
}

fn read<T: for<'de> Deserialize<'de>>(yaml: &str) -> Result<T, SeedError> {
    serde_saphyr::from_str(yaml).map_err(|error| SeedError::Unreadable(error.to_string()))
}

fn components(hands: &Hands) -> Result<(), SeedError> {
    let components: Components = read(COMPONENTS)?;
    for name in &components.namespaces {
        hands.create(
            &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }),
        )?;
    }
    for component in &components.deployments {
        let is_broken = component.namespace == components.broken.namespace
            && component.name == components.broken.name;
        let trouble = is_broken.then_some(components.broken.reason.as_str());
        hands.create(&deployment(component, trouble))?;
        hands.create(&pod_of(component, trouble))?;
    }
    Ok(())
}

fn deployment(component: &Component, trouble: Option<&str>) -> Value {
    let labels = json!({ "app": component.name });
    let ready = u32::from(trouble.is_none());
    let available = json!({
        "type": "Available", "status": if trouble.is_none() { "True" } else { "False" },
        "reason": if trouble.is_none() { "MinimumReplicasAvailable" } else { "MinimumReplicasUnavailable" },
        "message": "",
    });
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": component.name, "namespace": component.namespace, "labels": labels },
        "spec": {
            "replicas": 1, "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": { "containers": [container(component)] } },
        },
        "status": {
            "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": ready,
            "availableReplicas": ready, "unavailableReplicas": 1 - ready, "conditions": [available],
        },
    })
}

fn container(component: &Component) -> Value {
    json!({
        "name": component.name, "image": component.image,
        "resources": { "requests": { "cpu": "100m", "memory": "256Mi" } },
    })
}

fn pod_of(component: &Component, trouble: Option<&str>) -> Value {
    let status = match trouble {
        None => json!({
            "phase": "Running",
            "conditions": [{ "type": "Ready", "status": "True" }],
            "containerStatuses": [{
                "name": component.name, "image": component.image, "imageID": "", "ready": true, "restartCount": 0,
                "state": { "running": {} },
            }],
        }),
        Some(why) => json!({
            "phase": "Pending",
            "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why }],
        }),
    };
    let host = if trouble.is_none() { "cpu-1" } else { "" };
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("{}-5f7d9c", component.name), "namespace": component.namespace,
            "labels": { "app": component.name },
        },
        "spec": { "containers": [container(component)], "nodeName": host },
        "status": status,
    })
}

/// A Password object as Dex keeps it.
fn password(email: &str, hash: &str, user_id: &str) -> Value {
    json!({
        "apiVersion": "dex.coreos.com/v1", "kind": "Password",
        "metadata": { "name": password_object_name(email), "namespace": "auth" },
        "email": email, "hash": STANDARD.encode(hash),
        "username": email.split('@').next().unwrap_or_default(), "userID": user_id,
    })
}

/// Client of the profile controller's stand-in.
pub fn controller_client(api: &Api) -> kube::Client {
    let token = api.account_token(
        profile_controller::NAMESPACE,
        profile_controller::SERVICE_ACCOUNT,
    );
    super::client(api, &token)
}
