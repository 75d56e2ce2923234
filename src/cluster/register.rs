//! Our own client at Dex: an OAuth2Client object, which Dex finds without a restart.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::kinds::{FIELD_MANAGER, OAUTH2_CLIENT};
use super::objects::{Mode, Objects, Others};
use super::{Cluster, Error, Identity, client};
use crate::domain::{DEX_NAMESPACE, UserName, password_object_name};

/// The only thing that machine identity may do is to create and change this one object (`deploy/base`).
const REGISTRAR: &str = "kubeflow-admin:registrar";

/// What Dex has to know of us.
#[derive(Debug, Clone, Copy)]
pub struct ClientRegistration {
    pub id: &'static str,
    pub name: &'static str,
    /// Relative, so that it holds for every host and port.
    pub redirect: &'static str,
}

impl Cluster {
    /// Makes sure that the object is there, and gives its secret: that of an existing object, else `new_secret`.
    pub async fn register_oauth_client(
        &self,
        registration: &ClientRegistration,
        new_secret: SecretString,
    ) -> Result<SecretString, Error> {
        let name = password_object_name(registration.id);
        let read = Objects::within(&self.inner.client, OAUTH2_CLIENT, DEX_NAMESPACE);
        if let Some(found) = read.find(&name).await? {
            return self.adopt(registration, &found, new_secret).await;
        }
        let write = self.registrar()?;
        let write = Objects::within(&write, OAUTH2_CLIENT, DEX_NAMESPACE);
        match write
            .create(object(registration, &name, &new_secret), Mode::Apply)
            .await
        {
            Ok(_) => Ok(new_secret),
            // Another replica was quicker; its secret is the one.
            Err(Error::AlreadyExists { .. }) => {
                let found = read.get(&name).await?;
                self.adopt(registration, &found, new_secret).await
            }
            Err(error) => Err(error),
        }
    }

    /// Uses an object as it is, or mends what differs. An empty secret would let anybody be us.
    async fn adopt(
        &self,
        registration: &ClientRegistration,
        found: &kube::api::DynamicObject,
        new_secret: SecretString,
    ) -> Result<SecretString, Error> {
        let there = found.data["secret"].as_str().unwrap_or_default();
        let secret = if there.is_empty() {
            new_secret
        } else {
            SecretString::from(there.to_owned())
        };
        let right = found.data["redirectURIs"] == json!([registration.redirect])
            && found.data["public"].as_bool() != Some(true)
            && !there.is_empty();
        if !right {
            let name = password_object_name(registration.id);
            let write = self.registrar()?;
            let write = Objects::within(&write, OAUTH2_CLIENT, DEX_NAMESPACE);
            write
                .apply(
                    &name,
                    &object(registration, &name, &secret),
                    Others::TakeOver,
                    Mode::Apply,
                )
                .await?;
        }
        Ok(secret)
    }

    fn registrar(&self) -> Result<kube::Client, Error> {
        match self.inner.identity {
            Identity::Kubeconfig => Ok(self.inner.client.clone()),
            Identity::InCluster => {
                client::impersonating(&self.inner.client, &UserName::from_cluster(REGISTRAR), &[])
            }
        }
    }
}

fn object(
    registration: &ClientRegistration,
    name: &str,
    secret: &SecretString,
) -> serde_json::Value {
    json!({
        "apiVersion": OAUTH2_CLIENT.api_version(),
        "kind": OAUTH2_CLIENT.kind,
        "metadata": { "name": name, "namespace": DEX_NAMESPACE, "labels": { "app.kubernetes.io/managed-by": FIELD_MANAGER } },
        "id": registration.id,
        "name": registration.name,
        "secret": secret.expose_secret(),
        "redirectURIs": [registration.redirect],
        "public": false,
    })
}
