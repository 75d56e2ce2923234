//! Freezing a profile: a second ResourceQuota that lets no pod start. What runs keeps running.

use serde_json::{Value, json};

use super::{Acting, Applied, added, changed, removed};
use crate::cluster::error::Error;
use crate::cluster::facts::Frozen;
use crate::cluster::kinds::{FREEZE_NAME, REASON, RESOURCE_QUOTA, UNTIL};
use crate::cluster::objects::{Mode, Objects, Others, annotation, without_server_fields};
use crate::cluster::watch::Kept as _;
use crate::domain::{ProfileName, Until};

impl Acting {
    fn freezers<'n>(&self, profile: &'n ProfileName) -> Objects<'n> {
        self.within(RESOURCE_QUOTA, profile.as_str())
    }

    /// Why the profile is frozen and until when, if it is.
    pub async fn frozen(&self, profile: &ProfileName) -> Result<Option<Frozen>, Error> {
        let found = self.freezers(profile).find(FREEZE_NAME).await?;
        Ok(found.as_ref().and_then(Frozen::from_resource))
    }

    /// One that is there already gets this reason and this date.
    pub async fn freeze(
        &self,
        profile: &ProfileName,
        reason: &str,
        until: Option<Until>,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let until = until.map(|until| until.to_string());
        self.apply_freeze(profile, (reason, until.as_deref()), mode)
            .await
    }

    async fn apply_freeze(
        &self,
        profile: &ProfileName,
        (reason, until): (&str, Option<&str>),
        mode: Mode,
    ) -> Result<Applied, Error> {
        let quotas = self.freezers(profile);
        let found = quotas.find(FREEZE_NAME).await?;
        let mut object = json!({
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
        if let Some(until) = until {
            object["metadata"]["annotations"][UNTIL] = json!(until);
        }
        quotas
            .apply(FREEZE_NAME, &object, Others::TakeOver, mode)
            .await?;
        let field = |part: &str| format!("ResourceQuota {profile}/{FREEZE_NAME}: {part}");
        let mut changes = Vec::new();
        if found.is_none() {
            changes.push(added(field("spec.hard.pods"), "0"));
        }
        for (key, wanted) in [(REASON, Some(reason)), (UNTIL, until)] {
            let before = found.as_ref().and_then(|found| annotation(found, key));
            if before != wanted {
                let part = format!("annotation {key}");
                changes.push(changed(field(&part), before, wanted));
            }
        }
        Ok(Applied {
            before: found.as_ref().map(without_server_fields),
            changes,
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
            before: Some(json!({
                "reason": annotation(&found, REASON).unwrap_or_default(),
                "until": annotation(&found, UNTIL),
            })),
            changes: vec![removed(
                format!("ResourceQuota {profile}/{FREEZE_NAME}: spec.hard.pods"),
                "0",
            )],
            ..Applied::default()
        })
    }

    /// Reason and date as they were on the quota that was there.
    pub async fn restore_freeze(&self, profile: &ProfileName, before: &Value) -> Result<(), Error> {
        let annotations = &before["metadata"]["annotations"];
        let reason = annotations[REASON].as_str().unwrap_or_default();
        let until = annotations[UNTIL].as_str();
        self.apply_freeze(profile, (reason, until), Mode::Apply)
            .await
            .map(drop)
    }
}
