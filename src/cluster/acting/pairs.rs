//! Mending contributors: both objects brought to say the same, or what is left of a pair removed.

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::contributors::Pair;
use super::{Acting, Applied, changed, removed};
use crate::cluster::error::Error;
use crate::cluster::facts::passages;
use crate::cluster::kinds::{AUTHORIZATION_POLICY, Kind, ROLE_BINDING, UNTIL};
use crate::cluster::objects::{Mode, Objects, annotation, without_server_fields};
use crate::cluster::watch::Kept as _;
use crate::domain::{BindingHalf, Change, ProfileName, Role, UserName};

/// A contributor's two objects, under whatever name they have.
#[derive(Debug, Clone, Copy)]
pub struct PairPlace<'a> {
    pub profile: &'a ProfileName,
    pub object: &'a str,
    pub user: &'a UserName,
    pub role: Role,
}

const HALVES: [Kind; 2] = [ROLE_BINDING, AUTHORIZATION_POLICY];

impl Acting {
    /// Makes both objects say that this person has this role here. What is right already is left alone; a binding of
    /// another role has to be made anew, because Kubernetes lets nobody change what a binding refers to.
    pub async fn rewrite_pair(&self, place: &PairPlace<'_>, mode: Mode) -> Result<Applied, Error> {
        let gateway = self.gateway(place.profile).await;
        let pair = Pair {
            profile: place.profile,
            user: place.user,
            role: place.role,
            name: place.object.to_owned(),
            until: None,
        };
        let mut before = serde_json::Map::new();
        let mut applied = Applied::default();
        for (kind, wanted) in [
            (ROLE_BINDING, pair.binding()),
            (AUTHORIZATION_POLICY, pair.policy(&gateway)),
        ] {
            let objects = self.within(kind, place.profile.as_str());
            let found = objects.find(place.object).await?;
            if let Some(found) = &found {
                before.insert(kind.plural.to_owned(), without_server_fields(found));
            }
            let changes = differences(kind, place, found.as_ref(), &wanted);
            if changes.is_empty() {
                continue;
            }
            put(&objects, kind, found.as_ref(), wanted, mode).await?;
            applied.changes.extend(changes);
        }
        applied.before = Some(Value::Object(before));
        Ok(applied)
    }

    /// Deletes whatever is there under this name, and looks again.
    pub async fn remove_pair(
        &self,
        profile: &ProfileName,
        object: &str,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let mut before = serde_json::Map::new();
        let mut applied = Applied::default();
        for kind in HALVES {
            let objects = self.within(kind, profile.as_str());
            let Some(found) = objects.find(object).await? else {
                continue;
            };
            objects.delete(&found, mode).await?;
            if mode == Mode::Apply && objects.find(object).await?.is_some() {
                return Err(Error::Stale {
                    kind: kind.kind,
                    name: object.to_owned(),
                });
            }
            before.insert(kind.plural.to_owned(), without_server_fields(&found));
            applied.changes.push(removed(
                format!("{} {profile}/{object}", kind.kind),
                annotation(&found, "user").unwrap_or_default(),
            ));
        }
        applied.before = Some(Value::Object(before));
        Ok(applied)
    }

    /// Puts both objects back as they were; one that was not there goes.
    pub async fn restore_pair(
        &self,
        profile: &ProfileName,
        object: &str,
        before: &Value,
    ) -> Result<(), Error> {
        for kind in HALVES {
            let objects = self.within(kind, profile.as_str());
            let found = objects.find(object).await?;
            match (before.get(kind.plural), &found) {
                (Some(was), found) => {
                    put(&objects, kind, found.as_ref(), was.clone(), Mode::Apply).await?;
                }
                (None, Some(found)) => objects.delete(found, Mode::Apply).await?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

/// Creates the object, or changes the one that is there.
async fn put(
    objects: &Objects<'_>,
    kind: Kind,
    found: Option<&DynamicObject>,
    mut wanted: Value,
    mode: Mode,
) -> Result<(), Error> {
    let Some(found) = found else {
        return objects.create(wanted, mode).await.map(drop);
    };
    let name = found.metadata.name.clone().unwrap_or_default();
    let mut patch = json!({
        "metadata": {
            "resourceVersion": found.metadata.resource_version,
            "annotations": wanted["metadata"]["annotations"],
        },
    });
    if kind != ROLE_BINDING {
        patch["spec"] = wanted["spec"].clone();
    } else if wanted["roleRef"]["name"] == found.data["roleRef"]["name"] {
        patch["subjects"] = wanted["subjects"].clone();
    } else {
        if let Some(until) = annotation(found, UNTIL) {
            wanted["metadata"]["annotations"][UNTIL] = json!(until);
        }
        objects.delete(found, mode).await?;
        if mode == Mode::Apply {
            objects.create(wanted, mode).await?;
        }
        return Ok(());
    }
    objects.merge(&name, &patch, mode).await.map(drop)
}

/// Field by field, in words that fit a plan.
fn differences(
    kind: Kind,
    place: &PairPlace<'_>,
    found: Option<&DynamicObject>,
    wanted: &Value,
) -> Vec<Change> {
    let wanted: Option<DynamicObject> = serde_json::from_value(wanted.clone()).ok();
    let (before, after) = (found.map(summary), wanted.as_ref().map(summary));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| {
            changed(
                format!("{} {}/{}: {key}", kind.kind, place.profile, place.object),
                before.get(key).map(String::as_str),
                after.get(key).map(String::as_str),
            )
        })
        .collect()
}

/// What a person would compare of an object.
fn summary(object: &DynamicObject) -> std::collections::BTreeMap<&'static str, String> {
    let mut lines = std::collections::BTreeMap::new();
    for key in ["user", "role"] {
        if let Some(value) = annotation(object, key) {
            let name = if key == "user" {
                "annotation user"
            } else {
                "annotation role"
            };
            lines.insert(name, value.to_owned());
        }
    }
    if object.data.get("roleRef").is_some() {
        let subjects = object.data["subjects"].as_array();
        let names: Vec<&str> = subjects
            .into_iter()
            .flatten()
            .filter_map(|subject| subject["name"].as_str())
            .collect();
        lines.insert("subjects", names.join(", "));
        if let Some(facts) = BindingHalf::from_resource(object) {
            lines.insert("roleRef", facts.cluster_role);
        }
        return lines;
    }
    let rules = &object.data["spec"]["rules"];
    let found = passages(rules);
    let values: Vec<String> = found
        .iter()
        .map(|passage| format!("{} = {}", passage.header, passage.values.join(", ")))
        .collect();
    let principals: Vec<&str> = found
        .iter()
        .flat_map(|passage| passage.principals.iter().map(AsRef::as_ref))
        .collect();
    lines.insert("header", values.join("; "));
    lines.insert("principals", principals.join(", "));
    lines
}
