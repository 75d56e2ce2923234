//! A STAND-IN for the kubelet, for the one pod of Deployment `auth/dex` on a control plane without a node. This is test
//! code of this project.
//!
//! The Deployment and its controller are real: who changes the template gets a new pod. What the kubelet would do with
//! it is imitated: a pod that comes new is tried as a process beside the Dex that runs; when that comes up, Dex is
//! started anew with it and the pod is ready, otherwise the pod is one that ends again and again and the old Dex goes
//! on. Of init containers only `grep -q WORD FILE` is known.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api, ResourceExt,
    api::{ListParams, Patch, PatchParams},
};
use serde_json::json;

use crate::{
    dex::{self, NAMESPACE},
    manifests,
    running::Lab,
    waiting,
};

const PAUSE: Duration = Duration::from_millis(100);

/// What a new pod means to the Dex that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dex {
    StartedAnew,
    /// Others sign in at it meanwhile; only whether it would come up is tried.
    LeftAlone,
}

/// The kubelet of the one pod; it stops playing when this is dropped.
#[derive(Debug)]
pub struct Imitation {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Imitation {
    /// Plays on until the program ends.
    pub fn for_ever(mut self) {
        self.thread = None;
    }
}

impl Drop for Imitation {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.stop.store(true, Ordering::Relaxed);
            // It only fails when it has panicked, and then it has stopped.
            let _ = thread.join();
        }
    }
}

/// Creates the Deployment and plays the kubelet.
pub async fn imitate<L>(lab: L, dex: Dex) -> Result<Imitation>
where
    L: Deref<Target = Lab> + Clone + Send + 'static,
{
    manifests::create(&lab.client(), manifests::DEX_POD).await?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, played) = (stop.clone(), lab.clone());
    // The runtime of the test that asks for it ends before the others do.
    let thread = thread::spawn(move || {
        runtime.block_on(async {
            while !stopped.load(Ordering::Relaxed) {
                if let Err(problem) = look(&played, dex).await {
                    tracing::warn!(%problem, "the stand-in of the kubelet");
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
    });
    let imitation = Imitation {
        stop,
        thread: Some(thread),
    };
    let pods: Api<Pod> = Api::namespaced(lab.client(), NAMESPACE);
    waiting::until("the pod of Dex", Duration::from_mins(1), || async {
        let list = pods.list(&ListParams::default().labels("app=dex")).await?;
        Ok(list.into_iter().any(|pod| has_status(&pod)).then_some(()))
    })
    .await?;
    Ok(imitation)
}

async fn look(lab: &Lab, dex: Dex) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(lab.client(), NAMESPACE);
    for pod in pods.list(&ListParams::default().labels("app=dex")).await? {
        if !has_status(&pod) && pod.metadata.deletion_timestamp.is_none() {
            let status = match start(lab, dex, &pod).await {
                Ok(()) => ready(),
                Err(problem) => {
                    tracing::info!(%problem, "the new pod of Dex does not come up");
                    ended()
                }
            };
            let patch = Patch::Merge(json!({ "status": status }));
            let parameters = PatchParams::default();
            pods.patch_status(&pod.name_any(), &parameters, &patch)
                .await?;
        }
    }
    Ok(())
}

/// From now on a pod of Dex comes up only when its configuration has this word, with a real kubelet as well. Waits
/// until the pod that this brings is the only one.
pub async fn demand(lab: &Lab, word: Option<&str>) -> Result<()> {
    let check = word.map(|word| {
        json!([{
            "name": "check", "image": "localhost/lab/busybox:1",
            "command": ["grep", "-q", word, "/etc/dex/cfg/config.yaml"],
            "volumeMounts": [{ "name": "config", "mountPath": "/etc/dex/cfg" }],
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 1001, "allowPrivilegeEscalation": false,
                "capabilities": { "drop": ["ALL"] }, "seccompProfile": { "type": "RuntimeDefault" },
            },
        }])
    });
    let patch = json!({ "spec": { "template": { "spec": { "initContainers": check } } } });
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), NAMESPACE);
    deployments
        .patch("dex", &PatchParams::default(), &Patch::Merge(patch))
        .await?;
    waiting::until(
        "the pod that is checked",
        Duration::from_mins(2),
        || async {
            let deployment = deployments.get("dex").await?;
            let status = deployment.status.unwrap_or_default();
            let done = status.observed_generation == deployment.metadata.generation
                && status.updated_replicas == Some(1)
                && status.replicas == Some(1)
                && status.available_replicas == Some(1);
            Ok(done.then_some(()))
        },
    )
    .await
}

fn has_status(pod: &Pod) -> bool {
    let statuses = pod.status.as_ref().map(|status| &status.container_statuses);
    statuses.is_some_and(|statuses| statuses.as_ref().is_some_and(|list| !list.is_empty()))
}

async fn start(lab: &Lab, dex: Dex, pod: &Pod) -> Result<()> {
    let text = dex::configuration(&lab.client()).await?;
    let spec = pod.spec.as_ref().context("a pod without spec")?;
    for container in spec.init_containers.iter().flatten() {
        let command = container.command.clone().unwrap_or_default();
        let word = command.get(2).context("only grep -q WORD FILE is known")?;
        if !text.contains(word.as_str()) {
            bail!("{word} is not in the configuration");
        }
    }
    lab.try_dex().await?;
    match dex {
        Dex::StartedAnew => lab.start_dex().await,
        Dex::LeftAlone => Ok(()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the kubelet tells the time of day as well"
)]
fn ready() -> serde_json::Value {
    let now = jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    let conditions = ["Ready", "ContainersReady", "Initialized", "PodScheduled"]
        .map(|name| json!({ "type": name, "status": "True", "lastTransitionTime": now }));
    json!({
        "phase": "Running",
        "conditions": conditions,
        "containerStatuses": [{
            "name": "dex", "image": "dex", "imageID": "", "ready": true, "restartCount": 0,
            "state": { "running": { "startedAt": now } },
        }],
    })
}

fn ended() -> serde_json::Value {
    json!({
        "phase": "Running",
        "containerStatuses": [{
            "name": "dex", "image": "dex", "imageID": "", "ready": false, "restartCount": 3,
            "state": { "waiting": { "reason": "CrashLoopBackOff" } },
            "lastState": { "terminated": { "exitCode": 1 } },
        }],
    })
}
