//! `kubeflow-admin demo`: the dashboard over a Kubeflow in memory, with an issuer that plays Dex. No cluster is needed.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::demo_folder::Folder;
use super::serve::{self, Over};
use super::stopping::Orders;
use super::{demo_history, demo_import, say, sign_in_link};
use crate::clock::{self, Clock};
use crate::cluster::{Cluster, Identity};
use crate::config::{Demo, DemoWorld, Serve};
use crate::domain::{Actor, Email, UserName};
use crate::sandbox::{self, Controllers, Issuer, Kubelet, api, kept, profile_controller, seed};
use crate::store::Store;
use crate::web::words;

const IN_MEMORY: &str = "sqlite::memory:";

pub async fn run(options: Demo) -> anyhow::Result<()> {
    let began = std::time::Instant::now();
    let orders = Orders::listen()?;
    let folder = options.data_dir.as_deref().map(Folder::open).transpose()?;
    let hint = format!(
        "This is the demo. Everybody's password is {}; try {} or ana@example.com.",
        seed::PASSWORD,
        seed::ADMINISTRATOR
    );
    let resumed = folder
        .as_ref()
        .filter(|folder| folder.has_world() && !options.reset);
    let (api, issuer) = match resumed {
        Some(folder) => go_on(folder, &hint)?,
        None => begin(folder.as_ref(), &hint, world(options.world)).await?,
    };
    let kubelet = Kubelet::new(&api, &issuer);
    kubelet.start_all();
    tokio::spawn(kubelet.run());

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .context("no port for the demo's own Dex")?;
    let dex = format!("http://{}", listener.local_addr()?);
    tokio::spawn(sandbox::serve(issuer, listener));
    if let Some(address) = options.api_listen {
        expose(&api, address).await?;
    }

    let database = folder
        .as_ref()
        .map_or_else(|| IN_MEMORY.to_owned(), Folder::database);
    let store = Store::open(&database).await?;
    let token = api.account_token("kubeflow-admin", "kubeflow-admin");
    let client = sandbox::client(&api, &token);
    let cluster = Cluster::over(client, "demo".to_owned(), Identity::InCluster, || {
        Clock.now()
    });
    if resumed.is_none() {
        invent(&cluster, &store, options.world)?;
    }
    let over = Over {
        cluster,
        store: store.clone(),
        banner: match folder {
            Some(_) => words::DEMO_KEPT,
            None => words::DEMO,
        },
    };
    let greet = async |address: SocketAddr| {
        tracing::info!(milliseconds = began.elapsed().as_millis(), "demo.ready");
        print_ways_in(&store, folder.as_ref(), address).await
    };
    let keeping = folder.as_ref().map(|folder| Keeping::begin(&api, folder));
    let options = Serve::for_demo(options, dex, &database);
    let served = serve::serve(options, over, orders, greet).await;
    if let Some(keeping) = keeping {
        keeping.end().await;
    }
    served
}

fn settings() -> api::Settings {
    api::Settings {
        clock: || Clock.now(),
        token: || clock::new_token().expose_secret().to_owned(),
        audit_log: None,
    }
}

/// A new world.
async fn begin(
    folder: Option<&Folder>,
    hint: &str,
    world: seed::World,
) -> anyhow::Result<(api::Api, Issuer)> {
    if let Some(folder) = folder {
        folder.clear()?;
    }
    let api = sandbox::start(settings())?;
    tokio::spawn(Controllers::new(&api).run());
    let issuer = seed::install(&api, hint)?;
    watch_profiles(&api);
    seed::move_in(&api, world).await?;
    Ok((api, issuer))
}

/// The world that a folder keeps.
fn go_on(folder: &Folder, hint: &str) -> anyhow::Result<(api::Api, Issuer)> {
    let way_out = || {
        format!(
            "the demo in {} cannot go on; start it with --reset to begin anew",
            folder.path().display()
        )
    };
    let api = kept::resume(settings(), &folder.world()).with_context(way_out)?;
    tokio::spawn(Controllers::new(&api).run());
    let issuer = Issuer::start(&api, hint).with_context(way_out)?;
    watch_profiles(&api);
    Ok((api, issuer))
}

fn watch_profiles(api: &api::Api) {
    tokio::spawn(profile_controller::run(
        seed::controller_client(api),
        profile_controller::Delay::default(),
    ));
}

/// What only the dashboard knows of a new world.
fn invent(cluster: &Cluster, store: &Store, world: DemoWorld) -> anyhow::Result<()> {
    tokio::spawn(demo_history::invent(cluster.clone(), store.clone()));
    match world {
        DemoWorld::Empty | DemoWorld::Small => {}
        DemoWorld::Team | DemoWorld::Huge => {
            let plan = demo_import::plan(cluster.clone(), store.clone(), administrator()?);
            tokio::spawn(plan);
        }
    }
    Ok(())
}

fn administrator() -> anyhow::Result<Actor> {
    let administrator: Email = seed::ADMINISTRATOR.parse()?;
    Ok(Actor::person(UserName::from(&administrator), Vec::new()))
}

/// The world on its way to its folder.
struct Keeping {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Keeping {
    fn begin(api: &api::Api, folder: &Folder) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(kept::keep(api.clone(), folder.world(), stop.clone()));
        Self { stop, task }
    }

    /// Until everything is written.
    async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "demo.not-kept");
        }
    }
}

fn world(wanted: DemoWorld) -> seed::World {
    match wanted {
        DemoWorld::Empty => seed::World::Empty,
        DemoWorld::Small => seed::World::Small,
        DemoWorld::Team => seed::World::Team,
        DemoWorld::Huge => seed::World::Huge,
    }
}

/// The API for programs outside, such as kubectl.
async fn expose(api: &api::Api, address: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let token = api.administrator_token("demo-administrator");
    say(&format!(
        "The demo's Kubernetes API, for everybody who reaches it: kubectl --server http://{address} get profiles"
    ));
    tokio::spawn(sandbox::listen_openly(api.clone(), token, listener));
    Ok(())
}

async fn print_ways_in(
    store: &Store,
    folder: Option<&Folder>,
    address: SocketAddr,
) -> anyhow::Result<()> {
    let base = format!("http://localhost:{}", address.port());
    let url = sign_in_link::make(store, &base, administrator()?).await?;
    let end = match folder {
        Some(folder) => format!(
            "Ctrl-C ends it; {} keeps it, and with --reset it begins anew.",
            folder.path().display()
        ),
        None => "Ctrl-C ends it; nothing stays behind.".to_owned(),
    };
    for line in [
        "The demo is ready. This address signs you in as an administrator, once, within ten minutes:",
        "",
        &format!("  {url}"),
        "",
        &format!(
            "Later, and as anybody else: {base}/ with {} or ana@example.com and the password {}.",
            seed::ADMINISTRATOR,
            seed::PASSWORD
        ),
        &end,
    ] {
        say(line);
    }
    Ok(())
}
