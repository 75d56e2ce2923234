//! Claims of the installation: one that never got a volume is made again with another class, and one
//! that has a volume asks for a larger one.

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::{Acting, Applied, changed, is_of};
use crate::cluster::error::Error;
use crate::cluster::kinds::{CLAIM, OPERATION, STORAGE_CLASS};
use crate::cluster::managers;
use crate::cluster::objects::{Mode, without_server_fields};
use crate::domain::{ClaimPlace, OperationId};

/// What controllers wrote on the old claim: the new one gets its own.
const OF_CONTROLLERS: [&str; 4] = [
    "pv.kubernetes.io/",
    "volume.kubernetes.io/",
    "volume.beta.kubernetes.io/",
    "kubectl.kubernetes.io/last-applied-configuration",
];

impl Acting {
    /// `before` is the claim as it was when this was begun: after a crash between the two writes nobody else knows it.
    pub(super) async fn recreate_claim(
        &self,
        place: &ClaimPlace,
        class: &str,
        (id, before): (OperationId, Option<&Value>),
        mode: Mode,
    ) -> Result<Applied, Error> {
        let claims = self.within(CLAIM, &place.namespace);
        self.cluster_wide(STORAGE_CLASS).get(class).await?;
        let found = match claims.find(&place.name).await? {
            Some(found) if is_of(&found, id) => return Ok(Applied::default()),
            Some(found) => {
                never_bound(place, &found)?;
                claims.delete_unchanged(&found, mode).await?;
                Some(found)
            }
            None => None,
        };
        let stored = found.as_ref().map(without_server_fields);
        let Some(old) = stored.as_ref().or(before) else {
            // Nothing is there, and nothing is known of what was: the error of the API server says so.
            return claims.get(&place.name).await.map(|_| Applied::default());
        };
        if mode == Mode::Apply {
            self.wait_until_gone(place).await?;
            claims.create(renewed(old, Some(class), id), mode).await?;
        }
        Ok(Applied {
            changes: vec![changed(
                format!("PersistentVolumeClaim {place}: spec.storageClassName"),
                old["spec"]["storageClassName"].as_str(),
                Some(class),
            )],
            notes: notes(found.as_ref()),
            before: stored,
            ..Applied::default()
        })
    }

    /// The old claim again, as long as the new one has no volume either.
    pub(super) async fn restore_claim(
        &self,
        place: &ClaimPlace,
        before: &Value,
        id: OperationId,
    ) -> Result<(), Error> {
        let claims = self.within(CLAIM, &place.namespace);
        match claims.find(&place.name).await? {
            Some(found) if !is_of(&found, id) => return Ok(()),
            Some(found) => {
                never_bound(place, &found)?;
                claims.delete_unchanged(&found, Mode::Apply).await?;
            }
            None => {}
        }
        self.wait_until_gone(place).await?;
        let mut old = before.clone();
        forget_controllers(&mut old);
        claims.create(old, Mode::Apply).await.map(drop)
    }

    pub(super) async fn expand_claim(
        &self,
        place: &ClaimPlace,
        size: &str,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let claims = self.within(CLAIM, &place.namespace);
        let found = claims.get(&place.name).await?;
        let old = found.data["spec"]["resources"]["requests"]["storage"].as_str();
        if old == Some(size) {
            return Ok(Applied::default());
        }
        let patch = json!({
            "metadata": { "resourceVersion": found.metadata.resource_version },
            "spec": { "resources": { "requests": { "storage": size } } },
        });
        let written = claims.merge(&place.name, &patch, mode).await?;
        if written.data["spec"]["resources"]["requests"]["storage"] != size {
            return Err(refused(place, "its size was changed back at once"));
        }
        Ok(Applied {
            changes: vec![changed(
                format!("PersistentVolumeClaim {place}: spec.resources.requests.storage"),
                old,
                Some(size),
            )],
            notes: notes(Some(&found)),
            ..Applied::default()
        })
    }

    /// A claim goes at once unless a pod that has a node uses it.
    async fn wait_until_gone(&self, place: &ClaimPlace) -> Result<(), Error> {
        let claims = self.within(CLAIM, &place.namespace);
        for _ in 0..20 {
            if claims.find(&place.name).await?.is_none() {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        Err(Error::Unreachable {
            why: format!("PersistentVolumeClaim {place} is being deleted and still there"),
        })
    }
}

/// Only what has no volume may be deleted: nothing can be lost then.
fn never_bound(place: &ClaimPlace, claim: &DynamicObject) -> Result<(), Error> {
    let volume = claim.data["spec"]["volumeName"]
        .as_str()
        .unwrap_or_default();
    let phase = claim.data["status"]["phase"].as_str().unwrap_or_default();
    if volume.is_empty() && phase != "Bound" && phase != "Lost" {
        Ok(())
    } else {
        Err(refused(
            place,
            "it has, or had, a volume; it is only made again when it never had one",
        ))
    }
}

fn refused(place: &ClaimPlace, message: &str) -> Error {
    Error::Invalid {
        kind: CLAIM.kind,
        name: place.to_string(),
        causes: Vec::new(),
        message: message.to_owned(),
    }
}

/// The claim as it was, with another class and without what controllers wrote on it.
fn renewed(old: &Value, class: Option<&str>, id: OperationId) -> Value {
    let mut claim = old.clone();
    forget_controllers(&mut claim);
    claim["spec"]["storageClassName"] = json!(class);
    if !claim["metadata"]["annotations"].is_object() {
        claim["metadata"]["annotations"] = json!({});
    }
    claim["metadata"]["annotations"][OPERATION] = json!(id.to_string());
    claim
}

fn forget_controllers(claim: &mut Value) {
    if let Some(metadata) = claim["metadata"].as_object_mut() {
        metadata.remove("finalizers");
    }
    if let Some(spec) = claim["spec"].as_object_mut() {
        spec.remove("volumeName");
    }
    if let Some(annotations) = claim["metadata"]["annotations"].as_object_mut() {
        annotations.retain(|key, _| !OF_CONTROLLERS.iter().any(|start| key.starts_with(start)));
    }
}

fn notes(claim: Option<&DynamicObject>) -> Vec<String> {
    let manager = claim.and_then(|claim| managers::of(&claim.metadata));
    manager
        .map(|manager| {
            format!(
                "{} keeps this claim in step with its source: change it there too, or it may say otherwise again.",
                manager.as_str()
            )
        })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_made_again_keeps_its_wishes_and_loses_what_controllers_wrote() {
        let old = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": "mysql-pv-claim", "namespace": "kubeflow", "labels": {"app": "mysql"},
                "finalizers": ["kubernetes.io/pvc-protection"],
                "annotations": {"volume.kubernetes.io/selected-node": "n", "own": "kept"},
            },
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "gone", "resources": {"requests": {"storage": "20Gi"}}},
        });
        let id = OperationId(uuid::Uuid::from_u128(1));
        let new = renewed(&old, Some("standard"), id);
        let expected = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": "mysql-pv-claim", "namespace": "kubeflow", "labels": {"app": "mysql"},
                "annotations": {"own": "kept", OPERATION: id.to_string()},
            },
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "standard", "resources": {"requests": {"storage": "20Gi"}}},
        });
        assert_eq!(new, expected);
    }
}
