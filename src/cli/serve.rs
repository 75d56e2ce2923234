//! `kubeflow-admin serve`: wires everything together and serves until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{say, sign_in_link};
use crate::access::{Desk, DeskSettings, Gate, GateSettings};
use crate::cluster::{self, Cluster, Identity};
use crate::config::{ActAs, Serve};
use crate::domain::{Actor, GroupName};
use crate::identity::throttle::Throttle;
use crate::operation::{Engine, EngineParts};
use crate::store::Store;
use crate::web::app::App;
use crate::{jobs, router};

#[expect(
    clippy::too_many_lines,
    reason = "one arm per case; split up it would be harder to compare"
)]
pub async fn run(options: Serve) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let store = Store::open(&options.store.database)
        .await
        .context("cannot open the database")?;
    let cluster = Cluster::connect(&cluster_settings(&options))
        .await
        .context("cannot reach the Kubernetes API")?;
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
    let app = App::new(gate, desk.clone(), options.http.clone(), throttle.clone());
    jobs::start(
        &jobs::Jobs {
            store: store.clone(),
            engine,
            desk,
            throttle,
            stop: stop.clone(),
        },
        &tasks,
    );

    let listener = TcpListener::bind(options.http.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.http.listen))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "server.listening");
    print_local_link(&cluster, &store, address).await?;

    let (service, table) = router::build(app);
    for route in &table {
        tracing::debug!(method = route.method, path = route.path, guard = ?route.guard, "route.mounted");
    }
    let stopping = stop.clone();
    axum::serve(
        listener,
        service.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async move {
        told_to_stop().await;
        tracing::info!("server.stopping");
        stopping.cancel();
    })
    .await?;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    Ok(())
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

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
