//! `kubeflow-admin serve`: wires everything together and serves until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::stopping::{self, Orders};
use super::{say, sign_in_link};
use crate::access::{Desk, DeskSettings, Gate, GateSettings};
use crate::cluster::{self, Cluster, Identity};
use crate::config::{ActAs, Serve};
use crate::domain::{Actor, GroupName};
use crate::identity::throttle::Throttle;
use crate::metrics::{self, Metrics, Requests, Sources};
use crate::operation::{Engine, EngineParts};
use crate::store::Store;
use crate::web::app::App;
use crate::{jobs, router};

pub async fn run(options: Serve) -> anyhow::Result<()> {
    let orders = Orders::listen()?;
    let store = Store::open(&options.store.database)
        .await
        .context("cannot open the database")?;
    let cluster = Cluster::connect(&cluster_settings(&options))
        .await
        .context("cannot reach the Kubernetes API")?;
    let over = Over {
        cluster: cluster.clone(),
        store: store.clone(),
        banner: "",
    };
    let greet = async |address| print_local_link(&cluster, &store, address).await;
    serve(options, over, orders, greet).await
}

/// What is served, and what every page says of it.
pub(super) struct Over {
    pub(super) cluster: Cluster,
    pub(super) store: Store,
    pub(super) banner: &'static str,
}

/// Wires everything together and serves until told to stop. `greet` is told the address once there is one.
#[expect(
    clippy::too_many_lines,
    reason = "wiring, line by line; split up it would be harder to follow"
)]
pub(super) async fn serve(
    options: Serve,
    over: Over,
    orders: Orders,
    greet: impl AsyncFnOnce(SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Over {
        cluster,
        store,
        banner,
    } = over;
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    cluster.watch(&stop, &tasks);

    let throttle = Arc::new(Throttle::default());
    let desk = Arc::new(Desk::new(
        cluster.clone(),
        store.clone(),
        desk_settings(&options)?,
    ));
    let engine = Engine::new(EngineParts {
        cluster: cluster.clone(),
        store: store.clone(),
        prover: desk.clone(),
        lease: SignedDuration::try_from(options.take_over_after)?,
        stop: stop.clone(),
        tasks: tasks.clone(),
    });
    let gate = Gate::new(
        cluster.clone(),
        store.clone(),
        engine.clone(),
        gate_settings(&options),
    );
    let app = App::new(
        gate,
        desk.clone(),
        (options.http.clone(), throttle.clone()),
        tasks.clone(),
        banner,
    );
    let requests = Requests::default();
    if let Some(address) = options.observing.metrics_listen {
        let metrics = Metrics::new(Sources {
            requests: requests.clone(),
            cluster: cluster.clone(),
            store: store.clone(),
            engine: engine.clone(),
            desk: desk.clone(),
            idle: SignedDuration::try_from(options.sessions.session_idle)?,
        });
        let listener = listen(address).await?;
        tasks.spawn(metrics::serve(listener, Arc::new(metrics), stop.clone()));
    }
    jobs::start(
        &jobs::Jobs {
            cluster: cluster.clone(),
            store: store.clone(),
            engine,
            desk,
            throttle,
            stop: stop.clone(),
        },
        &tasks,
    );

    let (service, table) = router::build(app);
    for route in &table {
        tracing::debug!(method = route.method, path = route.path, guard = ?route.guard, "route.mounted");
    }
    let listener = listen(options.http.listen).await?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "server.listening");
    greet(address).await?;
    stopping::serve(listener, requests.measure(service), orders, &stop).await?;
    stopping::finish(&tasks, &store).await;
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}

/// On a laptop there may be no Dex to sign in at: print a link that acts with the kubeconfig's own rights.
async fn print_local_link(
    cluster: &Cluster,
    store: &Store,
    address: SocketAddr,
) -> anyhow::Result<()> {
    if cluster.identity() == Identity::Kubeconfig {
        let base = format!("http://localhost:{}", address.port());
        let url = sign_in_link::make(store, &base, Actor::kubeconfig()).await?;
        say(
            "Open this address within ten minutes. It signs in once, with the rights of your kubeconfig:",
        );
        say("");
        say(&format!("  {url}"));
        say("");
    }
    Ok(())
}

fn cluster_settings(options: &Serve) -> cluster::Settings {
    cluster::Settings {
        kubeconfig: options.kubernetes.kubeconfig.clone(),
        context: options.kubernetes.context.clone(),
        identity: options.kubernetes.act_as.map(|act_as| match act_as {
            ActAs::Person => Identity::InCluster,
            ActAs::Kubeconfig => Identity::Kubeconfig,
        }),
        impersonated: None,
        clock: || crate::clock::Clock.now(),
    }
}

fn desk_settings(options: &Serve) -> anyhow::Result<DeskSettings> {
    let groups = options
        .kubernetes
        .groups
        .iter()
        .filter(|group| !group.is_empty())
        .map(|group| {
            GroupName::try_from(group.clone())
                .map_err(|why| anyhow::anyhow!("group {group}: {why}"))
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(DeskSettings {
        upstream: options.dex.dex_url.clone(),
        lifetime: SignedDuration::try_from(options.sessions.session_lifetime)?,
        groups,
    })
}

fn gate_settings(options: &Serve) -> GateSettings {
    let signed = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    GateSettings {
        idle: signed(options.sessions.session_idle),
        fresh: signed(options.sessions.fresh_sign_in),
    }
}
