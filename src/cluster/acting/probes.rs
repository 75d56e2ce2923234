//! Trying things out: requests whose answer is the point. Whatever they make is gone afterwards.

use std::time::Duration;

use serde_json::{Value, json};

use super::Acting;
use crate::cluster::error::Error;
use crate::cluster::kinds::{CLAIM, NODE};
use crate::cluster::objects::{Mode, Objects};
use crate::domain::{Actor, OperationId, ProfileName, Quota, UserName};

const PLACE: &str = "default";
const POLL: Duration = Duration::from_secs(1);

/// Did the claim get its volume?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    Yes,
    No {
        phase: String,
        /// The last thing that was said about it, with what it takes to add it to a sentence.
        said: String,
    },
}

impl Acting {
    /// A Profile with a quota, tried and not kept.
    pub async fn probe_profile(&self) -> Result<(), Error> {
        let name = ProfileName::from_cluster("kubeflow-admin-probe");
        let quota = Quota::default();
        self.check_quota(&quota).await?;
        let new = super::NewProfile {
            name: &name,
            owner: &UserName::from_cluster(Actor::BREAK_GLASS),
            quota: &quota,
        };
        let id = OperationId(uuid::Uuid::now_v7());
        self.create_profile(&new, id, Mode::DryRun).await?;
        Ok(())
    }

    /// A small claim without a class, waited for and deleted again, bound or not.
    pub async fn probe_volume(&self, limit: Duration) -> Result<Bound, Error> {
        let claims = self.within(CLAIM, PLACE);
        // Classes that wait for a pod are told a node, as the scheduler would: so none has to be started.
        let nodes = self.cluster_wide(NODE).list().await;
        let node = nodes
            .ok()
            .and_then(|all| all.into_iter().next()?.metadata.name);
        let name = format!("kubeflow-admin-probe-{}", uuid::Uuid::now_v7());
        let claim = claims
            .create(claim(&name, node.as_deref()), Mode::Apply)
            .await?;
        let bound = wait(&claims, &name, limit).await;
        claims.delete(&claim, Mode::Apply).await?;
        bound
    }
}

fn claim(name: &str, node: Option<&str>) -> Value {
    json!({
        "apiVersion": CLAIM.api_version(),
        "kind": CLAIM.kind,
        "metadata": {
            "name": name,
            "namespace": PLACE,
            "annotations": node.map(|node| json!({ "volume.kubernetes.io/selected-node": node })),
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": { "requests": { "storage": "1Mi" } },
        },
    })
}

async fn wait(claims: &Objects<'_>, name: &str, limit: Duration) -> Result<Bound, Error> {
    let began = tokio::time::Instant::now();
    loop {
        let now = claims.get(name).await?;
        let phase = now.data["status"]["phase"].as_str().unwrap_or("Pending");
        if phase == "Bound" {
            return Ok(Bound::Yes);
        }
        if began.elapsed() >= limit {
            let class = now.data["spec"]["storageClassName"].as_str();
            return Ok(Bound::No {
                phase: phase.to_owned(),
                said: class.map_or_else(
                    || ": no class was filled in".to_owned(),
                    |class| format!(", with the class {class}"),
                ),
            });
        }
        tokio::time::sleep(POLL).await;
    }
}
