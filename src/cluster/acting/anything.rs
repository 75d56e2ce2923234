//! Objects of any kind, as a release brings them: found, tried, applied, deleted.
//!
//! Owns how a kind is found at the API server and the judgement of its refusals: which pass by themselves, which
//! never will, which are a question of owners. What belongs into a release and in which order is somebody else's.

use std::collections::{BTreeSet, HashMap};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, Preconditions,
};
use kube::core::Status;
use serde_json::Value;

use super::Acting;
use crate::cluster::conflicts;
use crate::cluster::error::Error;
use crate::cluster::kinds::FIELD_MANAGER;
use crate::cluster::objects::Mode;
use crate::domain::{Conflict, ObjectRef};

const WITHHELD: &str =
    "the API server’s words are withheld, because they may repeat a secret value";
const DISCOVERIES: usize = 8;

/// How objects of a kind are addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub plural: String,
    pub scope: Scope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Cluster,
    Namespaced,
}

/// An object and how its kind is addressed.
#[derive(Debug, Clone)]
pub struct Target {
    pub object: ObjectRef,
    pub plural: String,
}

/// What the API server serves, of what was asked for: by `apiVersion` and kind.
#[derive(Debug, Clone, Default)]
pub struct Served(HashMap<(String, String), Resource>);

/// What happens to fields that other managers own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owners {
    Respect,
    TakeOver,
}

/// Why an object was not read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Other managers own fields that would change.
    #[error("other tools own what would change: {}", conflicts::sentence(.0))]
    Conflict(Vec<Conflict>),
    /// Trouble that may pass by itself: nobody answers yet, or somebody was quicker.
    #[error("{0}")]
    Passing(String),
    /// Trying again changes nothing.
    #[error("{0}")]
    Lasting(String),
}

impl Served {
    pub fn find(&self, object: &ObjectRef) -> Option<&Resource> {
        self.0.get(&(object.api_version(), object.kind.clone()))
    }
}

impl Acting {
    /// Where an object goes that names no namespace.
    pub fn default_namespace(&self) -> &str {
        self.client.default_namespace()
    }

    /// What is served under these versions. One that is not served at all is no error.
    pub async fn served(&self, api_versions: &BTreeSet<String>) -> Result<Served, Error> {
        let asked = stream::iter(api_versions.clone())
            .map(|version| async move { self.kinds_of(version).await })
            .buffer_unordered(DISCOVERIES);
        let found: Vec<Vec<_>> = asked.try_collect().await?;
        Ok(Served(found.into_iter().flatten().collect()))
    }

    async fn kinds_of(
        &self,
        api_version: String,
    ) -> Result<Vec<((String, String), Resource)>, Error> {
        let answer = if api_version.contains('/') {
            self.client.list_api_group_resources(&api_version).await
        } else {
            self.client.list_core_api_resources(&api_version).await
        };
        let list = match answer {
            Ok(list) => list,
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(Vec::new()),
            Err(error) => {
                return Err(Error::Unreachable {
                    why: error.to_string(),
                });
            }
        };
        let whole = list
            .resources
            .into_iter()
            .filter(|one| !one.name.contains('/'));
        let kinds = whole.map(|one| {
            let scope = if one.namespaced {
                Scope::Namespaced
            } else {
                Scope::Cluster
            };
            (
                (api_version.clone(), one.kind),
                Resource {
                    plural: one.name,
                    scope,
                },
            )
        });
        Ok(kinds.collect())
    }

    /// The object as it is; `None` only when the API server says that there is none.
    pub async fn look(&self, target: &Target) -> Result<Option<Value>, Refusal> {
        let found = self.api(target).get_opt(&target.object.name).await;
        let found = found.map_err(|error| refusal(&target.object, error))?;
        Ok(found.map(json))
    }

    /// All objects of the kind in the target's namespace, or those with these labels. In one answer: this is for
    /// places that hold dozens.
    pub async fn neighbours(&self, target: &Target, labels: &str) -> Result<Vec<Value>, Refusal> {
        let params = ListParams::default().labels(labels);
        let found = self.api(target).list(&params).await;
        let found = found.map_err(|error| refusal(&target.object, error))?;
        Ok(found.items.into_iter().map(json).collect())
    }

    /// Server-side apply; the answer is the object as it is then, or would be.
    pub async fn apply_any(
        &self,
        target: &Target,
        body: &Value,
        mode: Mode,
        owners: Owners,
    ) -> Result<Value, Refusal> {
        let mut params = PatchParams::apply(FIELD_MANAGER);
        params.dry_run = mode == Mode::DryRun;
        params.force = owners == Owners::TakeOver;
        let api = self.api(target);
        let patch = Patch::Apply(body);
        let answer = api.patch(&target.object.name, &params, &patch).await;
        let answer = answer.map_err(|error| refusal(&target.object, error))?;
        Ok(json(answer))
    }

    /// Deletes exactly the object that was looked at.
    pub async fn delete_any(&self, target: &Target, uid: &str) -> Result<(), Refusal> {
        let exactly = Preconditions {
            uid: Some(uid.to_owned()),
            resource_version: None,
        };
        let params = DeleteParams::background().preconditions(exactly);
        match self.api(target).delete(&target.object.name, &params).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(refusal(&target.object, error)),
        }
    }

    fn api(&self, target: &Target) -> Api<DynamicObject> {
        let object = &target.object;
        let resource = ApiResource {
            group: object.group.clone(),
            version: object.version.clone(),
            api_version: object.api_version(),
            kind: object.kind.clone(),
            plural: target.plural.clone(),
        };
        match &object.namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }
}

fn json(object: DynamicObject) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is not ours and grows; every other case is answered alike"
)]
fn refusal(object: &ObjectRef, error: kube::Error) -> Refusal {
    match error {
        kube::Error::Api(status) => judge(object, &status),
        kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => {
            Refusal::Lasting("the API server’s answer cannot be read".to_owned())
        }
        other => Refusal::Passing(format!("the API server cannot be reached: {other}")),
    }
}

/// An internal error because somebody else did not answer. Any other is one of the object: text that is no base64 is
/// answered so, too.
fn is_about_others(message: &str) -> bool {
    let message = message.to_lowercase();
    let signs = [
        "webhook",
        "etcd",
        "timeout",
        "timed out",
        "deadline",
        "connection",
        "canceled",
        "leader",
        "try again",
    ];
    signs.iter().any(|sign| message.contains(sign))
}

/// Pure: what the API server’s answer means for trying again.
fn judge(object: &ObjectRef, status: &Status) -> Refusal {
    let found = conflicts::from_status(status);
    if !found.is_empty() {
        return Refusal::Conflict(found);
    }
    let details = status.details.as_ref();
    let says = if object.is_secret() {
        WITHHELD.to_owned()
    } else {
        status.message.clone()
    };
    let ending = details
        .into_iter()
        .flat_map(|details| &details.causes)
        .any(|cause| cause.reason == "NamespaceTerminating");
    let no_namespace =
        details.is_some_and(|one| one.kind == "namespaces") && object.kind != "Namespace";
    match status.code {
        403 if ending => Refusal::Passing(says),
        404 if no_namespace => Refusal::Lasting(says),
        // A kind that was established a moment ago is not served everywhere yet.
        404 | 408 | 409 | 429 => Refusal::Passing(says),
        500 if !is_about_others(&status.message) => Refusal::Lasting(says),
        code if code >= 500 => Refusal::Passing(says),
        _ => Refusal::Lasting(says),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(kind: &str) -> ObjectRef {
        format!("v1/{kind}/default/x").parse().unwrap()
    }

    fn answer(code: u16, message: &str, details: &Value) -> Status {
        serde_json::from_value(json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "reason": "", "code": code, "details": details,
        }))
        .unwrap()
    }

    #[test]
    fn what_may_pass_is_told_from_what_never_will() {
        let judged =
            |code, details: Value| judge(&object("ConfigMap"), &answer(code, "words", &details));
        let passing = Refusal::Passing("words".to_owned());
        let lasting = Refusal::Lasting("words".to_owned());
        for code in [409, 429, 503, 504] {
            assert_eq!(judged(code, json!({})), passing, "{code}");
        }
        for code in [400, 403, 405, 413, 415, 422, 500] {
            assert_eq!(judged(code, json!({})), lasting, "{code}");
        }
        assert_eq!(judged(404, json!({})), passing);
        let unanswered =
            "Internal error occurred: failed calling webhook \"x\": connect: connection refused";
        let found = judge(&object("ConfigMap"), &answer(500, unanswered, &json!({})));
        assert_eq!(found, Refusal::Passing(unanswered.to_owned()));
        assert_eq!(
            judged(404, json!({"kind": "namespaces", "name": "gone"})),
            lasting
        );
        let ending =
            json!({"causes": [{"reason": "NamespaceTerminating", "message": "", "field": ""}]});
        assert_eq!(judged(403, ending), passing);
    }

    #[test]
    fn the_words_about_a_secret_are_not_repeated() {
        let words = "Secret \"x\" is invalid: data[key]: Invalid value: \"hunter2\"";
        let refused = judge(&object("Secret"), &answer(422, words, &json!({})));
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}
