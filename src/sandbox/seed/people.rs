//! Who is in the demo, and what they do.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{SeedError, World, password, read};
use crate::sandbox::api::Api;
use crate::sandbox::api::objects::Collection;
use crate::sandbox::hands::Hands;
use crate::sandbox::profile_controller::objects as kubeflow;

const PEOPLE: &str = include_str!("people.yaml");
/// The profile in which somebody forgot them.
const WITHOUT_DEFAULTS: &str = "samir";
/// The profile controller makes a namespace in a moment; a demo that waits longer than this is broken.
const PATIENCE: Duration = Duration::from_secs(20);
/// Profiles of the small world: the first ones of the list.
const SMALL: usize = 3;

#[derive(Debug, Deserialize)]
pub(super) struct People {
    logins: Vec<String>,
    profiles: Vec<Profile>,
    /// Hours since somebody worked in a notebook of this name.
    #[serde(default)]
    idle: BTreeMap<String, i64>,
    half: Option<Half>,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Profile {
    name: String,
    owner: String,
    hard: BTreeMap<String, String>,
    /// Name, CPU, memory and GPUs.
    runs: Vec<(String, u32, String, u32)>,
    #[serde(default)]
    shared: BTreeMap<String, String>,
    /// Days until their access ends.
    #[serde(default)]
    until: BTreeMap<String, i64>,
}

#[derive(Debug, Deserialize)]
struct Half {
    profile: String,
    user: String,
    role: String,
}

#[derive(Debug, Deserialize)]
struct Node {
    name: String,
    cpu: String,
    memory: String,
    address: String,
    #[serde(default)]
    gpus: String,
    #[serde(default)]
    product: String,
}

/// Who moves into a world; the crowd of a huge one comes later.
pub(super) fn of(world: World) -> Result<People, SeedError> {
    let mut people: People = read(PEOPLE)?;
    let kept = match world {
        World::Empty => 0,
        World::Small => SMALL,
        World::Team | World::Huge => return Ok(people),
    };
    people.profiles.truncate(kept);
    people.half = None;
    let profiles = &people.profiles;
    let is_here = |name: &String| {
        let in_profile = |one: &Profile| one.owner == *name || one.shared.contains_key(name);
        email(name) == super::ADMINISTRATOR || profiles.iter().any(in_profile)
    };
    people.logins.retain(is_here);
    Ok(people)
}

pub(super) async fn move_in(api: &Api, people: &People, hash: &str) -> Result<(), SeedError> {
    let dex = Hands::new(api, "dex");
    for (number, name) in people.logins.iter().enumerate() {
        let user_id = format!("{:08x}-0000-4000-8000-000000000000", number + 1);
        dex.create(&password(&email(name), hash, &user_id))?;
    }
    let kubectl = Hands::new(api, "kubectl-client-side-apply");
    people
        .nodes
        .iter()
        .try_for_each(|one| kubectl.create(&node(one)))?;
    for profile in &people.profiles {
        kubectl.create(&json!({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile",
            "metadata": { "name": profile.name },
            "spec": {
                "owner": { "kind": "User", "name": email(&profile.owner) },
                "resourceQuotaSpec": { "hard": profile.hard },
            },
        }))?;
    }
    let mut hosts = Hosts::of(&people.nodes);
    for profile in &people.profiles {
        wait_for(api, &profile.name).await;
        furnish(api, profile, &people.idle, &mut hosts)?;
    }
    if let Some(half) = &people.half {
        let binding = contributor(&half.profile, &email(&half.user), &half.role).0;
        Hands::new(api, "kfam").create(&binding)?;
    }
    Ok(())
}

pub(super) fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// Until the namespace has its quota, which is what comes last.
async fn wait_for(api: &Api, namespace: &str) {
    let mut changes = api.changes();
    let is_there = || {
        let quotas = Collection::new("", "resourcequotas");
        let world = api.world();
        world
            .objects
            .get(&quotas, namespace, "kf-resource-quota")
            .is_some()
    };
    let waiting = async {
        while !is_there() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        tracing::warn!(namespace, "sandbox.profile-not-ready");
    }
}

/// Contributors, volumes and what is running.
fn furnish(
    api: &Api,
    profile: &Profile,
    idle: &BTreeMap<String, i64>,
    hosts: &mut Hosts,
) -> Result<(), SeedError> {
    if profile.name != WITHOUT_DEFAULTS {
        Hands::new(api, "kubectl-client-side-apply").create(&defaults(&profile.name))?;
    }
    let kfam = Hands::new(api, "kfam");
    for (user, role) in &profile.shared {
        let (mut binding, policy) = contributor(&profile.name, &email(user), role);
        if let Some(days) = profile.until.get(user) {
            let end = api.now() + SignedDuration::from_hours(24 * days);
            let date = end.to_zoned(TimeZone::UTC).date().to_string();
            binding["metadata"]["annotations"]["kubeflow-admin/until"] = date.into();
        }
        kfam.create(&binding)?;
        kfam.create(&policy)?;
    }
    let notebooks = Hands::new(api, "notebook-controller");
    for (name, cpu, memory, gpus) in &profile.runs {
        notebooks.create(&volume(&profile.name, name))?;
        let host = hosts.place(*gpus);
        let quiet = SignedDuration::from_hours(idle.get(name).copied().unwrap_or(0))
            + SignedDuration::from_mins(i64::from(*cpu) * 7 + 3);
        let active = api.now() - quiet;
        notebooks.create(&notebook(&profile.name, name, active))?;
        let mut pod = pod(&profile.name, (name, *cpu, memory, *gpus), &host);
        let started = active - SignedDuration::from_hours(40 + i64::from(*cpu));
        pod["status"]["startTime"] = whole_seconds(started).into();
        notebooks.create(&pod)?;
    }
    Ok(())
}

/// What containers get that ask for nothing: with a quota for CPU and memory they would be refused.
fn defaults(namespace: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "LimitRange", "metadata": { "name": "defaults", "namespace": namespace },
        "spec": { "limits": [{
            "type": "Container", "default": { "cpu": "1", "memory": "2Gi" },
            "defaultRequest": { "cpu": "100m", "memory": "128Mi" },
        }] },
    })
}

fn contributor(profile: &str, user: &str, role: &str) -> (Value, Value) {
    let name = kubeflow::contributor_name(user, role);
    let binding = kubeflow::contributor_binding(&name, profile, user, role);
    let mut binding = serde_json::to_value(binding).unwrap_or_default();
    binding["apiVersion"] = "rbac.authorization.k8s.io/v1".into();
    binding["kind"] = "RoleBinding".into();
    let policy = kubeflow::contributor_policy(&name, profile, user, role);
    (binding, serde_json::to_value(policy).unwrap_or_default())
}

fn volume(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": { "name": format!("{name}-volume"), "namespace": namespace },
        "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": "standard",
            "resources": { "requests": { "storage": "50Gi" } }, "volumeName": format!("pvc-{namespace}-{name}"),
        },
        "status": { "phase": "Bound", "capacity": { "storage": "50Gi" }, "accessModes": ["ReadWriteOnce"] },
    })
}

fn notebook(namespace: &str, name: &str, active: Timestamp) -> Value {
    json!({
        "apiVersion": "kubeflow.org/v1", "kind": "Notebook",
        "metadata": {
            "name": name, "namespace": namespace,
            "annotations": { "notebooks.kubeflow.org/last-activity": whole_seconds(active) },
        },
        "spec": { "template": { "spec": { "containers": [{ "name": name }] } } },
    })
}

fn whole_seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn pod(namespace: &str, (name, cpu, memory, gpus): (&str, u32, &str, u32), host: &str) -> Value {
    let mut amounts = json!({ "cpu": cpu.to_string(), "memory": memory });
    if gpus > 0 {
        amounts["nvidia.com/gpu"] = gpus.to_string().into();
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("{name}-0"), "namespace": namespace,
            "labels": { "notebook-name": name, "app": name },
        },
        "spec": {
            "nodeName": host, "serviceAccountName": "default-editor",
            "containers": [{
                "name": name, "image": "ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-pytorch-cuda-full:v1.10.0",
                "resources": { "requests": amounts, "limits": amounts },
            }],
            "volumes": [{ "name": "workspace", "persistentVolumeClaim": { "claimName": format!("{name}-volume") } }],
        },
        "status": {
            "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }],
            "containerStatuses": [{ "name": name, "image": "", "imageID": "", "ready": true, "restartCount": 0,
                "state": { "running": {} } }],
        },
    })
}

fn node(node: &Node) -> Value {
    let mut capacity = json!({ "cpu": node.cpu, "memory": node.memory, "pods": "110" });
    let mut labels = json!({ "kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux" });
    if !node.gpus.is_empty() {
        capacity["nvidia.com/gpu"] = node.gpus.clone().into();
        labels["nvidia.com/gpu.product"] = node.product.clone().into();
    }
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": { "name": node.name, "labels": labels }, "spec": {},
        "status": {
            "capacity": capacity, "allocatable": capacity,
            "addresses": [{ "type": "InternalIP", "address": node.address }, { "type": "Hostname", "address": node.name }],
            "conditions": [{ "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "" }],
            "nodeInfo": { "kubeletVersion": "v1.34.4", "osImage": "", "containerRuntimeVersion": "", "kernelVersion": "",
                "architecture": "amd64", "operatingSystem": "linux", "bootID": "", "machineID": "", "systemUUID": "",
                "kubeProxyVersion": "" },
        },
    })
}

/// Free GPUs by node; whatever needs none goes round the others.
struct Hosts {
    free: Vec<(String, u32)>,
    next: usize,
}

impl Hosts {
    fn of(nodes: &[Node]) -> Self {
        let free = nodes
            .iter()
            .map(|node| (node.name.clone(), node.gpus.parse().unwrap_or(0)));
        Self {
            free: free.collect(),
            next: 0,
        }
    }

    fn place(&mut self, gpus: u32) -> String {
        self.next += 1;
        let found = if gpus > 0 {
            self.free.iter_mut().find(|(_, free)| *free >= gpus)
        } else {
            let plain: usize = self.free.iter().filter(|(_, free)| *free == 0).count();
            self.free
                .iter_mut()
                .filter(|(_, free)| *free == 0)
                .nth(self.next % plain.max(1))
        };
        found.map_or_else(String::new, |(name, free)| {
            *free -= gpus;
            name.clone()
        })
    }
}
