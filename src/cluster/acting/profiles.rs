//! Profiles: created and deleted; what is in their namespace is the profile controller's work.

use serde_json::json;

use super::{Acting, Applied, NewProfile, added, is_of, removed, taken};
use crate::cluster::error::Error;
use crate::cluster::kinds::{NAMESPACE, OPERATION, PROFILE, RESOURCE_QUOTA};
use crate::cluster::objects::{Mode, Objects, Others};
use crate::domain::{DEX_NAMESPACE, OperationId, ProfileName, Quota};

impl Acting {
    pub(super) fn profiles(&self) -> Objects<'static> {
        self.cluster_wide(PROFILE)
    }

    /// Creates a profile. One that this operation created already is done; any other is somebody else's, and so is a
    /// namespace of that name.
    pub async fn create_profile(
        &self,
        new: &NewProfile<'_>,
        operation: OperationId,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let name = new.name.as_str();
        match self.profiles().find(name).await? {
            Some(found) if is_of(&found, operation) => {}
            Some(_) => return Err(taken(PROFILE.kind, name, "Choose another name.")),
            None => {
                let namespaces = Objects::cluster_wide(&self.cluster.inner.client, NAMESPACE);
                if namespaces.find(name).await?.is_some() {
                    let note =
                        "A profile of this name would need that namespace. Choose another name.";
                    return Err(taken(NAMESPACE.kind, name, note));
                }
            }
        }
        let mut spec = json!({ "owner": { "kind": "User", "name": new.owner.as_str() } });
        if !new.quota.is_empty() {
            spec["resourceQuotaSpec"] = json!({ "hard": new.quota });
        }
        let object = json!({
            "apiVersion": PROFILE.api_version(),
            "kind": PROFILE.kind,
            "metadata": { "name": name, "annotations": { OPERATION: operation.to_string() } },
            "spec": spec,
        });
        self.profiles()
            .apply(name, &object, Others::Respect, mode)
            .await?;
        let mut changes = vec![added(
            format!("Profile {name}: spec.owner.name"),
            new.owner.as_str(),
        )];
        let line = |(resource, amount): (&crate::domain::ResourceName, crate::domain::Quantity)| {
            added(
                format!("Profile {name}: spec.resourceQuotaSpec.hard.{resource}"),
                amount.to_string(),
            )
        };
        changes.extend(new.quota.iter().map(line));
        Ok(Applied {
            before: None,
            changes,
            ..Applied::default()
        })
    }

    /// The API server's own word on a quota: the dry run of a ResourceQuota. The Profile's schema accepts names that
    /// no ResourceQuota may have, and the controller would then fail for ever, silently. Whoever may not create
    /// ResourceQuotas in Dex's namespace is not asked; then the rules of `domain` have decided alone.
    pub async fn check_quota(&self, quota: &Quota) -> Result<(), Error> {
        if quota.is_empty() {
            return Ok(());
        }
        let object = json!({
            "apiVersion": RESOURCE_QUOTA.api_version(),
            "kind": RESOURCE_QUOTA.kind,
            "metadata": { "name": "kubeflow-admin-check", "namespace": DEX_NAMESPACE },
            "spec": { "hard": quota },
        });
        let quotas = self.within(RESOURCE_QUOTA, DEX_NAMESPACE);
        match quotas.create(object, Mode::DryRun).await {
            Ok(_) | Err(Error::Forbidden { .. } | Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Marks a profile for deletion; absent is as good as deleted.
    pub async fn delete_profile(&self, name: &ProfileName, mode: Mode) -> Result<Applied, Error> {
        let Some(found) = self.profiles().find(name.as_str()).await? else {
            return Ok(Applied::default());
        };
        self.profiles().delete(&found, mode).await?;
        let owner = found.data["spec"]["owner"]["name"]
            .as_str()
            .unwrap_or_default();
        let changes = vec![
            removed(format!("Profile {name}"), format!("owned by {owner}")),
            removed(format!("Namespace {name}"), "with everything in it"),
        ];
        Ok(Applied {
            before: Some(json!({ "owner": owner })),
            changes,
            ..Applied::default()
        })
    }

    /// Takes back a profile that this operation created, and no other.
    pub async fn undo_create_profile(
        &self,
        name: &ProfileName,
        operation: OperationId,
    ) -> Result<(), Error> {
        match self
            .profiles()
            .find(name.as_str())
            .await?
            .filter(|object| is_of(object, operation))
        {
            Some(found) => self.profiles().delete(&found, Mode::Apply).await,
            None => Ok(()),
        }
    }
}
