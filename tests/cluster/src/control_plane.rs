//! etcd, the API server and the controller manager, as processes.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use kube::Client;
use tokio::sync::Mutex;

use crate::{
    audit,
    binaries::{self, Source},
    certificates::{Authority, Certificate, TokenKey},
    kubeconfig::{self, Endpoint},
    ports,
    processes::{Process, Program},
    run_directory::RunDirectory,
    settings::Kubernetes,
    waiting,
};

/// Services get their addresses from here; the API server is the first of them.
const SERVICE_RANGE: &str = "10.96.0.0/16";
pub(crate) const API_SERVICE: &str = "10.96.0.1";

/// Where the processes listen.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The address other machines (and pods) would use.
    pub(crate) address: String,
    /// The address the API server listens on.
    pub(crate) bind: String,
    /// Put in front of each command, to start it elsewhere.
    pub(crate) wrapper: Vec<OsString>,
    pub(crate) etcd: u16,
    pub(crate) etcd_peer: u16,
    pub(crate) api: u16,
    pub(crate) controller_manager: u16,
    /// Pods want the API server among the endpoints of the service `kubernetes`; an address on
    /// the loopback is refused there.
    pub(crate) endpoint_reconciler: &'static str,
    /// How the API server reaches Services, where it does not reach them by itself.
    pub(crate) egress: Option<PathBuf>,
}

impl Place {
    /// Free ports on the loopback.
    pub(crate) fn loopback() -> Result<Self> {
        Ok(Self {
            address: "127.0.0.1".into(),
            bind: "127.0.0.1".into(),
            wrapper: Vec::new(),
            etcd: ports::free()?,
            etcd_peer: ports::free()?,
            api: ports::free()?,
            controller_manager: ports::free()?,
            endpoint_reconciler: "none",
            egress: None,
        })
    }
}

/// The running processes and what is needed to speak with them.
pub(crate) struct ControlPlane {
    pub(crate) endpoint: Endpoint,
    pub(crate) kubeconfig: PathBuf,
    pub(crate) configuration: kube::Config,
    pub(crate) audit_log: PathBuf,
    api_program: Program,
    // In this order they are dropped, and so stopped: nobody complains about a missing neighbour.
    _managers: Process,
    api_server: Mutex<Option<Process>>,
    _etcd: Process,
}

struct Files {
    serving: Certificate,
    /// With it the API server speaks to kubelets, and the administrator to the API server.
    administrator: Certificate,
    token_key: TokenKey,
    audit_policy: PathBuf,
    audit_log: PathBuf,
}

impl ControlPlane {
    /// Starts all three and waits until the API server is ready.
    pub(crate) async fn start(
        run: &RunDirectory,
        place: &Place,
        release: Kubernetes,
        authority: &Authority,
    ) -> Result<Self> {
        let files = Files::create(run, place, authority)?;
        let endpoint = Endpoint::new(
            format!("https://{}:{}", place.address, place.api),
            authority,
        )?;
        let kubeconfig =
            endpoint.with_certificate(run.path().join("kubeconfig"), &files.administrator)?;
        let configuration = kubeconfig::load(&kubeconfig).await?;

        let etcd = start_etcd(run, place).await?;
        let api_program = api_server(place, release, (authority, &files)).await?;
        let api_server = start_until_ready(&api_program, run, &configuration).await?;
        let managers =
            start_controller_manager(run, place, release, (authority, &files, &endpoint)).await?;
        Ok(Self {
            endpoint,
            kubeconfig,
            configuration,
            audit_log: files.audit_log,
            api_program,
            _managers: managers,
            api_server: Mutex::new(Some(api_server)),
            _etcd: etcd,
        })
    }

    /// Kills the API server; everything else stays.
    pub(crate) async fn stop_api_server(&self) {
        self.api_server.lock().await.take();
    }

    /// Starts the API server again, on the same port, and waits until it is ready.
    pub(crate) async fn start_api_server(&self, run: &RunDirectory) -> Result<()> {
        let mut api_server = self.api_server.lock().await;
        api_server.take();
        *api_server = Some(start_until_ready(&self.api_program, run, &self.configuration).await?);
        Ok(())
    }
}

impl Files {
    fn create(run: &RunDirectory, place: &Place, authority: &Authority) -> Result<Self> {
        let names = [
            "127.0.0.1",
            API_SERVICE,
            &place.address,
            "localhost",
            "kubernetes.default.svc",
        ]
        .map(String::from);
        Ok(Self {
            serving: authority.server("apiserver", &names)?,
            administrator: authority.client(
                "administrator",
                "lab-administrator",
                "system:masters",
            )?,
            token_key: authority.token_key()?,
            audit_policy: run.write("audit-policy.yaml", audit::POLICY)?,
            audit_log: run.write("audit.log", "")?,
        })
    }
}

async fn start_until_ready(
    program: &Program,
    run: &RunDirectory,
    configuration: &kube::Config,
) -> Result<Process> {
    let client = Client::try_from(configuration.clone())?;
    let process = Process::start(program, run)?;
    waiting::until_ready(&process, Duration::from_mins(1), || is_ready(&client)).await?;
    Ok(process)
}

async fn is_ready(client: &Client) -> bool {
    let request = http::Request::get("/readyz").body(Vec::new());
    match request {
        Ok(request) => client
            .request_text(request)
            .await
            .is_ok_and(|text| text == "ok"),
        Err(_) => false,
    }
}

async fn start_etcd(run: &RunDirectory, place: &Place) -> Result<Process> {
    let client = format!("http://127.0.0.1:{}", place.etcd);
    let peer = format!("http://127.0.0.1:{}", place.etcd_peer);
    let program = Program::new("etcd", &binaries::program(Source::Etcd, "etcd").await?)
        .flag("data-dir", run.path().join("etcd"))
        .flag("listen-client-urls", &client)
        .flag("advertise-client-urls", &client)
        .flag("listen-peer-urls", &peer)
        .flag("initial-advertise-peer-urls", &peer)
        .flag("initial-cluster", format!("default={peer}"))
        .flag("log-level", "warn")
        // The data is thrown away with the lab; waiting for the disk would only cost time.
        .arg("--unsafe-no-fsync")
        .under(&place.wrapper);
    Process::start(&program, run)
}

async fn api_server(
    place: &Place,
    release: Kubernetes,
    (authority, files): (&Authority, &Files),
) -> Result<Program> {
    let path = binaries::program(Source::Kubernetes(release), "kube-apiserver").await?;
    // An address on the loopback is refused here even when nothing uses it.
    let advertised = if place.address == "127.0.0.1" {
        "192.0.2.1"
    } else {
        &place.address
    };
    let program = Program::new("kube-apiserver", &path);
    let program = match &place.egress {
        Some(file) => program.flag("egress-selector-config-file", file),
        None => program,
    };
    Ok(program
        .flag("bind-address", &place.bind)
        .flag("advertise-address", advertised)
        .flag("endpoint-reconciler-type", place.endpoint_reconciler)
        .flag("secure-port", place.api.to_string())
        .flag("etcd-servers", format!("http://127.0.0.1:{}", place.etcd))
        .flag("tls-cert-file", &files.serving.certificate)
        .flag("tls-private-key-file", &files.serving.key)
        .flag("client-ca-file", authority.certificate())
        .flag("kubelet-certificate-authority", authority.certificate())
        .flag(
            "kubelet-client-certificate",
            &files.administrator.certificate,
        )
        .flag("kubelet-client-key", &files.administrator.key)
        .flag("kubelet-preferred-address-types", "InternalIP")
        .flag(
            "service-account-issuer",
            "https://kubernetes.default.svc.cluster.local",
        )
        .flag("service-account-signing-key-file", &files.token_key.private)
        .flag("service-account-key-file", &files.token_key.public)
        .flag("service-cluster-ip-range", SERVICE_RANGE)
        .flag("authorization-mode", "Node,RBAC")
        .flag("allow-privileged", "true")
        .flag("audit-policy-file", &files.audit_policy)
        .flag("audit-log-path", &files.audit_log)
        .flag("max-requests-inflight", "1600")
        .flag("max-mutating-requests-inflight", "800")
        .flag("profiling", "false")
        .under(&place.wrapper))
}

async fn start_controller_manager(
    run: &RunDirectory,
    place: &Place,
    release: Kubernetes,
    (authority, files, endpoint): (&Authority, &Files, &Endpoint),
) -> Result<Process> {
    let user = "system:kube-controller-manager";
    let certificate = authority.client("controller-manager", user, user)?;
    let kubeconfig = endpoint.with_certificate(
        run.path().join("controller-manager.kubeconfig"),
        &certificate,
    )?;
    let path = binaries::program(Source::Kubernetes(release), "kube-controller-manager").await?;
    let program = Program::new("kube-controller-manager", &path)
        .flag("kubeconfig", &kubeconfig)
        .flag("authentication-kubeconfig", &kubeconfig)
        .flag("authorization-kubeconfig", &kubeconfig)
        .flag("bind-address", "127.0.0.1")
        .flag("secure-port", place.controller_manager.to_string())
        .flag("leader-elect", "false")
        .flag("use-service-account-credentials", "true")
        .flag("service-account-private-key-file", &files.token_key.private)
        .flag("root-ca-file", authority.certificate())
        // Its defaults are meant for a shared cluster; a bulk of Profiles would wait for it.
        .flag("kube-api-qps", "200")
        .flag("kube-api-burst", "400")
        .under(&place.wrapper);
    Process::start(&program, run).context("starting the controller manager")
}
