//! Handing a profile over: everything that the profile controller does by itself, and everything that it forgets.

use serde_json::{Value, json};

use super::{Acting, Applied, changed};
use crate::cluster::conflicts::{all_accepted, owners};
use crate::cluster::error::Error;
use crate::cluster::kinds::{
    AUTHORIZATION_POLICY, Kind, NAMESPACE, OWNER_BINDING, OWNER_POLICY, PROFILE, ROLE_BINDING,
};
use crate::cluster::objects::{Mode, annotation};
use crate::domain::{Conflict, ProfileName, UserName};

/// Annotation on the Profile, only there to make the controller look again when the namespace is not its own.
const TOUCHED: &str = "kubeflow-admin/owner-set";
/// What carries the name of the owner for KFAM.
const ANNOTATED: [(Kind, &str); 2] = [
    (ROLE_BINDING, OWNER_BINDING),
    (AUTHORIZATION_POLICY, OWNER_POLICY),
];

impl Acting {
    /// `spec.owner`. Fields that another manager owns are taken over only when that was accepted.
    pub async fn set_owner(
        &self,
        profile: &ProfileName,
        owner: &UserName,
        accepted: &[Conflict],
        mode: Mode,
    ) -> Result<Applied, Error> {
        let found = self.profiles().get(profile.as_str()).await?;
        let before = found.data["spec"]["owner"].clone();
        let mut applied = Applied {
            before: Some(before.clone()),
            ..Applied::default()
        };
        if before["name"] == owner.as_str() && before["kind"] == "User" {
            return Ok(applied);
        }
        applied.conflicts = owners(&found, &["f:spec", "f:owner", "f:name"], ".spec.owner.name");
        if mode == Mode::Apply {
            all_accepted(&applied.conflicts, accepted)?;
        }
        let patch = json!({
            "metadata": { "resourceVersion": found.metadata.resource_version },
            "spec": { "owner": { "kind": "User", "name": owner.as_str() } },
        });
        self.profiles()
            .merge(profile.as_str(), &patch, mode)
            .await?;
        applied.changes.push(changed(
            format!("Profile {profile}: spec.owner.name"),
            before["name"].as_str(),
            Some(owner.as_str()),
        ));
        Ok(applied)
    }

    pub async fn restore_owner(&self, profile: &ProfileName, before: &Value) -> Result<(), Error> {
        let found = self.profiles().get(profile.as_str()).await?;
        let patch = json!({
            "metadata": { "resourceVersion": found.metadata.resource_version },
            "spec": { "owner": before },
        });
        self.profiles()
            .merge(profile.as_str(), &patch, Mode::Apply)
            .await
            .map(drop)
    }

    /// The annotation `owner` of the namespace. A namespace that the Profile does not own (it was adopted) tells the
    /// controller nothing when it changes, so the Profile is touched as well.
    pub async fn set_namespace_owner(
        &self,
        profile: &ProfileName,
        owner: &str,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let name = profile.as_str();
        let namespaces = self.cluster_wide(NAMESPACE);
        let found = namespaces.get(name).await?;
        let before = annotation(&found, "owner").map(str::to_owned);
        let mut applied = Applied {
            before: Some(json!({ "owner": before })),
            ..Applied::default()
        };
        if before.as_deref() == Some(owner) {
            return Ok(applied);
        }
        let patch = json!({
            "metadata": {
                "resourceVersion": found.metadata.resource_version,
                "annotations": { "owner": owner },
            },
        });
        namespaces.merge(name, &patch, mode).await?;
        applied.changes.push(changed(
            format!("Namespace {name}: annotation owner"),
            before.as_deref(),
            Some(owner),
        ));
        let references = found.metadata.owner_references.iter().flatten();
        let mut references = references.filter(|one| one.kind == PROFILE.kind);
        if mode == Mode::Apply && references.next().is_none() {
            let touch = json!({ "metadata": { "annotations": { TOUCHED: owner } } });
            self.profiles().merge(name, &touch, mode).await?;
        }
        Ok(applied)
    }

    /// The annotation `user` of the owner's binding and policy. One that is not there yet is the controller's to make.
    pub async fn set_owner_annotations(
        &self,
        profile: &ProfileName,
        owner: &UserName,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let mut applied = Applied::default();
        let mut before = serde_json::Map::new();
        for (kind, name) in ANNOTATED {
            let objects = self.within(kind, profile.as_str());
            let Some(found) = objects.find(name).await? else {
                continue;
            };
            let user = annotation(&found, "user").map(str::to_owned);
            before.insert(name.to_owned(), json!(user));
            if user.as_deref() == Some(owner.as_str()) {
                continue;
            }
            let patch = json!({
                "metadata": {
                    "resourceVersion": found.metadata.resource_version,
                    "annotations": { "user": owner.as_str() },
                },
            });
            objects.merge(name, &patch, mode).await?;
            applied.changes.push(changed(
                format!("{} {profile}/{name}: annotation user", kind.kind),
                user.as_deref(),
                Some(owner.as_str()),
            ));
        }
        applied.before = Some(Value::Object(before));
        Ok(applied)
    }

    pub async fn restore_owner_annotations(
        &self,
        profile: &ProfileName,
        before: &Value,
    ) -> Result<(), Error> {
        for (kind, name) in ANNOTATED {
            let Some(user) = before.get(name) else {
                continue;
            };
            let objects = self.within(kind, profile.as_str());
            if objects.find(name).await?.is_none() {
                continue;
            }
            let patch = json!({ "metadata": { "annotations": { "user": user } } });
            objects.merge(name, &patch, Mode::Apply).await?;
        }
        Ok(())
    }
}
