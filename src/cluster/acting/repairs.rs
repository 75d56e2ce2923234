//! Small changes of single objects of the installation: exactly those that [`Repair`] knows.

use kube::api::DynamicObject;
use serde_json::{Map, Value, json};

use super::{Acting, Applied, added, is_of};
use crate::cluster::conflicts;
use crate::cluster::error::Error;
use crate::cluster::kinds::{Kind, NAMESPACE, OPERATION, POD_DEFAULT, STORAGE_CLASS};
use crate::cluster::objects::Mode;
use crate::cluster::snapshot::DEFAULT_CLASS;
use crate::domain::{Change, Conflict, OperationId, Repair};

const PIPELINE_ACCESS: &str = "access-ml-pipeline";
/// Whoever could change these could take the cluster (SEC-25).
const NEVER: [&str; 4] = ["kube-", "istio-", "kubeflow", "default"];

/// Labels or annotations of one object that are to have these values.
struct Marks {
    kind: Kind,
    name: String,
    /// `labels` or `annotations`.
    place: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Acting {
    /// Does it, or says what it would do. Doing it twice is doing it once. `before` is what was there when it was begun.
    pub async fn repair(
        &self,
        repair: &Repair,
        (id, before): (OperationId, Option<&Value>),
        mode: Mode,
    ) -> Result<Applied, Error> {
        match repair {
            Repair::RecreateClaim { claim, class } => {
                self.recreate_claim(claim, class, (id, before), mode).await
            }
            Repair::ExpandClaim { claim, size } => self.expand_claim(claim, size, mode).await,
            Repair::AddPipelineAccess { namespace } => {
                self.is_of_profile(namespace, None).await?;
                self.add_pipeline_access(namespace, id, mode).await
            }
            Repair::EnableInjection { namespace } => {
                self.is_of_profile(namespace, None).await?;
                self.mark(repair, mode).await
            }
            Repair::SetNamespaceOwner { namespace, owner } => {
                self.is_of_profile(namespace, Some(owner)).await?;
                self.mark(repair, mode).await
            }
            Repair::MakeDefaultClass { .. } | Repair::UnmakeDefaultClass { .. } => {
                self.mark(repair, mode).await
            }
        }
    }

    /// Puts back what was there. What somebody else has changed in the meantime stays as they left it.
    pub async fn undo_repair(
        &self,
        repair: &Repair,
        before: Option<&Value>,
        id: OperationId,
    ) -> Result<(), Error> {
        if let (Repair::RecreateClaim { claim, .. }, Some(before)) = (repair, before) {
            return self.restore_claim(claim, before, id).await;
        }
        let Some(marks) = self.marks(repair).await? else {
            return self.remove_pipeline_access(repair, id).await;
        };
        let objects = self.cluster_wide(marks.kind);
        let Some(found) = objects.find(&marks.name).await? else {
            return Ok(());
        };
        let mut values = Map::new();
        for (key, value) in &marks.values {
            if marked(&found, marks.place, key) == Some(value) {
                let old = before.map_or(Value::Null, |before| before[*key].clone());
                values.insert((*key).to_owned(), old);
            }
        }
        if values.is_empty() {
            return Ok(());
        }
        let patch = patch(&found, marks.place, &values);
        objects.merge(&marks.name, &patch, Mode::Apply).await?;
        Ok(())
    }

    /// Only namespaces of profiles are changed, and an owner only to the one that the Profile names.
    async fn is_of_profile(&self, namespace: &str, owner: Option<&str>) -> Result<(), Error> {
        let refused = |message: String| Error::Invalid {
            kind: NAMESPACE.kind,
            name: namespace.to_owned(),
            causes: Vec::new(),
            message,
        };
        if NEVER.iter().any(|start| {
            namespace == start.trim_end_matches('-')
                || start.ends_with('-') && namespace.starts_with(start)
        }) {
            return Err(refused("it belongs to the installation itself".to_owned()));
        }
        let profile = self.profiles().find(namespace).await?;
        let Some(profile) = profile else {
            return Err(refused("it is not the namespace of a profile".to_owned()));
        };
        let owned_by = profile.data["spec"]["owner"]["name"]
            .as_str()
            .unwrap_or_default();
        match owner {
            Some(owner) if owner != owned_by => Err(refused(format!(
                "its profile is owned by {owned_by}, not by {owner}"
            ))),
            Some(_) | None => Ok(()),
        }
    }

    async fn mark(&self, repair: &Repair, mode: Mode) -> Result<Applied, Error> {
        let Some(marks) = self.marks(repair).await? else {
            return Ok(Applied::default());
        };
        let objects = self.cluster_wide(marks.kind);
        let found = objects.get(&marks.name).await?;
        let mut applied = Applied::default();
        let (mut before, mut values) = (Map::new(), Map::new());
        for (key, value) in &marks.values {
            let old = marked(&found, marks.place, key);
            before.insert((*key).to_owned(), json!(old));
            if old != Some(value) {
                applied.changes.push(change(&marks, key, old, value));
                applied.conflicts.extend(owners(&found, &marks, key));
                values.insert((*key).to_owned(), json!(value));
            }
        }
        applied.before = Some(Value::Object(before));
        if !values.is_empty() {
            let patch = patch(&found, marks.place, &values);
            let written = objects.merge(&marks.name, &patch, mode).await?;
            let kept = |(key, value): &(&str, String)| {
                marked(&written, marks.place, key) == Some(value.as_str())
            };
            if !marks.values.iter().all(kept) {
                return Err(Error::Other {
                    status: 200,
                    message: format!("{} was changed back at once", repair.object()),
                });
            }
        }
        Ok(applied)
    }

    /// `None` for a repair that makes an object of its own.
    async fn marks(&self, repair: &Repair) -> Result<Option<Marks>, Error> {
        let namespace = |name: &str, place, key, value: &str| Marks {
            kind: NAMESPACE,
            name: name.to_owned(),
            place,
            values: vec![(key, value.to_owned())],
        };
        Ok(match repair {
            Repair::MakeDefaultClass { class } => Some(self.class_marks(class, "true").await?),
            Repair::UnmakeDefaultClass { class } => Some(self.class_marks(class, "false").await?),
            Repair::EnableInjection { namespace: name } => {
                Some(namespace(name, "labels", "istio-injection", "enabled"))
            }
            Repair::SetNamespaceOwner {
                namespace: name,
                owner,
            } => Some(namespace(name, "annotations", "owner", owner)),
            Repair::AddPipelineAccess { .. }
            | Repair::RecreateClaim { .. }
            | Repair::ExpandClaim { .. } => None,
        })
    }

    /// The old form of the annotation still counts: where it is, it has to agree.
    async fn class_marks(&self, class: &str, value: &str) -> Result<Marks, Error> {
        let found = self.cluster_wide(STORAGE_CLASS).get(class).await?;
        let [current, old] = DEFAULT_CLASS;
        let mut values = vec![(current, value.to_owned())];
        if marked(&found, "annotations", old).is_some() {
            values.push((old, value.to_owned()));
        }
        Ok(Marks {
            kind: STORAGE_CLASS,
            name: class.to_owned(),
            place: "annotations",
            values,
        })
    }

    async fn add_pipeline_access(
        &self,
        namespace: &str,
        id: OperationId,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let objects = self.within(POD_DEFAULT, namespace);
        if let Some(found) = objects.find(PIPELINE_ACCESS).await? {
            // Somebody else's is left alone, now and by undo; our own, from before a crash, is what was wanted.
            let before = (!is_of(&found, id)).then(|| json!({}));
            return Ok(Applied {
                before,
                ..Applied::default()
            });
        }
        objects.create(pod_default(namespace, id), mode).await?;
        Ok(Applied {
            before: None,
            changes: vec![added(
                format!("PodDefault {namespace}/{PIPELINE_ACCESS}"),
                "a token for Pipelines, in pods that ask for it",
            )],
            ..Applied::default()
        })
    }

    async fn remove_pipeline_access(&self, repair: &Repair, id: OperationId) -> Result<(), Error> {
        let Repair::AddPipelineAccess { namespace } = repair else {
            return Ok(());
        };
        let objects = self.within(POD_DEFAULT, namespace);
        match objects.find(PIPELINE_ACCESS).await? {
            Some(found) if is_of(&found, id) => objects.delete(&found, Mode::Apply).await,
            Some(_) | None => Ok(()),
        }
    }
}

fn marked<'o>(object: &'o DynamicObject, place: &str, key: &str) -> Option<&'o str> {
    let map = if place == "labels" {
        &object.metadata.labels
    } else {
        &object.metadata.annotations
    };
    map.as_ref()?.get(key).map(String::as_str)
}

fn change(marks: &Marks, key: &str, old: Option<&str>, value: &str) -> Change {
    Change {
        field: format!(
            "{} {}: {} {key}",
            marks.kind.kind,
            marks.name,
            marks.place.trim_end_matches('s')
        ),
        before: old.map(str::to_owned),
        after: Some(value.to_owned()),
    }
}

/// Who set the value before.
fn owners(found: &DynamicObject, marks: &Marks, key: &str) -> Vec<Conflict> {
    let field = format!(".metadata.{}.{key}", marks.place);
    let path = [
        "f:metadata".to_owned(),
        format!("f:{}", marks.place),
        format!("f:{key}"),
    ];
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    conflicts::owners(found, &path, &field)
}

fn patch(found: &DynamicObject, place: &str, values: &Map<String, Value>) -> Value {
    json!({ "metadata": {
        "resourceVersion": found.metadata.resource_version,
        "uid": found.metadata.uid,
        place: values,
    }})
}

/// As the documentation of Pipelines gives it.
fn pod_default(namespace: &str, id: OperationId) -> Value {
    let folder = "/var/run/secrets/kubeflow/pipelines";
    json!({
        "apiVersion": POD_DEFAULT.api_version(),
        "kind": POD_DEFAULT.kind,
        "metadata": {
            "name": PIPELINE_ACCESS,
            "namespace": namespace,
            "annotations": { OPERATION: id.to_string() },
        },
        "spec": {
            "desc": "Allow access to Kubeflow Pipelines",
            "selector": { "matchLabels": { PIPELINE_ACCESS: "true" } },
            "env": [{ "name": "KF_PIPELINES_SA_TOKEN_PATH", "value": format!("{folder}/token") }],
            "volumes": [{
                "name": "volume-kf-pipeline-token",
                "projected": { "sources": [{ "serviceAccountToken": {
                    "path": "token",
                    "expirationSeconds": 7200,
                    "audience": "pipelines.kubeflow.org",
                }}]},
            }],
            "volumeMounts": [{
                "name": "volume-kf-pipeline-token",
                "mountPath": folder,
                "readOnly": true,
            }],
        },
    })
}
