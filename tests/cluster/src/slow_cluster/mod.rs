//! A control plane on which a whole release can be applied, with STAND-INS for everything that would run in it.
//!
//! Kubeflow's images cannot be had here, so that no program of it runs. The API server, its admission and the
//! controllers of Kubernetes are the real ones; [`hands`] makes pods ready, issues certificates and fills CA bundles,
//! each after a delay as on a slow cluster, and [`webhooks`] answers for every webhook whose pods are ready. They are
//! ours and decide nothing: a webhook allows whatever it is asked.

mod hands;
mod webhooks;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Result;
use kube::{Client, Config};
use tokio::sync::oneshot;

use crate::{
    audit::{self, AuditEntry},
    certificates::Authority,
    control_plane::{ControlPlane, Place},
    run_directory::RunDirectory,
    settings::Kubernetes,
};

/// In whose name the stand-ins act, for the audit log.
const STAND_IN: &str = "stand-in";

/// How long the stand-ins take.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// From a pod that has all it mounts to a ready one.
    pub pods: Duration,
    /// From a Certificate to its Secret.
    pub certificates: Duration,
    /// From a webhook that answers to a configuration that trusts it.
    pub bundles: Duration,
}

/// A control plane with its stand-ins; gone when dropped.
pub struct SlowCluster {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    control: ControlPlane,
    // Removed last.
    _run: RunDirectory,
}

impl SlowCluster {
    pub async fn start(delays: Delays) -> Result<Self> {
        let run = RunDirectory::create()?;
        let authority = Authority::create(run.subdirectory("certificates")?)?;
        let tunnel = run.path().join("webhooks.sock");
        let mut place = Place::loopback()?;
        place.egress = Some(run.write("egress.yaml", egress(&tunnel))?);
        let control = ControlPlane::start(&run, &place, Kubernetes::V1_34, &authority).await?;
        let backends = Authority::create(run.subdirectory("webhooks")?)?;
        let mut configuration = control.configuration.clone();
        configuration.auth_info.impersonate = Some(STAND_IN.to_owned());
        configuration.auth_info.impersonate_groups = Some(vec!["system:masters".to_owned()]);
        let (stop, stopped) = oneshot::channel();
        let thread = spawn(configuration, (tunnel, backends), delays, stopped)?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
            control,
            _run: run,
        })
    }

    /// A kubeconfig of the group `system:masters`.
    pub fn kubeconfig(&self) -> &Path {
        &self.control.kubeconfig
    }

    pub fn client(&self) -> Result<Client> {
        Ok(Client::try_from(self.control.configuration.clone())?)
    }

    /// What was asked of the API server by whoever uses the kubeconfig.
    pub fn requests(&self) -> Result<Vec<AuditEntry>> {
        let mut all = audit::read(&self.control.audit_log)?;
        all.retain(|one| one.user == "lab-administrator" && one.impersonated_user.is_none());
        Ok(all)
    }
}

impl Drop for SlowCluster {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Refused only when the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Tells the API server to reach Services through us: there is no network behind their addresses.
fn egress(socket: &Path) -> String {
    format!(
        "apiVersion: apiserver.k8s.io/v1beta1\nkind: EgressSelectorConfiguration\negressSelections:\n- name: cluster\n  connection:\n    proxyProtocol: HTTPConnect\n    transport:\n      uds:\n        udsName: {}\n",
        socket.display()
    )
}

/// On a thread and a runtime of its own: the runtime of the test may end before the cluster does.
fn spawn(
    configuration: Config,
    (tunnel, backends): (PathBuf, Authority),
    delays: Delays,
    stopped: oneshot::Receiver<()>,
) -> Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let work = async move {
        let client = Client::try_from(configuration)?;
        let backends = Arc::new(webhooks::Backends::new(client.clone(), backends)?);
        let hands = hands::Hands::new(client, backends.authority(), delays);
        tokio::select! {
            ended = webhooks::serve(&tunnel, backends) => ended,
            () = hands.run() => Ok(()),
        }
    };
    Ok(thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                ended = work => if let Err(problem) = ended {
                    tracing::error!(%problem, "the stand-ins ended");
                },
                _ = stopped => {}
            }
        });
        runtime.shutdown_background();
    }))
}
