//! How far Dex has come with its restart, read from its Deployment and its pods.
//!
//! Owns the judgement; waiting is somebody else's. Knows that without a readiness probe a pod proves nothing by
//! being ready, and that a pod which ends again and again will not come up by itself.

use serde_json::Value;

use super::kinds::{DEPLOYMENT, DEX_NAME, OPERATION, POD};
use super::objects::Objects;
use super::{Cluster, Error};
use crate::domain::DEX_NAMESPACE;

/// A pod that was started this often and is not ready has something wrong with it. Dex ends once by itself on a
/// cluster that has none of its kinds yet.
const RESTARTS: u64 = 2;
/// Nothing but a change mends these.
const HOPELESS: [&str; 4] = [
    "CreateContainerConfigError",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerError",
];

/// Where a restart stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollout {
    /// Only new pods are left, and they are up.
    Done,
    /// On its way, with what it waits for.
    Progressing(String),
    /// It will not get there, with the reason.
    Broken(String),
}

impl Cluster {
    /// With the program's own rights, so that somebody who loses theirs meanwhile leaves no half restart behind.
    pub async fn dex_rollout(&self) -> Result<Rollout, Error> {
        let client = &self.inner.client;
        let deployments = Objects::within(client, DEPLOYMENT, DEX_NAMESPACE);
        let deployment = deployments.get(DEX_NAME).await?;
        let pods = Objects::within(client, POD, DEX_NAMESPACE).list().await?;
        let pods: Vec<Value> = pods
            .iter()
            .map(|pod| serde_json::to_value(pod).unwrap_or_default())
            .collect();
        let deployment = serde_json::to_value(&deployment).unwrap_or_default();
        Ok(judge(&deployment, &pods))
    }
}

fn judge(deployment: &Value, pods: &[Value]) -> Rollout {
    let (spec, status) = (&deployment["spec"], &deployment["status"]);
    let count = |value: &Value| value.as_u64().unwrap_or_default();
    let wanted = spec["replicas"].as_u64().unwrap_or(1);
    if wanted == 0 {
        return Rollout::Broken("Deployment dex is scaled to 0: no Dex is running.".to_owned());
    }
    if spec["paused"] == true {
        return Rollout::Broken(
            "Deployment dex is paused: kubectl rollout resume lets it go on.".to_owned(),
        );
    }
    if count(&status["observedGeneration"]) < count(&deployment["metadata"]["generation"]) {
        return Rollout::Progressing("The restart has not begun yet.".to_owned());
    }
    let mark = &spec["template"]["metadata"]["annotations"][OPERATION];
    let new = pods.iter().filter(|pod| {
        pod["metadata"]["annotations"][OPERATION] == *mark
            && pod["metadata"]["deletionTimestamp"].is_null()
            && is_of(pod, &spec["selector"]["matchLabels"])
    });
    let new: Vec<&Value> = new.collect();
    if let Some(why) = new.iter().find_map(|pod| hopeless(pod)) {
        return Rollout::Broken(why);
    }
    let up = count(&status["updatedReplicas"]) >= wanted
        && count(&status["availableReplicas"]) >= wanted
        && count(&status["replicas"]) == count(&status["updatedReplicas"]);
    if up {
        return Rollout::Done;
    }
    Rollout::Progressing(if new.is_empty() {
        let conditions = status["conditions"].as_array().into_iter().flatten();
        let mut failures = conditions.filter(|one| one["type"] == "ReplicaFailure");
        match failures.find_map(|one| one["message"].as_str()) {
            Some(why) => format!("The new pod cannot be created: {why}"),
            None => "The new pod is not there yet.".to_owned(),
        }
    } else {
        "The new pod is starting; the old one still serves.".to_owned()
    })
}

fn is_of(pod: &Value, selector: &Value) -> bool {
    let labels = selector.as_object().into_iter().flatten();
    labels
        .into_iter()
        .all(|(name, value)| pod["metadata"]["labels"][name] == *value)
}

/// Why a pod will not come up, if that can be said.
fn hopeless(pod: &Value) -> Option<String> {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    let (status, own) = (&pod["status"], "containerStatuses");
    let containers = ["initContainerStatuses", own].map(|kind| status[kind].as_array());
    containers.into_iter().flatten().flatten().find_map(|container| {
        let reason = container["state"]["waiting"]["reason"].as_str();
        if let Some(reason) = reason.filter(|reason| HOPELESS.contains(reason)) {
            let message = container["state"]["waiting"]["message"].as_str();
            let message = message.unwrap_or_default();
            return Some(format!("Pod {name} cannot start: {reason}. {message}"));
        }
        let restarts = container["restartCount"].as_u64().unwrap_or_default();
        if container["ready"] == true || restarts < RESTARTS {
            return None;
        }
        let word = container["name"].as_str().unwrap_or_default();
        let code = [&container["lastState"], &container["state"]]
            .into_iter()
            .find_map(|state| state["terminated"]["exitCode"].as_i64());
        let code = code.map_or_else(String::new, |code| format!(" with exit code {code}"));
        Some(format!(
            "Dex does not come up with its configuration: container {word} ended{code}, {} times. \
             kubectl -n auth logs {name} -c {word} says why.",
            restarts + 1
        ))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(status: &Value) -> Value {
        json!({
            "metadata": {"generation": 2},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "dex"}},
                     "template": {"metadata": {"annotations": {OPERATION: "op/1"}}}},
            "status": status,
        })
    }

    fn pod(mark: &str, container: &Value) -> Value {
        json!({
            "metadata": {"name": "dex-1", "labels": {"app": "dex"}, "annotations": {OPERATION: mark}},
            "status": {"containerStatuses": [container]},
        })
    }

    #[test]
    fn a_restart_is_over_when_only_the_new_pod_is_left_and_available() {
        let done = json!({"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1});
        assert_eq!(judge(&deployment(&done), &[]), Rollout::Done);
        let old = json!({"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1});
        let both = json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1});
        for status in [old, both] {
            let judged = judge(&deployment(&status), &[]);
            assert!(matches!(judged, Rollout::Progressing(_)), "{judged:?}");
        }
    }

    #[test]
    fn a_pod_that_ends_again_and_again_is_broken_and_an_older_one_is_not_asked() {
        let both = json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1});
        let ended = json!({"ready": false, "restartCount": 2, "lastState": {"terminated": {"exitCode": 1}}});
        let judged = judge(&deployment(&both), &[pod("op/1", &ended)]);
        assert!(
            matches!(&judged, Rollout::Broken(why) if why.contains("exit code 1")),
            "{judged:?}"
        );
        let judged = judge(&deployment(&both), &[pod("op/0", &ended)]);
        assert!(matches!(judged, Rollout::Progressing(_)), "{judged:?}");
        let lacking = json!({"ready": false, "state": {"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"dex-passwords\" not found"}}});
        let judged = judge(&deployment(&both), &[pod("op/1", &lacking)]);
        assert!(
            matches!(&judged, Rollout::Broken(why) if why.contains("not found")),
            "{judged:?}"
        );
    }

    #[test]
    fn without_a_pod_to_wait_for_nobody_waits() {
        let mut scaled = deployment(&json!({"observedGeneration": 2}));
        scaled["spec"]["replicas"] = json!(0);
        assert!(matches!(judge(&scaled, &[]), Rollout::Broken(_)));
    }
}
