//! A proxy between a dashboard and the API server, which can kill the dashboard, or tell it to stop, at any
//! request it makes.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

/// Where in a request's life the dashboard dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The API server never sees it.
    BeforeRequest,
    /// The API server has done it, the dashboard never learns.
    BeforeAnswer,
}

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// Killed on the spot (`kill -9`); this request is lost with it.
    Kill,
    /// Told to stop, as Kubernetes does it; this request and the next go on as usual.
    Terminate,
}

/// A blow that is yet to happen.
#[derive(Debug, Clone, Copy)]
pub struct Trap {
    pub process: u32,
    pub blow: Blow,
    pub moment: Moment,
    /// How many requests in somebody's name pass before it.
    pub countdown: u32,
}

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    client: Client,
    trap: Arc<Mutex<Option<Trap>>>,
}

/// A running proxy.
pub struct Proxy {
    shared: Shared,
    kubeconfig: PathBuf,
}

impl Proxy {
    /// Speaks plain HTTP on a loopback port, and to the API server with the identity of `kubeconfig`. Writes a
    /// kubeconfig that leads here into `folder`.
    pub async fn start(kubeconfig: &Path, folder: &Path) -> Result<Self> {
        let config = Kubeconfig::read_from(kubeconfig)?;
        let config = Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await?;
        let shared = Shared {
            client: Client::try_from(config)?,
            trap: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(forward).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let path = folder.join(format!("proxy-{}.kubeconfig", address.port()));
        let text = format!(
            "{{apiVersion: v1, kind: Config, current-context: proxy, clusters: [{{name: proxy, cluster: {{server: 'http://{address}'}}}}], \
             users: [{{name: proxy, user: {{}}}}], contexts: [{{name: proxy, context: {{cluster: proxy, user: proxy}}}}]}}"
        );
        std::fs::write(&path, text)?;
        Ok(Self {
            shared,
            kubeconfig: path,
        })
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    pub fn arm(&self, trap: Trap) {
        *self
            .shared
            .trap
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(trap);
    }

    /// Takes the trap away; says whether it was still there, that is: whether nobody was killed.
    pub fn disarm(&self) -> Option<Trap> {
        self.shared
            .trap
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Shared {
    /// Counts requests made in somebody's name, which are those of operations, and says when it is time.
    fn springs(&self, request: &Request) -> Option<Trap> {
        if !request.headers().contains_key("impersonate-user") {
            return None;
        }
        let mut trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner);
        let armed = trap.as_mut()?;
        if armed.countdown > 0 {
            armed.countdown -= 1;
            return None;
        }
        trap.take()
    }
}

async fn forward(State(shared): State<Shared>, request: Request) -> Response {
    let mut trap = shared.springs(&request);
    if let Some(Trap {
        process,
        blow: Blow::Terminate,
        ..
    }) = trap
    {
        signal(process, "-TERM");
        trap = None;
    }
    if let Some(Trap {
        process,
        moment: Moment::BeforeRequest,
        ..
    }) = trap
    {
        return kill(process);
    }
    match pass_on(&shared.client, request).await {
        Ok(answer) => match trap {
            Some(trap) => kill(trap.process),
            None => answer,
        },
        Err(problem) => {
            let mut answer = Response::new(Body::from(format!("{problem:#}")));
            *answer.status_mut() = StatusCode::BAD_GATEWAY;
            answer
        }
    }
}

async fn pass_on(client: &Client, request: Request) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(http::header::HOST);
    parts.headers.remove(http::header::CONTENT_LENGTH);
    let body = axum::body::to_bytes(body, 16 << 20).await?;
    let path = parts
        .uri
        .path_and_query()
        .context("a request without a path")?
        .clone();
    parts.uri = http::Uri::from(path);
    let answer = client
        .send(http::Request::from_parts(
            parts,
            kube::client::Body::from(body),
        ))
        .await?;
    Ok(answer.map(Body::new))
}

fn kill(process: u32) -> Response {
    signal(process, "-KILL");
    Response::new(Body::empty())
}

fn signal(process: u32, name: &str) {
    // It may have died by itself; then there is nothing to do.
    let _ = std::process::Command::new("kill")
        .args([name, &process.to_string()])
        .status();
}
