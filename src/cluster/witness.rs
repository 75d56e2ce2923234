//! Notes what dry runs touch of objects that somebody keeps in Git or a chart, with the patch to commit there.

use std::sync::{Arc, Mutex, PoisonError};

use kube::api::DynamicObject;
use serde_json::{Map, Value, json};

use super::acting::{OPEN_FIELDS, WITHHELD};
use super::kinds::{CONFIG_MAP, Content, Kind, LEAVING, OPERATION, SEALED_HASH};
use super::managers;
use crate::domain::{Commit, GitObject};

/// What a dry run tried on an object.
#[derive(Clone, Copy)]
pub(crate) enum Tried<'a> {
    /// The body of an apply or of a merge patch.
    Fields(&'a Value),
    Deletion,
}

/// Cheap to clone; all clones are one list.
#[derive(Clone, Default)]
pub(crate) struct Witness(Arc<Mutex<Vec<GitObject>>>);

impl Witness {
    pub(crate) fn see(&self, kind: Kind, object: &DynamicObject, tried: Tried<'_>) {
        let Some(manager) = managers::of(&object.metadata) else {
            return;
        };
        let seen = GitObject {
            manager,
            object: title(kind, object),
            writes_as: managers::field_managers(&object.metadata, manager),
            commit: match tried {
                Tried::Deletion => Commit::Remove,
                Tried::Fields(fields) => Commit::Patch(patch(kind, object, fields)),
            },
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains(&seen) {
            all.push(seen);
        }
    }

    /// Everything noted since the last time.
    pub(crate) fn take(&self) -> Vec<GitObject> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn title(kind: Kind, object: &DynamicObject) -> String {
    let name = object.metadata.name.as_deref().unwrap_or_default();
    match object.metadata.namespace.as_deref() {
        Some(namespace) => format!("{} {namespace}/{name}", kind.kind),
        None => format!("{} {name}", kind.kind),
    }
}

/// What was tried, as a patch that stands for itself: with the names of the object, without what only this cluster or
/// this operation knows, and without anything secret (SEC-16).
fn patch(kind: Kind, object: &DynamicObject, fields: &Value) -> String {
    let mut patch = Map::new();
    patch.insert("apiVersion".to_owned(), json!(kind.api_version()));
    patch.insert("kind".to_owned(), json!(kind.kind));
    let mut metadata = fields["metadata"].as_object().cloned().unwrap_or_default();
    metadata.retain(|key, _| key == "labels" || key == "annotations");
    if let Some(annotations) = metadata
        .get_mut("annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.retain(|key, _| key != OPERATION && key != LEAVING);
        if let Some(hash) = annotations
            .get_mut(SEALED_HASH)
            .filter(|hash| !hash.is_null())
        {
            *hash = json!(WITHHELD);
        }
    }
    metadata.retain(|_, marks| marks.as_object().is_some_and(|marks| !marks.is_empty()));
    metadata.insert("name".to_owned(), json!(object.metadata.name));
    if let Some(namespace) = &object.metadata.namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    patch.insert("metadata".to_owned(), Value::Object(metadata));
    for (field, value) in fields.as_object().into_iter().flatten() {
        if !patch.contains_key(field) {
            patch.insert(field.clone(), open(kind, field, value));
        }
    }
    serde_saphyr::to_string(&patch).unwrap_or_default()
}

/// The configuration of Dex holds secrets whether it is in a ConfigMap or in a Secret: keys are named, texts are not.
fn open(kind: Kind, field: &str, value: &Value) -> Value {
    let holds_texts = field == "data" && (kind == CONFIG_MAP || is_secret(kind));
    if let Some(data) = value.as_object().filter(|_| holds_texts) {
        let withheld = data.keys().map(|key| (key.clone(), json!(WITHHELD)));
        return Value::Object(withheld.collect());
    }
    if is_secret(kind) && !OPEN_FIELDS.contains(&field) {
        return json!(WITHHELD);
    }
    value.clone()
}

fn is_secret(kind: Kind) -> bool {
    kind.content == Content::Secret
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::kinds::{PASSWORD, PROFILE, SECRET};
    use crate::domain::Manager;

    fn seen(kind: Kind, object: Value, tried: Tried<'_>) -> Vec<GitObject> {
        let witness = Witness::default();
        witness.see(kind, &serde_json::from_value(object).unwrap(), tried);
        witness.take()
    }

    #[test]
    fn a_change_of_what_flux_keeps_comes_with_the_patch_to_commit() {
        let object = json!({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile",
            "metadata": {
                "name": "ana", "labels": {"kustomize.toolkit.fluxcd.io/name": "profiles"},
                "managedFields": [{"manager": "kustomize-controller", "operation": "Apply"}],
            },
        });
        let fields = json!({
            "metadata": {"resourceVersion": "7", "uid": "u", "annotations": {OPERATION: "1"}},
            "spec": {"resourceQuotaSpec": {"hard": {"cpu": "4", "pods": null}}},
        });
        let found = seen(PROFILE, object.clone(), Tried::Fields(&fields));
        let [one] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(one.manager, Manager::Flux);
        assert_eq!(one.object, "Profile ana");
        assert_eq!(one.writes_as, ["kustomize-controller"]);
        let Commit::Patch(text) = &one.commit else {
            panic!("{one:?}");
        };
        let read: Value = serde_saphyr::from_str(text).unwrap();
        assert_eq!(
            read,
            json!({
                "apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "ana"},
                "spec": {"resourceQuotaSpec": {"hard": {"cpu": "4", "pods": null}}},
            })
        );
        assert_eq!(
            seen(PROFILE, object, Tried::Deletion)[0].commit,
            Commit::Remove
        );
    }

    #[test]
    fn what_nobody_keeps_is_not_noted() {
        let object = json!({"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "ana"}});
        assert_eq!(seen(PROFILE, object, Tried::Deletion), []);
    }

    #[test]
    fn sec_16_no_patch_to_commit_holds_a_secret() {
        for (kind, fields) in [
            (
                PASSWORD,
                json!({"email": "ana@example.com", "hash": "c2VjcmV0"}),
            ),
            (
                PASSWORD,
                json!({"metadata": {"annotations": {SEALED_HASH: "c2VjcmV0"}}}),
            ),
            (SECRET, json!({"data": {"OTHER": "c2VjcmV0"}})),
            (
                CONFIG_MAP,
                json!({"data": {"config.yaml": "hash: c2VjcmV0"}}),
            ),
        ] {
            let object = json!({
                "apiVersion": kind.api_version(), "kind": kind.kind,
                "metadata": {"name": "x", "namespace": "auth", "labels": {"app.juju.is/created-by": "x"}},
            });
            let found = seen(kind, object, Tried::Fields(&fields));
            let Commit::Patch(text) = &found[0].commit else {
                panic!("{found:?}");
            };
            assert!(text.contains(WITHHELD), "{text}");
            assert!(!text.contains("c2VjcmV0"), "{text}");
        }
    }
}
