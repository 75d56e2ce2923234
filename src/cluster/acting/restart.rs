//! Dex told to read its configuration again: a new pod, once for each mark that a restart leaves on the Deployment.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::dex::digest;
use super::{Acting, Applied};
use crate::cluster::error::Error;
use crate::cluster::kinds::{DEX_NAME, OPERATION};
use crate::cluster::objects::Mode;
use crate::domain::{Change, OperationId, StaticEdit};

const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";
/// Without a readiness probe a pod counts as ready at once, and the old one would go before the new one has shown
/// that it stays up.
const SECONDS_UP: u32 = 10;

/// Which way Dex is led, for the mark that a restart leaves.
#[derive(Debug, Clone, Copy)]
pub enum Direction<'a> {
    /// To what these edits made of it.
    Forward(&'a [StaticEdit]),
    Back,
}

impl Direction<'_> {
    /// Says which restart of which operation a pod comes from, so that none is done twice.
    fn mark(self, operation: OperationId) -> String {
        match self {
            Self::Forward(edits) => {
                let text = serde_json::to_string(edits).unwrap_or_default();
                format!("{operation}/{}", &digest(&text)[..8])
            }
            Self::Back => format!("{operation}/back"),
        }
    }
}

impl Acting {
    /// Has Dex started anew, once for each mark. Until the new pod is up, the old one serves.
    pub async fn restart_dex(
        &self,
        operation: OperationId,
        direction: Direction<'_>,
        at: Timestamp,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let found = self.deployments().get(DEX_NAME).await?;
        let template = &found.data["spec"]["template"];
        let there = &template["metadata"]["annotations"];
        let mark = direction.mark(operation);
        if there[OPERATION] == mark.as_str() {
            return Ok(Applied::default());
        }
        let mut spec = json!({ "template": { "metadata": { "annotations": {
            RESTARTED_AT: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), OPERATION: mark,
        } } } });
        let mut changes = vec![Change {
            field: "Deployment dex: restartedAt".to_owned(),
            before: there[RESTARTED_AT].as_str().map(str::to_owned),
            after: Some("(the time of the restart)".to_owned()),
        }];
        if counts_as_ready_at_once(&found.data["spec"]) {
            spec["minReadySeconds"] = json!(SECONDS_UP);
            changes.push(Change {
                field: "Deployment dex: spec.minReadySeconds".to_owned(),
                before: None,
                after: Some(SECONDS_UP.to_string()),
            });
        }
        self.deployments()
            .merge(DEX_NAME, &json!({ "spec": spec }), mode)
            .await?;
        Ok(Applied {
            before: Some(json!({ RESTARTED_AT: there[RESTARTED_AT], OPERATION: there[OPERATION] })),
            changes,
            ..Applied::default()
        })
    }

    /// Back to the pod that was there before a restart: as long as no new one has come up, it still runs.
    pub async fn keep_old_dex(&self, before: &Value) -> Result<(), Error> {
        let fields = json!({ "spec": { "template": { "metadata": { "annotations": before } } } });
        self.deployments()
            .merge(DEX_NAME, &fields, Mode::Apply)
            .await
            .map(drop)
    }
}

/// Does a pod that has just started its process count as available?
fn counts_as_ready_at_once(spec: &Value) -> bool {
    let containers = spec["template"]["spec"]["containers"].as_array();
    let probed = |container: &Value| !container["readinessProbe"].is_null();
    !containers.into_iter().flatten().any(probed)
        && spec["minReadySeconds"].as_u64().unwrap_or_default() < u64::from(SECONDS_UP)
}
