//! A whole node in a network namespace of its own: pods run, Services have addresses, volumes
//! bind, and nothing of it leaves the machine.
//!
//! - `network`: the namespace, and a pair of virtual network cards between it and the
//!   host, because kubelet and API server take their address from the default route;
//! - `jail`: one process-id and mount namespace for containerd, kubelet and all pods. When its
//!   first process is killed, the kernel ends everything in it and drops its mounts, so that a
//!   killed test leaves no container behind;
//! - `runtime`, `agents`: containerd; kubelet, kube-proxy and scheduler;
//! - `addons`: DNS, storage and Dex as pods, from images made here.
//!
//! Needs root and the Debian packages that [`obstacles`] names.

mod addons;
mod agents;
mod jail;
mod network;
mod runtime;

use std::{ffi::OsString, path::Path};

use anyhow::{Result, ensure};
use kube::Client;

use crate::{
    certificates::Authority, control_plane::Place, image::Image, kubeconfig::Endpoint,
    processes::Process, run_directory::RunDirectory,
};

pub(crate) use addons::DEX_PORT;
pub(crate) use network::Network;

/// Services: the range of the control plane, and the address of DNS in it.
const DNS_SERVICE: &str = "10.96.0.10";
/// Pods.
const POD_RANGE: &str = "10.244.0.0/16";
/// The node's name in the cluster.
pub const NODE_NAME: &str = "lab";

/// What this machine lacks for a whole node; empty when it can be started.
pub fn obstacles() -> Vec<String> {
    let needed = [
        ("/usr/bin/containerd", "containerd"),
        ("/usr/sbin/runc", "runc"),
        ("/usr/lib/cni/bridge", "containernetworking-plugins"),
        ("/usr/sbin/iptables", "iptables"),
        ("/usr/sbin/conntrack", "conntrack"),
        ("/usr/bin/socat", "socat"),
        ("/bin/busybox", "busybox-static"),
        ("/sbin/ip", "iproute2"),
    ];
    let missing = needed.iter().filter(|(path, _)| !Path::new(path).exists());
    let mut obstacles: Vec<String> = missing
        .map(|(_, package)| format!("the package {package}"))
        .collect();
    if !is_root() {
        obstacles.push("root's rights".into());
    }
    obstacles
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0")
}

/// The running node. Dropped in this order: with the jail's first process everything in the
/// jail is gone; the others only see their child end.
pub(crate) struct Node {
    _jail: Process,
    runtime: runtime::Runtime,
    _agents: Vec<Process>,
    pub(crate) network: Network,
}

impl Node {
    /// Makes the place where the control plane and then the node will run.
    pub(crate) async fn network(run: &RunDirectory) -> Result<Network> {
        let lacking = obstacles();
        ensure!(
            lacking.is_empty(),
            "a whole node needs {}",
            lacking.join(", ")
        );
        Network::create(run).await
    }

    /// Starts the node in a running control plane and waits until it, DNS, storage and Dex are
    /// ready.
    pub(crate) async fn start(
        run: &RunDirectory,
        network: Network,
        client: &Client,
        (endpoint, authority): (&Endpoint, &Authority),
    ) -> Result<Self> {
        let (jail, inside) = jail::start(run, &network).await?;
        let runtime = runtime::Runtime::start(run, &inside).await?;
        let place = agents::Place {
            run,
            network: &network,
            inside: &inside,
            endpoint,
            authority,
        };
        let agents = agents::start(&place, &runtime).await?;
        addons::install(run, client, &runtime).await?;
        agents::wait_until_node_is_ready(client).await?;
        addons::wait_until_ready(client).await?;
        Ok(Self {
            _jail: jail,
            runtime,
            _agents: agents,
            network,
        })
    }

    pub(crate) async fn load(&self, run: &RunDirectory, image: &Image) -> Result<()> {
        self.runtime.load(run, image).await
    }
}

impl Network {
    /// Where the control plane listens on a whole node: the usual ports, nobody else is here.
    pub(crate) fn place(&self) -> Place {
        Place {
            address: self.node_address(),
            bind: "0.0.0.0".into(),
            wrapper: self.enter(),
            etcd: 2379,
            etcd_peer: 2380,
            api: 6443,
            controller_manager: 10257,
            endpoint_reconciler: "lease",
            egress: None,
        }
    }
}

fn arguments(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
