//! The kubelet of the demo: pods come up after a moment, those whose volumes are not bound wait, and the pod of Dex comes
//! up only with a configuration that the issuer starts with.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::Issuer;
use super::api::Api;
use super::api::objects::Collection;
use super::hands::Hands;

const AGENT: &str = "kubelet/sandbox";
/// A container takes this long to start.
const START: Duration = Duration::from_millis(400);

/// Starts what is to be started.
pub struct Kubelet {
    api: Api,
    hands: Hands,
    issuer: Issuer,
}

impl Kubelet {
    pub fn new(api: &Api, issuer: &Issuer) -> Self {
        Self {
            api: api.clone(),
            hands: Hands::new(api, AGENT),
            issuer: issuer.clone(),
        }
    }

    /// Plays on for as long as it is polled.
    pub async fn run(self) {
        let mut changes = self.api.changes();
        loop {
            changes.mark_unchanged();
            let fresh = self.fresh();
            if !fresh.is_empty() {
                tokio::time::sleep(START).await;
                for pod in &fresh {
                    self.start(pod);
                }
                continue;
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Starts everything at once, so that the demo begins with an installation that is up.
    pub fn start_all(&self) {
        for pod in self.fresh() {
            self.start(&pod);
        }
    }

    /// Pods that nobody has looked at yet.
    fn fresh(&self) -> Vec<Value> {
        let pods = self
            .api
            .world()
            .objects
            .all(&Collection::new("", "pods"), "");
        pods.into_iter()
            .filter(|pod| self.is_to_be_started(pod))
            .filter(|pod| pod["metadata"]["deletionTimestamp"].is_null())
            .map(|pod| (*pod).clone())
            .collect()
    }

    /// Nobody has looked at it yet, or what it waited for is there now.
    fn is_to_be_started(&self, pod: &Value) -> bool {
        let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
        pod["status"]["conditions"].is_null()
            || pod["status"]["conditions"][0]["reason"] == "Unschedulable"
                && !self.waits_for_volume(pod, namespace)
    }

    fn start(&self, pod: &Value) {
        let metadata = &pod["metadata"];
        let namespace = metadata["namespace"].as_str().unwrap_or_default();
        let name = metadata["name"].as_str().unwrap_or_default();
        let is_dex = namespace == "auth" && metadata["labels"]["app"] == "dex";
        let status = if self.waits_for_volume(pod, namespace) {
            unschedulable()
        } else if is_dex && self.issuer.restart().is_err() {
            crashing(pod, &self.time())
        } else {
            running(pod, &self.time())
        };
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/status");
        let body = json!({ "status": status });
        if let Err(error) = self.hands.send(&Method::PATCH, &path, &body) {
            tracing::debug!(%error, "sandbox.kubelet-refused");
        }
    }

    fn waits_for_volume(&self, pod: &Value, namespace: &str) -> bool {
        let claims = Collection::new("", "persistentvolumeclaims");
        let volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
        let mut names =
            volumes.filter_map(|one| one["persistentVolumeClaim"]["claimName"].as_str());
        names.any(|name| {
            let claim = self.api.world().objects.get(&claims, namespace, name);
            claim.is_none_or(|claim| claim["status"]["phase"] != "Bound")
        })
    }

    fn time(&self) -> String {
        let now = self.api.now();
        now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

fn containers(pod: &Value, state: &Value) -> Vec<Value> {
    let all = pod["spec"]["containers"].as_array().into_iter().flatten();
    all.map(|container| {
        let mut one = json!({
            "name": container["name"], "image": container["image"], "imageID": "", "ready": true, "restartCount": 0,
        });
        for (key, value) in state.as_object().into_iter().flatten() {
            one[key] = value.clone();
        }
        one
    })
    .collect()
}

fn running(pod: &Value, now: &str) -> Value {
    let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
        .map(|name| json!({ "type": name, "status": "True", "lastTransitionTime": now }));
    let state = json!({ "state": { "running": { "startedAt": now } } });
    json!({ "phase": "Running", "startTime": now, "conditions": conditions, "containerStatuses": containers(pod, &state) })
}

fn crashing(pod: &Value, now: &str) -> Value {
    let ready = json!({ "type": "Ready", "status": "False", "lastTransitionTime": now, "reason": "ContainersNotReady" });
    let state = json!({
        "ready": false, "restartCount": 3,
        "state": { "waiting": { "reason": "CrashLoopBackOff", "message": "back-off restarting failed container" } },
        "lastState": { "terminated": { "exitCode": 1, "reason": "Error" } },
    });
    json!({ "phase": "Running", "conditions": [ready], "containerStatuses": containers(pod, &state) })
}

fn unschedulable() -> Value {
    json!({ "phase": "Pending", "conditions": [{
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": "0/7 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
    }] })
}
