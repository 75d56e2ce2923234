//! What Dex reads out of Secrets: hashes in its environment, and the whole configuration where an installation keeps it
//! there. Read by name from time to time, and at once after a write of ours; not watched, because a right to watch
//! Secrets is a right to list them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::dex_config::DexFile;
use super::dex_place::ConfigPlace;
use super::kinds::{DEPLOYMENT, DEX_NAME, DEX_PASSWORDS_SECRET, SECRET};
use super::objects::Objects;
use super::{Cluster, Error, logins};
use crate::domain::DEX_NAMESPACE;

const PAUSE: Duration = Duration::from_mins(1);

impl Cluster {
    pub(super) async fn follow_secrets(self) {
        loop {
            self.look_at_hashes().await;
            self.inner.caches.note_file(self.file_in_secret().await);
            let changed = self.inner.secrets_changed.notified();
            let _ = tokio::time::timeout(PAUSE, changed).await;
        }
    }

    /// The default password of Kubeflow ≥ 1.9 is in a Secret.
    async fn look_at_hashes(&self) {
        let secrets = Objects::within(&self.inner.client, SECRET, DEX_NAMESPACE);
        match secrets.find(DEX_PASSWORDS_SECRET).await {
            Ok(Some(secret)) => self
                .inner
                .caches
                .note_secret(logins::secret_hashes(&secret)),
            Ok(None) => self.inner.caches.note_secret(BTreeMap::new()),
            Err(error) => tracing::info!(%error, "cluster.secret-not-read"),
        }
    }

    /// The configuration, when Deployment `dex` takes it from a Secret.
    async fn file_in_secret(&self) -> Option<DexFile> {
        let client = &self.inner.client;
        let deployments = Objects::within(client, DEPLOYMENT, DEX_NAMESPACE);
        let deployment = match deployments.find(DEX_NAME).await {
            Ok(found) => found?,
            Err(error) => {
                tracing::info!(%error, "cluster.deployment-not-read");
                return None;
            }
        };
        let place = ConfigPlace::of(&deployment).ok()?;
        if place.kind != SECRET {
            return None;
        }
        let secrets = Objects::within(client, SECRET, DEX_NAMESPACE);
        Some(match secrets.get(&place.name).await {
            Ok(secret) => match place.text(&secret) {
                Some(text) => DexFile::of(&text),
                None => DexFile::unreadable(&format!("{place} has no key {}.", place.key)),
            },
            Err(Error::Forbidden { .. }) => DexFile::unreadable(&format!(
                "The configuration of Dex is in {place}, which kubeflow-admin may not read: \
                 deploy/components/dex-config-secret grants it."
            )),
            Err(error) => DexFile::unreadable(&error.to_string()),
        })
    }
}
