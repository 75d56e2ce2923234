//! The world of the demo: a Kubeflow in which people work, with a few things that are not right.
//!
//! Everything is written through the API by those who would have written it: an installation by kubectl, a namespace by
//! the profile controller, a contributor by KFAM.

mod components;
mod crowd;
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
const MESH: &str = include_str!("mesh.yaml");
const INGRESS: &str = include_str!("ingress.yaml");
/// The rights of the dashboard and of its administrators, exactly as they are installed.
const DEPLOYED: [&str; 4] = [
    include_str!("../../../deploy/base/namespace.yaml"),
    include_str!("../../../deploy/base/service-account.yaml"),
    include_str!("../../../deploy/base/rbac.yaml"),
    include_str!("../../../deploy/base/operator-roles.yaml"),
];

/// Everybody's password in the demo.
pub const PASSWORD: &str = "demo-password";
/// Its hash, with the lowest cost with which Dex lets people in: to hash it at each start would take a fifth of it.
const HASH: &str = "$2b$10$Xm72a7fcXlmFZx1lCvvLOuDYZPXh5dfjS/ovrs4DSJpl4O/2yONou";
/// Who administers it.
pub const ADMINISTRATOR: &str = "admin@example.com";

/// Who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// The administrator alone.
    Empty,
    /// Three profiles.
    Small,
    /// Forty people, twenty-five profiles and a few things that are not right.
    Team,
    /// The same and a crowd: ten thousand profiles.
    Huge,
}

/// Why the world could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Refused(#[from] HandsError),
    #[error("the sandbox's own YAML cannot be read: {0}")]
    Unreadable(String),
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
    hands.create_all(MESH)?;
    components::install(&hands)?;
    Ok(Issuer::start(api, hint)?)
}

/// The people, their profiles and what they run. The profile controller must be running.
pub async fn move_in(api: &Api, world: World) -> Result<(), SeedError> {
    people::move_in(api, &people::of(world)?, HASH).await?;
    if world == World::Huge {
        crowd::restore(api, HASH);
    }
    Ok(())
}

fn read<T: for<'de> Deserialize<'de>>(yaml: &str) -> Result<T, SeedError> {
    serde_saphyr::from_str(yaml).map_err(|error| SeedError::Unreadable(error.to_string()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_signs_in_with_the_password_that_the_demo_names() {
        assert_eq!(bcrypt::verify(PASSWORD, HASH).ok(), Some(true));
    }
}
