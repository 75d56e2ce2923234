//! Pods and what was said about things: events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use super::item::{Condition, Item, Meta, conditions, list, number, time};
use super::requests;
use crate::cluster::facts::text;
use crate::cluster::kinds::{EVENT, Kind, POD};
use crate::domain::Quantity;

/// How a container stopped the last time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exit {
    /// Such as `OOMKilled` or `Error`.
    pub reason: String,
    pub code: i64,
    pub message: String,
    pub at: Option<Timestamp>,
}

/// A container as it runs, or does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Running {
    pub name: String,
    pub ready: bool,
    pub restarts: i64,
    /// Reason and message while it waits, such as `ImagePullBackOff`.
    pub waiting: Option<(String, String)>,
    pub last_exit: Option<Exit>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pod {
    pub meta: Meta,
    pub phase: String,
    pub node: String,
    /// Kind and name of the controller.
    pub owner: Option<(String, String)>,
    /// Init containers first.
    pub containers: Vec<Running>,
    /// Names in the template, whether or not they run yet.
    pub container_names: BTreeSet<String>,
    pub claims: BTreeSet<String>,
    pub conditions: Vec<Condition>,
    pub started_at: Option<Timestamp>,
    /// What the scheduler sets aside for it, by resource.
    pub requests: BTreeMap<String, Quantity>,
}

impl Pod {
    /// Was the Istio sidecar put into it, as a container or as a native sidecar?
    pub fn has_sidecar(&self) -> bool {
        self.container_names.contains("istio-proxy")
    }

    pub fn is_over(&self) -> bool {
        matches!(self.phase.as_str(), "Succeeded" | "Failed")
    }

    pub fn restarts(&self) -> i64 {
        self.containers.iter().map(|one| one.restarts).sum()
    }
}

impl Item for Pod {
    const KIND: Kind = POD;

    fn of(object: &DynamicObject) -> Option<Self> {
        let (spec, status) = (&object.data["spec"], &object.data["status"]);
        let owners = object.metadata.owner_references.iter().flatten();
        let mut owners = owners.filter(|owner| owner.controller == Some(true));
        let parts = ["initContainerStatuses", "containerStatuses"];
        let names = [&spec["initContainers"], &spec["containers"]];
        let volumes = list(&spec["volumes"]);
        Some(Self {
            meta: Meta::of(object)?,
            phase: text(&status["phase"]),
            node: text(&spec["nodeName"]),
            owner: owners
                .next()
                .map(|owner| (owner.kind.clone(), owner.name.clone())),
            containers: parts
                .iter()
                .flat_map(|part| list(&status[*part]))
                .map(running)
                .collect(),
            container_names: names
                .into_iter()
                .flat_map(list)
                .map(|one| text(&one["name"]))
                .collect(),
            claims: volumes
                .filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str())
                .map(str::to_owned)
                .collect(),
            conditions: conditions(object),
            started_at: time(&status["startTime"]),
            requests: requests::of(spec),
        })
    }
}

fn running(value: &Value) -> Running {
    let waiting = &value["state"]["waiting"];
    let stopped = &value["lastState"]["terminated"];
    let stopped = if stopped.is_object() {
        stopped
    } else {
        &value["state"]["terminated"]
    };
    Running {
        name: text(&value["name"]),
        ready: value["ready"].as_bool() == Some(true),
        restarts: number(&value["restartCount"]),
        waiting: waiting
            .is_object()
            .then(|| (text(&waiting["reason"]), text(&waiting["message"]))),
        last_exit: stopped.is_object().then(|| Exit {
            reason: text(&stopped["reason"]),
            code: number(&stopped["exitCode"]),
            message: text(&stopped["message"]),
            at: time(&stopped["finishedAt"]),
        }),
    }
}

/// A warning about an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    pub namespace: String,
    /// Kind and name of what it is about.
    pub object: (String, String),
    pub reason: String,
    pub message: String,
    pub count: i64,
    pub last_at: Option<Timestamp>,
}

impl Item for Event {
    const KIND: Kind = EVENT;
    const FIELDS: Option<&'static str> = Some("type=Warning");

    fn of(object: &DynamicObject) -> Option<Self> {
        let (data, about) = (&object.data, &object.data["involvedObject"]);
        let series = &data["series"];
        let last = [
            &series["lastObservedTime"],
            &data["lastTimestamp"],
            &data["eventTime"],
        ];
        Some(Self {
            namespace: object.metadata.namespace.clone().unwrap_or_default(),
            object: (text(&about["kind"]), text(&about["name"])),
            reason: text(&data["reason"]),
            message: text(&data["message"]),
            count: series["count"]
                .as_i64()
                .or(data["count"].as_i64())
                .unwrap_or(1),
            last_at: last.into_iter().find_map(time),
        })
    }
}
