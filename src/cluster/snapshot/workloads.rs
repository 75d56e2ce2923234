//! Deployments, StatefulSets and DaemonSets as one kind of thing.

use std::collections::{BTreeMap, BTreeSet};

use kube::api::DynamicObject;
use serde_json::Value;

use super::item::{Condition, Item, Meta, conditions, list, number, pairs};
use crate::cluster::facts::text;
use crate::cluster::kinds::{DEPLOYMENT, Kind, grouped};

const STATEFUL_SET: Kind = grouped("apps", "v1", "StatefulSet", "statefulsets");
const DAEMON_SET: Kind = grouped("apps", "v1", "DaemonSet", "daemonsets");

/// A container as wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    pub image: String,
    /// Only plain values; what comes from Secrets is not here.
    pub env: BTreeMap<String, String>,
}

impl Container {
    /// Last part of the image's path, without tag and digest.
    pub fn image_name(&self) -> &str {
        let path = self.image.split('@').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        last.split(':').next().unwrap_or_default()
    }

    /// Empty for an image that is pinned by digest alone.
    pub fn tag(&self) -> &str {
        let path = self.image.split('@').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        last.split_once(':').map_or("", |(_, tag)| tag)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workload {
    pub meta: Meta,
    /// `Deployment`, `StatefulSet` or `DaemonSet`.
    pub kind: &'static str,
    pub wanted: i64,
    pub ready: i64,
    pub selector: BTreeMap<String, String>,
    pub containers: Vec<Container>,
    pub service_account: String,
    /// Named in environment and volumes.
    pub config_maps: BTreeSet<String>,
    pub secrets: BTreeSet<String>,
    pub claims: BTreeSet<String>,
    pub conditions: Vec<Condition>,
}

impl Workload {
    pub fn object(&self) -> String {
        format!("{} {}", self.kind, self.meta.path())
    }

    /// The value of an environment variable in any of its containers.
    pub fn env(&self, name: &str) -> Option<&str> {
        self.containers
            .iter()
            .find_map(|container| container.env.get(name).map(String::as_str))
    }

    fn of(object: &DynamicObject, kind: &'static str) -> Option<Self> {
        let (spec, status) = (&object.data["spec"], &object.data["status"]);
        let template = &spec["template"]["spec"];
        let references = References::of(template);
        let (wanted, ready) = if kind == "DaemonSet" {
            (
                number(&status["desiredNumberScheduled"]),
                number(&status["numberReady"]),
            )
        } else {
            (
                spec["replicas"].as_i64().unwrap_or(1),
                number(&status["readyReplicas"]),
            )
        };
        Some(Self {
            meta: Meta::of(object)?,
            kind,
            wanted,
            ready,
            selector: pairs(&spec["selector"]["matchLabels"]),
            containers: list(&template["containers"]).map(container).collect(),
            service_account: text(&template["serviceAccountName"]),
            config_maps: references.config_maps,
            secrets: references.secrets,
            claims: references.claims,
            conditions: conditions(object),
        })
    }
}

fn container(value: &Value) -> Container {
    Container {
        name: text(&value["name"]),
        image: text(&value["image"]),
        env: list(&value["env"])
            .filter_map(|one| Some((text(&one["name"]), one["value"].as_str()?.to_owned())))
            .collect(),
    }
}

/// Names of other objects in a pod's template.
#[derive(Default)]
struct References {
    config_maps: BTreeSet<String>,
    secrets: BTreeSet<String>,
    claims: BTreeSet<String>,
}

impl References {
    fn of(template: &Value) -> Self {
        let mut found = Self::default();
        for container in list(&template["containers"]) {
            for from in list(&container["envFrom"]) {
                insert(&mut found.config_maps, &from["configMapRef"]["name"]);
                insert(&mut found.secrets, &from["secretRef"]["name"]);
            }
            for one in list(&container["env"]) {
                let from = &one["valueFrom"];
                insert(&mut found.config_maps, &from["configMapKeyRef"]["name"]);
                insert(&mut found.secrets, &from["secretKeyRef"]["name"]);
            }
        }
        for volume in list(&template["volumes"]) {
            insert(&mut found.config_maps, &volume["configMap"]["name"]);
            insert(&mut found.secrets, &volume["secret"]["secretName"]);
            insert(
                &mut found.claims,
                &volume["persistentVolumeClaim"]["claimName"],
            );
        }
        found
    }
}

fn insert(set: &mut BTreeSet<String>, name: &Value) {
    set.extend(name.as_str().map(str::to_owned));
}

/// The three lists become one; each has a type of its own, because a kind is read with a request of its own.
pub(super) struct Deployment(pub(super) Workload);
pub(super) struct StatefulSet(pub(super) Workload);
pub(super) struct DaemonSet(pub(super) Workload);

impl Item for Deployment {
    const KIND: Kind = DEPLOYMENT;

    fn of(object: &DynamicObject) -> Option<Self> {
        Workload::of(object, "Deployment").map(Self)
    }
}

impl Item for StatefulSet {
    const KIND: Kind = STATEFUL_SET;

    fn of(object: &DynamicObject) -> Option<Self> {
        Workload::of(object, "StatefulSet").map(Self)
    }
}

impl Item for DaemonSet {
    const KIND: Kind = DAEMON_SET;

    fn of(object: &DynamicObject) -> Option<Self> {
        Workload::of(object, "DaemonSet").map(Self)
    }
}
