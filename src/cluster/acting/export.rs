//! Profiles, who shares them and, when asked for, logins: as documents that another cluster takes.
//!
//! Owns what is left out: what only this cluster's API server and controllers write, and what would tie an object to
//! one of this cluster. The order is that in which objects need each other, then by name: the same cluster gives the
//! same text.

use std::collections::BTreeSet;

use kube::api::DynamicObject;
use serde_json::{Map, Value, json};

use super::Acting;
use crate::cluster::error::Error;
use crate::cluster::kinds::{
    AUTHORIZATION_POLICY, Kind, NAMESPACE, OPERATION, OWNER_BINDING, OWNER_POLICY, PASSWORD,
    PROFILE, ROLE_BINDING,
};
use crate::cluster::objects::{annotation, without_server_fields};
use crate::domain::{DEX_NAMESPACE, ProfileName};

/// Are logins part of it? They hold hashes of passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logins {
    LeftOut,
    WithHashes,
}

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Every Namespace gets it by itself.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

impl Acting {
    /// One text with everything of these profiles; of all when none is named.
    pub async fn export(
        &self,
        only: &BTreeSet<ProfileName>,
        logins: Logins,
    ) -> Result<String, Error> {
        let profiles = self.profiles().list().await?;
        let profiles: Vec<DynamicObject> = profiles
            .into_iter()
            .filter(|one| only.is_empty() || only.contains(&ProfileName::from_cluster(name(one))))
            .collect();
        let names: BTreeSet<String> = profiles.iter().map(|one| name(one).to_owned()).collect();
        let mut documents = Vec::new();
        let namespaces = self.everywhere(NAMESPACE).await?;
        documents.extend(sorted(NAMESPACE, namespaces, |one| {
            names.contains(name(one))
        }));
        documents.extend(sorted(PROFILE, profiles, |_| true));
        let within = |one: &DynamicObject| {
            one.metadata
                .namespace
                .as_ref()
                .is_some_and(|place| names.contains(place))
        };
        for (kind, of_owner) in [
            (ROLE_BINDING, OWNER_BINDING),
            (AUTHORIZATION_POLICY, OWNER_POLICY),
        ] {
            let found = self.everywhere(kind).await?;
            documents.extend(sorted(kind, found, |one| {
                within(one) && name(one) != of_owner && is_contributors(one)
            }));
        }
        if logins == Logins::WithHashes {
            let passwords = self.within(PASSWORD, DEX_NAMESPACE);
            documents.extend(sorted(PASSWORD, passwords.list().await?, |_| true));
        }
        text(&documents)
    }

    async fn everywhere(&self, kind: Kind) -> Result<Vec<DynamicObject>, Error> {
        self.cluster_wide(kind).list().await
    }
}

fn name(object: &DynamicObject) -> &str {
    object.metadata.name.as_deref().unwrap_or_default()
}

/// Both annotations, as KFAM goes by them.
fn is_contributors(object: &DynamicObject) -> bool {
    annotation(object, "user").is_some() && annotation(object, "role").is_some()
}

fn sorted(
    kind: Kind,
    mut objects: Vec<DynamicObject>,
    wanted: impl Fn(&DynamicObject) -> bool,
) -> Vec<Value> {
    objects.retain(wanted);
    objects.sort_by_key(|one| (one.metadata.namespace.clone(), one.metadata.name.clone()));
    objects.iter().map(|one| portable(kind, one)).collect()
}

/// As another cluster takes it. What comes from a list does not say what it is.
fn portable(kind: Kind, object: &DynamicObject) -> Value {
    let mut value = without_server_fields(object);
    value["apiVersion"] = json!(kind.api_version());
    value["kind"] = json!(kind.kind);
    if kind == NAMESPACE
        && let Some(fields) = value.as_object_mut()
    {
        fields.remove("spec");
    }
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("ownerReferences");
        metadata.remove("finalizers");
        without(metadata, "annotations", &[LAST_APPLIED, OPERATION]);
        without(metadata, "labels", &[NAME_LABEL]);
    }
    value
}

fn without(metadata: &mut Map<String, Value>, field: &str, keys: &[&str]) {
    let Some(entries) = metadata.get_mut(field).and_then(Value::as_object_mut) else {
        return;
    };
    entries.retain(|key, _| !keys.contains(&key.as_str()));
    if entries.is_empty() {
        metadata.remove(field);
    }
}

fn text(documents: &[Value]) -> Result<String, Error> {
    let mut text = String::new();
    for document in documents {
        let one = serde_saphyr::to_string(document).map_err(|error| Error::Other {
            status: 0,
            message: error.to_string(),
        })?;
        text.push_str("---\n");
        text.push_str(one.trim_end());
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ties_an_exported_object_to_its_cluster() {
        let object: DynamicObject = serde_json::from_value(json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {
                "name": "ana", "uid": "1", "resourceVersion": "2", "finalizers": ["x"],
                "ownerReferences": [{"apiVersion": "kubeflow.org/v1", "kind": "Profile", "name": "ana", "uid": "3"}],
                "labels": { NAME_LABEL: "ana", "istio-injection": "enabled" },
                "annotations": { LAST_APPLIED: "{}", "owner": "ana@example.com" },
            },
            "spec": { "finalizers": ["kubernetes"] }, "status": { "phase": "Active" },
        }))
        .unwrap();
        assert_eq!(
            portable(NAMESPACE, &object),
            json!({
                "apiVersion": "v1", "kind": "Namespace",
                "metadata": {
                    "name": "ana", "labels": { "istio-injection": "enabled" },
                    "annotations": { "owner": "ana@example.com" },
                },
            })
        );
    }

    #[test]
    fn documents_are_sorted_and_stand_apart() {
        let object = |name: &str| -> DynamicObject {
            serde_json::from_value(
                json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": name}}),
            )
            .unwrap()
        };
        let documents = sorted(
            PROFILE,
            vec![object("b"), object("a"), object("no")],
            |one| name(one) != "no",
        );
        let text = text(&documents).unwrap();
        let names: Vec<&str> = text.lines().filter(|line| line.contains("name:")).collect();
        assert_eq!(names, ["  name: a", "  name: b"]);
        assert_eq!(text.matches("---\n").count(), 2);
    }
}
