//! Freezing a profile: a second ResourceQuota that lets no pod start. What runs keeps running.

use serde_json::{Value, json};

use super::{Acting, Applied, added, removed};
use crate::cluster::error::Error;
use crate::cluster::kinds::{FREEZE_NAME, RESOURCE_QUOTA};
use crate::cluster::objects::{Mode, Objects, Others, annotation, without_server_fields};
use crate::domain::ProfileName;

/// Why it is frozen, for whoever finds the quota.
pub(crate) const REASON: &str = "kubeflow-admin/reason";

impl Acting {
    fn freezers<'n>(&self, profile: &'n ProfileName) -> Objects<'n> {
        self.within(RESOURCE_QUOTA, profile.as_str())
    }

    /// Why the profile is frozen, if it is.
    pub async fn frozen(&self, profile: &ProfileName) -> Result<Option<String>, Error> {
        let found = self.freezers(profile).find(FREEZE_NAME).await?;
        Ok(found.map(|quota| annotation(&quota, REASON).unwrap_or_default().to_owned()))
    }

    pub async fn freeze(
        &self,
        profile: &ProfileName,
        reason: &str,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let quotas = self.freezers(profile);
        let found = quotas.find(FREEZE_NAME).await?;
        let object = json!({
            "apiVersion": RESOURCE_QUOTA.api_version(),
            "kind": RESOURCE_QUOTA.kind,
            "metadata": {
                "name": FREEZE_NAME,
                "namespace": profile.as_str(),
                "labels": { "app.kubernetes.io/managed-by": "kubeflow-admin" },
                "annotations": { REASON: reason },
            },
            "spec": { "hard": { "pods": "0" } },
        });
        quotas
            .apply(FREEZE_NAME, &object, Others::TakeOver, mode)
            .await?;
        Ok(Applied {
            before: found.as_ref().map(without_server_fields),
            changes: vec![added(
                format!("ResourceQuota {profile}/{FREEZE_NAME}: spec.hard.pods"),
                "0",
            )],
            ..Applied::default()
        })
    }

    /// Absent is as good as thawed.
    pub async fn thaw(&self, profile: &ProfileName, mode: Mode) -> Result<Applied, Error> {
        let quotas = self.freezers(profile);
        let Some(found) = quotas.find(FREEZE_NAME).await? else {
            return Ok(Applied::default());
        };
        quotas.delete(&found, mode).await?;
        Ok(Applied {
            before: Some(json!({ "reason": annotation(&found, REASON).unwrap_or_default() })),
            changes: vec![removed(
                format!("ResourceQuota {profile}/{FREEZE_NAME}: spec.hard.pods"),
                "0",
            )],
            ..Applied::default()
        })
    }

    pub async fn freeze_again(&self, profile: &ProfileName, before: &Value) -> Result<(), Error> {
        let reason = before["reason"].as_str().unwrap_or_default();
        self.freeze(profile, reason, Mode::Apply).await.map(drop)
    }
}
