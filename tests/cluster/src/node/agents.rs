//! kubelet, kube-proxy and the scheduler.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use anyhow::Result;
use k8s_openapi::api::core::v1::Node;
use kube::{Api, Client};
use serde_json::json;

use super::{DNS_SERVICE, NODE_NAME, Network, POD_RANGE, runtime::Runtime};
use crate::{
    binaries::{self, Source},
    certificates::Authority,
    commands,
    kubeconfig::Endpoint,
    processes::{Process, Program},
    run_directory::RunDirectory,
    settings::Kubernetes,
    waiting,
};

const KUBERNETES: Source = Source::Kubernetes(Kubernetes::V1_34);

/// Where they run and whom they speak with.
pub(super) struct Place<'a> {
    pub(super) run: &'a RunDirectory,
    pub(super) network: &'a Network,
    pub(super) inside: &'a [OsString],
    pub(super) endpoint: &'a Endpoint,
    pub(super) authority: &'a Authority,
}

impl Place<'_> {
    fn kubeconfig(&self, file: &str, user: &str, group: &str) -> Result<PathBuf> {
        let certificate = self.authority.client(file, user, group)?;
        let path = self.run.path().join(format!("{file}.kubeconfig"));
        self.endpoint.with_certificate(path, &certificate)
    }
}

pub(super) async fn start(place: &Place<'_>, runtime: &Runtime) -> Result<Vec<Process>> {
    Ok(vec![
        start_kubelet(place, runtime).await?,
        start_proxy(place).await?,
        start_scheduler(place).await?,
    ])
}

pub(super) async fn wait_until_node_is_ready(client: &Client) -> Result<()> {
    let nodes: Api<Node> = Api::all(client.clone());
    waiting::until("the node is ready", Duration::from_mins(1), || async {
        let conditions = nodes
            .get(NODE_NAME)
            .await?
            .status
            .and_then(|status| status.conditions);
        let ready = conditions
            .into_iter()
            .flatten()
            .any(|one| one.type_ == "Ready" && one.status == "True");
        Ok(ready.then_some(()))
    })
    .await
}

async fn start_kubelet(place: &Place<'_>, runtime: &Runtime) -> Result<Process> {
    let (run, address) = (place.run, place.network.node_address());
    let group = make_control_group(run).await?;
    let serving = place
        .authority
        .server("kubelet", &[address.clone(), NODE_NAME.into()])?;
    let configuration = json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": { "enabled": false },
            "webhook": { "enabled": true },
            "x509": { "clientCAFile": place.authority.certificate() },
        },
        "authorization": { "mode": "Webhook" },
        "tlsCertFile": serving.certificate,
        "tlsPrivateKeyFile": serving.key,
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "containerRuntimeEndpoint": format!("unix://{}", runtime.socket().display()),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": group,
        "enforceNodeAllocatable": [],
        // A machine for tests has swap, cgroup v1 and little disk, and is no worse a node for it.
        "failSwapOn": false,
        "failCgroupV1": false,
        "evictionHard": { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%", "nodefs.inodesFree": "1%" },
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "podLogsDir": run.subdirectory("pods-logs")?,
        "resolvConf": run.write("resolv.conf", "")?,
        // The default is to look at a ConfigMap or Secret again only after a minute.
        "syncFrequency": "10s",
    });
    let configuration = run.write("kubelet.json", configuration.to_string())?;
    let kubeconfig = place.kubeconfig(
        "kubelet-client",
        &format!("system:node:{NODE_NAME}"),
        "system:nodes",
    )?;
    let program = Program::new("kubelet", &binaries::program(KUBERNETES, "kubelet").await?)
        .flag("config", configuration)
        .flag("kubeconfig", kubeconfig)
        .flag("hostname-override", NODE_NAME)
        .flag("node-ip", address)
        .flag("root-dir", run.subdirectory("kubelet")?)
        .under(place.inside);
    Process::start(&program, run)
}

/// A control group for all pods, in every hierarchy, and a note to remove it. A new group of
/// `cpuset` has no processors and no memory until it is given some.
async fn make_control_group(run: &RunDirectory) -> Result<String> {
    let group = format!("/kfa-{}", run.name());
    let all = format!("/sys/fs/cgroup{group} /sys/fs/cgroup/*{group}");
    run.record_undo(&format!(
        "for i in 1 2 3 4 5 6 7 8; do find {all} -depth -type d -exec rmdir {{}} + 2>/dev/null; \
         [ -z \"$(find {all} -maxdepth 0 2>/dev/null)\" ] && break; sleep 0.2; done; true"
    ))?;
    let make = format!(
        "if [ -f /sys/fs/cgroup/cgroup.controllers ]; then mkdir -p /sys/fs/cgroup{group}; exit; fi
         for hierarchy in /sys/fs/cgroup/*; do
           [ -f $hierarchy/cgroup.procs ] && mkdir -p $hierarchy{group}
         done
         cd /sys/fs/cgroup/cpuset && cat cpuset.cpus > .{group}/cpuset.cpus && cat cpuset.mems > .{group}/cpuset.mems"
    );
    commands::run(&["sh", "-c", &make]).await?;
    Ok(group)
}

async fn start_proxy(place: &Place<'_>) -> Result<Process> {
    let user = "system:kube-proxy";
    let configuration = json!({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "clusterCIDR": POD_RANGE,
        "hostnameOverride": NODE_NAME,
        "clientConnection": { "kubeconfig": place.kubeconfig("kube-proxy", user, user)? },
        // These are settings of the whole machine and not this namespace's to change.
        "conntrack": { "maxPerCore": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s" },
    });
    let configuration = place
        .run
        .write("kube-proxy.json", configuration.to_string())?;
    let program = Program::new(
        "kube-proxy",
        &binaries::program(KUBERNETES, "kube-proxy").await?,
    )
    .flag("config", configuration)
    .under(&place.network.enter());
    Process::start(&program, place.run)
}

async fn start_scheduler(place: &Place<'_>) -> Result<Process> {
    let user = "system:kube-scheduler";
    let kubeconfig = place.kubeconfig("kube-scheduler", user, user)?;
    let program = Program::new(
        "kube-scheduler",
        &binaries::program(KUBERNETES, "kube-scheduler").await?,
    )
    .flag("kubeconfig", &kubeconfig)
    .flag("authentication-kubeconfig", &kubeconfig)
    .flag("authorization-kubeconfig", &kubeconfig)
    .flag("bind-address", "127.0.0.1")
    .flag("leader-elect", "false")
    .under(&place.network.enter());
    Process::start(&program, place.run)
}
