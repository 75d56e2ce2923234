//! What the controller of `ReplicaSets` does: as many pods as are wanted, and when one is refused, a condition and an Event
//! that say why.

use http::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::api::objects::text;
use super::deployments::{owned, owner};
use super::hands::Hands;

/// Sees to one `ReplicaSet`. What is refused is tried again with the next change of its namespace.
pub(super) fn see_to(api: &Api, hands: &Hands, namespace: &str, set: &Value) {
    let set = ReplicaSet {
        api,
        hands,
        namespace,
        set,
    };
    match set.fill_up() {
        Ok(()) => set.forget_failure(),
        Err(why) => set.report_failure(&why),
    }
}

struct ReplicaSet<'a> {
    api: &'a Api,
    hands: &'a Hands,
    namespace: &'a str,
    set: &'a Value,
}

impl ReplicaSet<'_> {
    /// The pods that are missing; what the API server said of the first that it refused.
    fn fill_up(&self) -> Result<(), String> {
        let pods = owned(self.api, ("", "pods"), self.namespace, self.set);
        let wanted = self.set["spec"]["replicas"].as_u64().unwrap_or(1);
        let there = u64::try_from(pods.len()).unwrap_or(u64::MAX);
        let path = format!("/api/v1/namespaces/{}/pods", self.namespace);
        (there..wanted).try_for_each(|_| {
            let sent = self.hands.send(&Method::POST, &path, &self.new_pod());
            sent.map(drop).map_err(|error| error.message())
        })
    }

    fn new_pod(&self) -> Value {
        let template = &self.set["spec"]["template"];
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "generateName": format!("{}-", self.name()), "namespace": self.namespace,
                "labels": template["metadata"]["labels"], "annotations": template["metadata"]["annotations"],
                "ownerReferences": [owner("apps/v1", "ReplicaSet", self.set)],
            },
            "spec": template["spec"],
        })
    }

    fn is_failing(&self) -> bool {
        self.set["status"]["conditions"][0]["type"] == "ReplicaFailure"
    }

    /// Once per failure: whatever is written here is a change, after which this is asked again.
    fn report_failure(&self, why: &str) {
        if self.is_failing() {
            return;
        }
        self.set_conditions(&json!([{
            "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": why,
        }]));
        let now = self.api.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let event = json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": { "generateName": format!("{}.", self.name()), "namespace": self.namespace },
            "involvedObject": {
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": self.name(), "namespace": self.namespace,
                "uid": self.set["metadata"]["uid"],
            },
            "type": "Warning", "reason": "FailedCreate", "message": format!("Error creating: {why}"),
            "source": { "component": "replicaset-controller" },
            "firstTimestamp": now, "lastTimestamp": now, "count": 1,
        });
        let path = format!("/api/v1/namespaces/{}/events", self.namespace);
        self.send(&Method::POST, &path, &event);
    }

    fn forget_failure(&self) {
        if self.is_failing() {
            self.set_conditions(&Value::Null);
        }
    }

    fn set_conditions(&self, conditions: &Value) {
        let path = format!(
            "/apis/apps/v1/namespaces/{}/replicasets/{}/status",
            self.namespace,
            self.name()
        );
        let status = json!({ "status": { "conditions": conditions } });
        self.send(&Method::PATCH, &path, &status);
    }

    fn send(&self, method: &Method, path: &str, body: &Value) {
        if let Err(error) = self.hands.send(method, path, body) {
            tracing::debug!(%error, "sandbox.replicas-refused");
        }
    }

    fn name(&self) -> String {
        text(&self.set["metadata"]["name"])
    }
}
