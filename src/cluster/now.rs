//! Looking at the cluster itself instead of the watches: for waiting and proving.

use super::facts::quota;
use super::kinds::{NAMESPACE, PROFILE, QUOTA_NAME, RESOURCE_QUOTA};
use super::objects::Objects;
use super::{Cluster, Error};
use crate::domain::{Health, HealthVerdict, ProfileName, QuotaUse};

/// Is something still there?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Present,
    Gone,
}

impl Cluster {
    /// Health of a profile that was just written. The watches tell it as soon as they have seen the profile and its
    /// quota; before that it is on its way.
    pub async fn profile_progress(&self, name: &ProfileName) -> Result<Health, Error> {
        let profile = Objects::cluster_wide(&self.inner.client, PROFILE)
            .get(name.as_str())
            .await?;
        let version = profile.metadata.resource_version.unwrap_or_default();
        let on_its_way = |reason: &str| Ok(Health::new(HealthVerdict::Progressing, reason, ""));
        let Some(seen) = self.profile(name) else {
            return on_its_way("The profile was just created.");
        };
        if seen.resource_version != version {
            return on_its_way("The profile controller is working on it.");
        }
        if !seen.quota.is_empty() && self.quota_now(name).await?.hard != seen.quota {
            return on_its_way("The quota is not in force yet.");
        }
        Ok(seen.health.clone())
    }

    /// What the ResourceQuota in the namespace says now; empty when there is none.
    pub async fn quota_now(&self, name: &ProfileName) -> Result<QuotaUse, Error> {
        let quotas = Objects::within(&self.inner.client, RESOURCE_QUOTA, name.as_str());
        let found = quotas.find(QUOTA_NAME).await?;
        Ok(found.map_or_else(QuotaUse::default, |object| QuotaUse {
            hard: quota(&object.data["status"]["hard"]),
            used: quota(&object.data["status"]["used"]),
        }))
    }

    /// Profile and namespace together.
    pub async fn profile_presence(&self, name: &ProfileName) -> Result<Presence, Error> {
        let profiles = Objects::cluster_wide(&self.inner.client, PROFILE);
        let namespaces = Objects::cluster_wide(&self.inner.client, NAMESPACE);
        let gone = profiles.find(name.as_str()).await?.is_none()
            && namespaces.find(name.as_str()).await?.is_none();
        Ok(if gone {
            Presence::Gone
        } else {
            Presence::Present
        })
    }
}
