//! How each object is addressed, and when its turn is: by what the API server serves and what the text itself brings.
//! Pure.

use std::collections::HashMap;

use serde_json::Value;

use super::plan::{LeftOut, PlanError, Planned};
use super::removed;
use super::stream::{Manifest, Wrong};
use super::waves::{Origin, Turn};
use crate::cluster::{Resource, Scope, Served, Target};
use crate::domain::{Fate, ObjectRef, Wave};

/// Each object of the text with its address, in the order of the waves, and those that are no longer served.
type Addressed = (Vec<Planned>, Vec<LeftOut>);

pub(super) fn to_delete(served: &Served, wanted: &[ObjectRef]) -> Result<Vec<Target>, PlanError> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for object in wanted {
        match served.find(object) {
            Some(resource) => found.push(Target {
                object: object.clone(),
                plural: resource.plural.clone(),
            }),
            None => wrong.push(Wrong::new(
                0,
                object.to_string(),
                "to be deleted, but this Kubernetes does not serve its kind",
            )),
        }
    }
    if wrong.is_empty() {
        Ok(found)
    } else {
        Err(PlanError::Wrong(wrong))
    }
}

/// Kinds that the text itself brings: by `apiVersion` and kind.
fn brought(manifests: &[Manifest]) -> HashMap<(String, String), Resource> {
    let mut found = HashMap::new();
    let definitions = manifests
        .iter()
        .filter(|one| one.object.kind == "CustomResourceDefinition");
    for spec in definitions.map(|one| &one.body["spec"]) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let scope = if spec["scope"] == "Cluster" {
            Scope::Cluster
        } else {
            Scope::Namespaced
        };
        for version in spec["versions"].as_array().into_iter().flatten() {
            let api_version = format!("{}/{}", text(&spec["group"]), text(&version["name"]));
            let resource = Resource {
                plural: text(&spec["names"]["plural"]),
                scope,
            };
            found.insert((api_version, text(&spec["names"]["kind"])), resource);
        }
    }
    found
}

/// Each object with its address and wave, in order; kinds that nobody knows are errors.
pub(super) fn addressed(
    manifests: Vec<Manifest>,
    served: &Served,
    default_namespace: &str,
) -> Result<Addressed, PlanError> {
    let brought = brought(&manifests);
    let (mut objects, mut left_out, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for manifest in manifests {
        let mut object = manifest.object.clone();
        let key = (object.api_version(), object.kind.clone());
        let Some(resource) = served.find(&object).or_else(|| brought.get(&key)) else {
            if let Some(why) = removed::why(&object) {
                left_out.push(LeftOut {
                    object,
                    line: manifest.line,
                    why,
                });
            } else {
                let says = format!(
                    "neither this cluster nor the text knows the kind {} {}",
                    key.0, key.1
                );
                wrong.push(Wrong::new(manifest.line, object.to_string(), says));
            }
            continue;
        };
        object.namespace = match resource.scope {
            Scope::Cluster => None,
            Scope::Namespaced => object
                .namespace
                .or_else(|| Some(default_namespace.to_owned())),
        };
        objects.push(Planned {
            wave: Wave::of(&object, Origin::of(&object)),
            turn: Turn::of(&object),
            target: Target {
                object,
                plural: resource.plural.clone(),
            },
            manifest,
            fate: Fate::New,
        });
    }
    // Secrets before their neighbours: the sooner they are there, the sooner nobody has to keep their fields.
    objects.sort_by_key(|one| (one.wave, one.turn, !one.target.object.is_secret()));
    if wrong.is_empty() {
        Ok((objects, left_out))
    } else {
        Err(PlanError::Wrong(wrong))
    }
}
