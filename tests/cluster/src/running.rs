//! A running lab, as tests and `make lab` hold it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use k8s_openapi::api::{
    authentication::v1::{TokenRequest, TokenRequestSpec},
    core::v1::ServiceAccount,
};
use kube::{Api, Client, Config, api::PostParams};
use tokio::{
    process::Command,
    sync::{Mutex, OnceCell},
};

use crate::{
    audit::{self, AuditEntry},
    certificates::Authority,
    control_plane::{ControlPlane, Place},
    dex::{self, DexProcess},
    image::Image,
    in_memory,
    kubeconfig::{self, Endpoint},
    manifests,
    node::{self, Node},
    ports,
    processes::Process,
    run_directory::RunDirectory,
    settings::{self, Kubernetes},
    stand_in::{self, StandIn},
    waiting,
};

/// How often a control plane is started when another program was quicker to take a port.
const STARTS: u32 = 3;

/// Tokens of `ServiceAccounts` live longer than any run.
const TOKEN_SECONDS: i64 = 7 * 24 * 3600;

/// A Kubernetes with Dex; gone when dropped.
pub struct Lab {
    // Dropped, and so ended, in this order.
    stand_in: StandIn,
    dex: DexOf,
    node: Option<Node>,
    control: Control,
    run: RunDirectory,
}

/// Who plays the API server.
enum Control {
    Processes(Box<ControlPlane>),
    Sandbox(Box<in_memory::Server>),
}

impl Control {
    fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Processes(control) => &control.endpoint,
            Self::Sandbox(server) => &server.endpoint,
        }
    }

    fn kubeconfig(&self) -> &Path {
        match self {
            Self::Processes(control) => &control.kubeconfig,
            Self::Sandbox(server) => &server.kubeconfig,
        }
    }

    fn configuration(&self) -> Config {
        match self {
            Self::Processes(control) => control.configuration.clone(),
            Self::Sandbox(server) => server.configuration.clone(),
        }
    }

    fn audit_log(&self) -> &Path {
        match self {
            Self::Processes(control) => &control.audit_log,
            Self::Sandbox(server) => &server.audit_log,
        }
    }
}

/// Who runs Dex.
enum DexOf {
    /// The lab, as a process.
    Lab(RunningDex),
    /// The sandbox's issuer.
    Sandbox(in_memory::SignIn, String),
    /// The cluster, as a pod, reached at this URL.
    Cluster(String),
}

struct RunningDex {
    place: DexProcess,
    url: String,
    process: Mutex<Option<Process>>,
}

impl Lab {
    /// Starts etcd, the API server, the controller manager and Dex as processes on free loopback
    /// ports, with the stand-in of the profile controller. Needs no root.
    pub async fn control_plane() -> Result<Self> {
        let release = match settings::Server::chosen()? {
            settings::Server::Kubernetes(release) => release,
            settings::Server::Sandbox => return Self::in_memory().await,
        };
        let mut attempt = 1;
        let (run, control) = loop {
            let run = RunDirectory::create()?;
            let authority = Authority::create(run.subdirectory("certificates")?)?;
            let place = Place::loopback()?;
            let problem = match ControlPlane::start(&run, &place, release, &authority).await {
                Ok(control) => break (run, control),
                Err(problem) => problem,
            };
            if attempt == STARTS || !format!("{problem:#}").contains("address already in use") {
                return Err(problem);
            }
            attempt += 1;
        };
        let control = Control::Processes(Box::new(control));
        furnish(&control).await?;
        let (stand_in, dex) = futures::try_join!(
            start_stand_in(&control, &run),
            RunningDex::start(&control, &run)
        )?;
        Ok(Self {
            stand_in,
            dex: DexOf::Lab(dex),
            node: None,
            control,
            run,
        })
    }

    /// The sandbox in the place of the control plane, with its own issuer or a real Dex.
    async fn in_memory() -> Result<Self> {
        let run = RunDirectory::create()?;
        let server = in_memory::Server::start(&run).await?;
        let control = Control::Sandbox(Box::new(server));
        furnish(&control).await?;
        let stand_in = start_stand_in(&control, &run).await?;
        let dex = match (settings::SignIn::chosen()?, &control) {
            (settings::SignIn::Sandbox, Control::Sandbox(server)) => {
                let sign_in = server.issuer().await?;
                let url = sign_in.url();
                DexOf::Sandbox(sign_in, url)
            }
            _ => DexOf::Lab(RunningDex::start(&control, &run).await?),
        };
        Ok(Self {
            stand_in,
            dex,
            node: None,
            control,
            run,
        })
    }

    /// Starts a control plane and a whole node in a network namespace of their own, with DNS,
    /// storage and Dex as pods. Needs root and some packages: see [`node::obstacles`].
    pub async fn node() -> Result<Self> {
        let run = RunDirectory::create()?;
        let network = Node::network(&run).await?;
        let authority = Authority::create(run.subdirectory("certificates")?)?;
        let release = Kubernetes::V1_34;
        let control = ControlPlane::start(&run, &network.place(), release, &authority).await?;
        let control = Control::Processes(Box::new(control));
        furnish(&control).await?;
        let stand_in = start_stand_in(&control, &run).await?;
        let dex = format!("http://{}:{}", network.node_address(), node::DEX_PORT);
        let client = client(control.configuration());
        let trust = (control.endpoint(), &authority);
        let node = Node::start(&run, network, &client, trust).await?;
        dex::wait_until_healthy(&dex).await?;
        Ok(Self {
            stand_in,
            dex: DexOf::Cluster(dex),
            node: Some(node),
            control,
            run,
        })
    }

    /// One control plane for a whole test binary.
    ///
    /// # Panics
    /// When it does not start; without it no test can say anything.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Lab> = OnceCell::const_new();
        let started = SHARED.get_or_try_init(Self::control_plane).await;
        started.unwrap_or_else(|problem| panic!("the lab did not start: {problem:?}"))
    }

    /// A kubeconfig of the group `system:masters`.
    pub fn kubeconfig(&self) -> &Path {
        self.control.kubeconfig()
    }

    /// Where the API server answers.
    pub fn api_url(&self) -> &str {
        &self.control.endpoint().url
    }

    /// The run's directory: logs of all components, certificates, kubeconfig files.
    pub fn directory(&self) -> &Path {
        self.run.path()
    }

    /// A client of the group `system:masters`, for the async runtime of the caller.
    pub fn client(&self) -> Client {
        client(self.control.configuration())
    }

    /// A client that acts in the name of somebody else, by impersonation.
    pub async fn client_as(&self, user: &str, groups: &[&str]) -> Result<Client> {
        let mut configuration = self.control.configuration();
        configuration.auth_info.impersonate = Some(user.to_owned());
        configuration.auth_info.impersonate_groups =
            Some(groups.iter().map(ToString::to_string).collect());
        Ok(Client::try_from(configuration)?)
    }

    /// A kubeconfig with a token of this `ServiceAccount`, whose context has its namespace.
    pub async fn service_account_kubeconfig(&self, namespace: &str, name: &str) -> Result<PathBuf> {
        service_account_kubeconfig(&self.control, &self.run, (namespace, name)).await
    }

    /// Where Dex answers, without `/dex`: a port of the loopback, or on a whole node a port of
    /// the node (the lab's own Service `auth/dex-lab`; Kubeflow's has no port outside).
    pub fn dex_url(&self) -> &str {
        match &self.dex {
            DexOf::Lab(dex) => &dex.url,
            DexOf::Sandbox(_, url) | DexOf::Cluster(url) => url,
        }
    }

    /// Stops the Dex process.
    pub async fn stop_dex(&self) -> Result<()> {
        if let DexOf::Sandbox(sign_in, _) = &self.dex {
            sign_in.stop().await;
            return Ok(());
        }
        self.running_dex()?.process.lock().await.take();
        Ok(())
    }

    /// Starts the Dex process again, from what `ConfigMap` and Secrets in `auth` say now.
    pub async fn start_dex(&self) -> Result<()> {
        if let DexOf::Sandbox(sign_in, _) = &self.dex {
            return sign_in.start_again().await;
        }
        let dex = self.running_dex()?;
        let mut process = dex.process.lock().await;
        process.take();
        *process = Some(dex.place.start(&self.client(), &self.run).await?);
        Ok(())
    }

    /// Tries what the `ConfigMap` and Secrets in `auth` say now beside the Dex that runs.
    pub async fn try_dex(&self) -> Result<()> {
        if let DexOf::Sandbox(sign_in, _) = &self.dex {
            return sign_in.try_out();
        }
        let dex = self.running_dex()?;
        let beside = DexProcess {
            port: ports::free()?,
            kubeconfig: dex.place.kubeconfig.clone(),
        };
        beside.start(&self.client(), &self.run).await.map(drop)
    }

    fn running_dex(&self) -> Result<&RunningDex> {
        match &self.dex {
            DexOf::Lab(dex) => Ok(dex),
            DexOf::Cluster(_) | DexOf::Sandbox(..) => {
                bail!("here Dex is no process: scale or restart its Deployment")
            }
        }
    }

    fn running_node(&self) -> Result<&Node> {
        self.node
            .as_ref()
            .context("this lab is a control plane without a node")
    }

    /// The node's address, for its `NodePorts`; reachable from the test and inside the namespace.
    pub fn node_address(&self) -> Result<String> {
        Ok(self.running_node()?.network.node_address())
    }

    /// A command that runs in the node's network namespace, as root, with `KUBECONFIG` set.
    /// It is killed when its handle is dropped.
    pub fn command_in_namespace(&self, program: &str) -> Result<Command> {
        let enter = self.running_node()?.network.enter();
        let (first, rest) = enter.split_first().context("no way into the namespace")?;
        let mut command = Command::new(first);
        command
            .args(rest)
            .arg(program)
            .env("KUBECONFIG", self.kubeconfig())
            .kill_on_drop(true);
        Ok(command)
    }

    /// Gives the node an image; pods name it as [`Image::new`] was told.
    pub async fn load_image(&self, image: &Image) -> Result<()> {
        self.running_node()?.load(&self.run, image).await
    }

    /// Gives the node an image of a program built here, with the libraries it is linked with.
    pub async fn load_own_image(&self, binary: &Path, name: &str) -> Result<()> {
        self.load_image(&Image::of_program(binary, name).await?)
            .await
    }

    /// Kills the API server, for a while without one. Everything else stays.
    pub async fn stop_api_server(&self) -> Result<()> {
        match &self.control {
            Control::Processes(control) => control.stop_api_server().await,
            Control::Sandbox(server) => server.stop().await,
        }
        Ok(())
    }

    /// Starts the API server again, at the same address, and waits until it is ready.
    pub async fn start_api_server(&self) -> Result<()> {
        match &self.control {
            Control::Processes(control) => control.start_api_server(&self.run).await,
            Control::Sandbox(server) => server.start_again().await,
        }
    }

    /// Applies every object of a YAML stream, of any kind the API server knows (server-side
    /// apply, forced, field manager `lab`).
    pub async fn apply_yaml(&self, text: &str) -> Result<()> {
        manifests::apply(&self.client(), text).await
    }

    /// Adds a person who can sign in at Dex at once.
    pub async fn add_password(&self, email: &str, password: &str) -> Result<()> {
        dex::add_password(&self.client(), email, password).await
    }

    /// Adds an OAuth client that Dex knows at once.
    pub async fn add_oauth_client(&self, id: &str, secret: &str, redirect_uri: &str) -> Result<()> {
        dex::add_client(&self.client(), id, secret, redirect_uri).await
    }

    /// Every request the API server has answered so far, but the components' own reads.
    pub fn audit_log(&self) -> Result<Vec<AuditEntry>> {
        audit::read(self.control.audit_log())
    }

    /// Waits for a logged request: the line may come a moment after the answer.
    pub async fn audit_entry(&self, wanted: impl Fn(&AuditEntry) -> bool) -> Result<AuditEntry> {
        let start = Instant::now();
        loop {
            if let Some(entry) = self.audit_log()?.into_iter().find(&wanted) {
                return Ok(entry);
            }
            if start.elapsed() > Duration::from_secs(10) {
                bail!("no such request in {}", self.control.audit_log().display());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The stand-in of KFAM, with the rights of the profile controller's `ServiceAccount`.
    pub fn kfam(&self) -> stand_in::Kfam {
        stand_in::Kfam::new(client(self.stand_in.configuration().clone()))
    }

    /// How long the stand-in of the profile controller waits before each reconcile from now on.
    pub fn set_stand_in_delay(&self, delay: Duration) {
        self.stand_in.set_delay(delay);
    }
}

impl RunningDex {
    async fn start(control: &Control, run: &RunDirectory) -> Result<Self> {
        let kubeconfig = service_account_kubeconfig(control, run, (dex::NAMESPACE, "dex")).await?;
        let place = DexProcess {
            port: ports::free()?,
            kubeconfig,
        };
        let process = place.start(&client(control.configuration()), run).await?;
        Ok(Self {
            url: place.url(),
            place,
            process: Mutex::new(Some(process)),
        })
    }
}

/// Puts into a fresh cluster what a Kubeflow install would have put there.
async fn furnish(control: &Control) -> Result<()> {
    let client = client(control.configuration());
    manifests::create(&client, manifests::CUSTOM_RESOURCES).await?;
    manifests::create(&client, manifests::KUBEFLOW).await?;
    manifests::create(&client, manifests::DEX).await
}

/// Starts the stand-in of the profile controller, once what it needs is served.
async fn start_stand_in(control: &Control, run: &RunDirectory) -> Result<StandIn> {
    let client = client(control.configuration());
    manifests::wait_until_served(&client).await?;
    manifests::wait_until_aggregated(&client).await?;
    let account = (stand_in::NAMESPACE, stand_in::SERVICE_ACCOUNT);
    let kubeconfig = service_account_kubeconfig(control, run, account).await?;
    StandIn::start(
        kubeconfig::load(&kubeconfig).await?,
        settings::stand_in_delay()?,
    )
}

async fn service_account_kubeconfig(
    control: &Control,
    run: &RunDirectory,
    (namespace, name): (&str, &str),
) -> Result<PathBuf> {
    let accounts: Api<ServiceAccount> = Api::namespaced(client(control.configuration()), namespace);
    let request = TokenRequest {
        spec: TokenRequestSpec {
            expiration_seconds: Some(TOKEN_SECONDS),
            ..TokenRequestSpec::default()
        },
        ..TokenRequest::default()
    };
    let parameters = PostParams::default();
    let issued = waiting::until(
        &format!("a token of {namespace}/{name}"),
        Duration::from_secs(10),
        || async {
            Ok(Some(
                accounts
                    .create_token_request(name, &parameters, &request)
                    .await?,
            ))
        },
    )
    .await?;
    let token = issued
        .status
        .context("a TokenRequest was answered without a token")?
        .token;
    let path = run
        .subdirectory("kubeconfigs")?
        .join(format!("{namespace}-{name}"));
    control.endpoint().with_token(path, &token, namespace)
}

#[expect(
    clippy::expect_used,
    reason = "start-up made a client of the same configuration already"
)]
fn client(configuration: Config) -> Client {
    Client::try_from(configuration).expect("a configuration that made a client before")
}
