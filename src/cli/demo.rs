//! `kubeflow-admin demo`: the dashboard over a Kubeflow in memory, with an issuer that plays Dex. No cluster is needed.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;

use super::demo_history;
use super::serve::{self, Over};
use super::stopping::Orders;
use super::{say, sign_in_link};
use crate::clock::{self, Clock};
use crate::cluster::{Cluster, Identity};
use crate::config::{Demo, DemoWorld, Serve};
use crate::domain::{Actor, Email, UserName};
use crate::sandbox::{self, Controllers, Kubelet, api, profile_controller, seed};
use crate::store::Store;
use crate::web::words;

const IN_MEMORY: &str = "sqlite::memory:";

pub async fn run(options: Demo) -> anyhow::Result<()> {
    let began = std::time::Instant::now();
    let orders = Orders::listen()?;
    let api = sandbox::start(api::Settings {
        clock: || Clock.now(),
        token: || clock::new_token().expose_secret().to_owned(),
        audit_log: None,
    })?;
    let hint = format!(
        "This is the demo. Everybody's password is {}; try {} or ana@example.com.",
        seed::PASSWORD,
        seed::ADMINISTRATOR
    );
    tokio::spawn(Controllers::new(&api).run());
    let issuer = seed::install(&api, &hint)?;
    tokio::spawn(profile_controller::run(
        seed::controller_client(&api),
        profile_controller::Delay::default(),
    ));
    seed::move_in(&api, world(options.world)).await?;
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

    let store = Store::open(IN_MEMORY).await?;
    let token = api.account_token("kubeflow-admin", "kubeflow-admin");
    let client = sandbox::client(&api, &token);
    let cluster = Cluster::over(client, "demo".to_owned(), Identity::InCluster, || {
        Clock.now()
    });
    tokio::spawn(demo_history::invent(cluster.clone(), store.clone()));
    let over = Over {
        cluster,
        store: store.clone(),
        banner: words::DEMO,
    };
    let greet = async |address: SocketAddr| {
        tracing::info!(milliseconds = began.elapsed().as_millis(), "demo.ready");
        print_ways_in(&store, address).await
    };
    serve::serve(
        Serve::for_demo(options, dex, IN_MEMORY),
        over,
        orders,
        greet,
    )
    .await
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

async fn print_ways_in(store: &Store, address: SocketAddr) -> anyhow::Result<()> {
    let base = format!("http://localhost:{}", address.port());
    let administrator: Email = seed::ADMINISTRATOR.parse()?;
    let actor = Actor::person(UserName::from(&administrator), Vec::new());
    let url = sign_in_link::make(store, &base, actor).await?;
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
        "Ctrl-C ends it; nothing stays behind.",
    ] {
        say(line);
    }
    Ok(())
}
