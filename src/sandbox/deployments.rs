//! What the controller of Deployments does: a changed template gets new pods, and the old ones go when the new ones are
//! available.

use std::sync::Arc;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::api::Api;
use super::api::objects::Collection;
use super::hands::Hands;
use super::replicas;

/// Sees to every Deployment of one namespace. Whatever is refused is tried again with the next change.
pub(super) fn see_to(api: &Api, hands: &Hands, namespace: &str) {
    for set in all(api, "apps", "replicasets", namespace) {
        replicas::see_to(api, hands, namespace, &set);
    }
    let deployments = all(api, "apps", "deployments", namespace);
    for deployment in deployments {
        let rollout = Rollout {
            api,
            hands,
            namespace,
            deployment: &deployment,
        };
        rollout.go_on();
    }
}

fn all(api: &Api, group: &str, plural: &str, namespace: &str) -> Vec<Arc<Value>> {
    let objects = api
        .world()
        .objects
        .all(&Collection::new(group, plural), namespace);
    objects
        .into_iter()
        .filter(|object| object["metadata"]["deletionTimestamp"].is_null())
        .collect()
}

/// Objects that this owner controls.
pub(super) fn owned(
    api: &Api,
    (group, plural): (&str, &str),
    namespace: &str,
    owner: &Value,
) -> Vec<Arc<Value>> {
    let uid = &owner["metadata"]["uid"];
    let mut found = all(api, group, plural, namespace);
    found.retain(|object| {
        let owners = object["metadata"]["ownerReferences"].as_array();
        owners.is_some_and(|owners| owners.iter().any(|one| one["uid"] == *uid))
    });
    found
}

/// One Deployment on its way to what its template says.
struct Rollout<'a> {
    api: &'a Api,
    hands: &'a Hands,
    namespace: &'a str,
    deployment: &'a Value,
}

impl Rollout<'_> {
    fn go_on(&self) {
        let wanted = self.deployment["spec"]["replicas"].as_u64().unwrap_or(1);
        let sets = self.owned("apps", "replicasets", self.deployment);
        let name = self.set_name();
        let (new, old): (Vec<&Value>, Vec<&Value>) = sets
            .iter()
            .map(AsRef::as_ref)
            .partition(|set| set["metadata"]["name"] == name.as_str());
        let Some(new) = new.first() else {
            self.create("apps/v1", "replicasets", &self.new_set(&name));
            return;
        };
        let pods = self.owned("", "pods", new);
        let available = pods.iter().filter(|pod| self.is_available(pod)).count();
        let old_pods: Vec<Arc<Value>> = old
            .iter()
            .flat_map(|set| self.owned("", "pods", set))
            .collect();
        if u64::try_from(available).unwrap_or(0) >= wanted {
            for set in &old {
                self.send(
                    &Method::DELETE,
                    &self.path("apps/v1", "replicasets", set),
                    &Value::Null,
                );
            }
        }
        self.report(&pods, &old_pods);
    }

    fn owned(&self, group: &str, plural: &str, owner: &Value) -> Vec<Arc<Value>> {
        owned(self.api, (group, plural), self.namespace, owner)
    }

    fn set_name(&self) -> String {
        let template = self.deployment["spec"]["template"].to_string();
        let hash = Sha256::digest(template.as_bytes());
        let name = text(&self.deployment["metadata"]["name"]);
        let short = u64::from_be_bytes([0, 0, 0, hash[0], hash[1], hash[2], hash[3], hash[4]]);
        format!("{name}-{short:010x}")
    }

    fn new_set(&self, name: &str) -> Value {
        let spec = &self.deployment["spec"];
        json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {
                "name": name, "namespace": self.namespace, "labels": spec["template"]["metadata"]["labels"],
                "ownerReferences": [owner("apps/v1", "Deployment", self.deployment)],
            },
            "spec": { "replicas": spec["replicas"], "selector": spec["selector"], "template": spec["template"] },
        })
    }

    /// Ready, and for as long as the Deployment asks.
    fn is_available(&self, pod: &Value) -> bool {
        let Some(ready) = readiness(pod) else {
            return false;
        };
        let seconds = self.deployment["spec"]["minReadySeconds"]
            .as_i64()
            .unwrap_or(0);
        let since = ready["lastTransitionTime"].as_str();
        let since: Option<Timestamp> = since.and_then(|time| time.parse().ok());
        let waited = since.map(|since| self.api.now().duration_since(since));
        seconds == 0 || waited.is_some_and(|waited| waited >= SignedDuration::from_secs(seconds))
    }

    fn report(&self, new: &[Arc<Value>], old: &[Arc<Value>]) {
        let all = || new.iter().chain(old);
        let ready = all().filter(|pod| readiness(pod).is_some()).count();
        let available = all().filter(|pod| self.is_available(pod)).count();
        let enough = available >= 1 || self.deployment["spec"]["replicas"] == 0;
        let condition = json!({
            "type": "Available", "status": if enough { "True" } else { "False" },
            "reason": if enough { "MinimumReplicasAvailable" } else { "MinimumReplicasUnavailable" },
            "message": if enough { "Deployment has minimum availability." } else { "Deployment does not have minimum availability." },
        });
        let mut status = json!({
            "observedGeneration": self.deployment["metadata"]["generation"], "conditions": [condition],
        });
        let total = all().count();
        for (field, number) in [
            ("replicas", total),
            ("updatedReplicas", new.len()),
            ("readyReplicas", ready),
            ("availableReplicas", available),
            ("unavailableReplicas", total.saturating_sub(available)),
        ] {
            if number > 0 {
                status[field] = number.into();
            }
        }
        if self.deployment["status"] != status {
            let mut changed = self.deployment.clone();
            changed["apiVersion"] = "apps/v1".into();
            changed["kind"] = "Deployment".into();
            changed["status"] = status;
            let path = format!(
                "{}/status",
                self.path("apps/v1", "deployments", self.deployment)
            );
            self.send(&Method::PUT, &path, &changed);
        }
    }

    fn collection(&self, version: &str, plural: &str) -> String {
        let root = if version.contains('/') { "apis" } else { "api" };
        format!("/{root}/{version}/namespaces/{}/{plural}", self.namespace)
    }

    fn path(&self, version: &str, plural: &str, object: &Value) -> String {
        let collection = self.collection(version, plural);
        format!("{collection}/{}", text(&object["metadata"]["name"]))
    }

    fn create(&self, version: &str, plural: &str, object: &Value) {
        self.send(&Method::POST, &self.collection(version, plural), object);
    }

    fn send(&self, method: &Method, path: &str, body: &Value) {
        if let Err(error) = self.hands.send(method, path, body) {
            tracing::debug!(%error, "sandbox.deployment-refused");
        }
    }
}

/// The condition that says that a pod is ready.
fn readiness(pod: &Value) -> Option<&Value> {
    let mut conditions = pod["status"]["conditions"].as_array()?.iter();
    conditions.find(|one| one["type"] == "Ready" && one["status"] == "True")
}

pub(super) fn owner(version: &str, kind: &str, object: &Value) -> Value {
    json!({
        "apiVersion": version, "kind": kind, "name": object["metadata"]["name"], "uid": object["metadata"]["uid"],
        "controller": true, "blockOwnerDeletion": true,
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
