//! The connection to the API server: one pool of connections for the program and for everybody it acts as.
//!
//! Owns where the configuration comes from, time limits and the impersonation headers. Knows no kinds.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use kube::Client;
use kube::Config;
use kube::client::{Body, ClientBuilder};
use kube::config::{KubeConfigOptions, Kubeconfig};
use tower::BoxError;
use tracing::Instrument as _;

use super::error::Error;
use super::traffic::{Asked, Traffic};
use crate::domain::{Actor, GroupName, UserName};

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

const IMPERSONATE_USER: HeaderName = HeaderName::from_static("impersonate-user");
const IMPERSONATE_GROUP: HeaderName = HeaderName::from_static("impersonate-group");

/// Whose rights the program itself has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The ServiceAccount of our pod: reads and impersonates.
    InCluster,
    /// Whoever the kubeconfig says; nobody is impersonated in its name but by their own right.
    Kubeconfig,
}

/// Where to find the cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub(crate) kubeconfig: Option<PathBuf>,
    pub(crate) context: Option<String>,
    pub(crate) impersonated: Option<Impersonated>,
}

/// Whom whoever holds the kubeconfig wants to be, as with `kubectl --as`; the API server decides whether they may.
#[derive(Debug, Clone)]
pub struct Impersonated {
    pub user: String,
    pub groups: Vec<String>,
}

/// Opens nothing yet; the first request does.
pub(crate) async fn connect(place: Place) -> Result<(Client, Identity), Error> {
    let impersonated = place.impersonated.clone();
    let (mut config, identity) = configuration(place).await?;
    if let Some(impersonated) = impersonated {
        config.auth_info.impersonate = Some(impersonated.user);
        config.auth_info.impersonate_groups = Some(impersonated.groups);
    }
    config.connect_timeout = Some(CONNECT_LIMIT);
    // Answers such as “busy” go to whoever asked: the default would go on asking for minutes behind their back.
    config.default_retry = false;
    let client = ClientBuilder::try_from(config)
        .map_err(|error| unusable(&error))?
        .build();
    Ok((client, identity))
}

/// Where the API server is, by the configuration alone.
pub(crate) async fn address(place: Place) -> Result<String, Error> {
    let (config, _) = configuration(place).await?;
    Ok(config.cluster_url.to_string())
}

/// The client with time limits, and with an eye on everything that is asked through it.
pub(crate) fn observed(client: Client, traffic: &Traffic) -> Client {
    let namespace = client.default_namespace().to_owned();
    let traffic = traffic.clone();
    let service =
        tower::service_fn(move |request| counted(client.clone(), traffic.clone(), request));
    Client::new(service, namespace)
}

async fn configuration(place: Place) -> Result<(Config, Identity), Error> {
    let explicit = place.kubeconfig.is_some() || place.context.is_some();
    if !explicit && let Ok(config) = Config::incluster() {
        return Ok((config, Identity::InCluster));
    }
    let options = KubeConfigOptions {
        context: place.context,
        ..KubeConfigOptions::default()
    };
    let config = match place.kubeconfig {
        Some(path) => {
            let file = Kubeconfig::read_from(path).map_err(|error| unusable(&error))?;
            Config::from_custom_kubeconfig(file, &options).await
        }
        None => Config::from_kubeconfig(&options).await,
    };
    let config = config.map_err(|error| unusable(&error))?;
    Ok((config, Identity::Kubeconfig))
}

fn unusable(error: &dyn std::error::Error) -> Error {
    Error::Unreachable {
        why: format!("no usable configuration: {error}"),
    }
}

/// Every request is a span of a trace and a count by what was asked and answered.
async fn counted(
    client: Client,
    traffic: Traffic,
    request: Request<Body>,
) -> Result<Response<Body>, BoxError> {
    let asked = Asked::of(&request);
    let span = tracing::debug_span!("kubernetes", verb = asked.verb, resource = asked.resource);
    let answer = limited(client, request).instrument(span).await;
    let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
    asked.answered(&traffic, status);
    answer
}

/// Everything but a watch is over, body included, within the limit.
async fn limited(client: Client, request: Request<Body>) -> Result<Response<Body>, BoxError> {
    if is_watch(&request) {
        return Ok(client.send(request).await?);
    }
    let whole = async {
        let (head, body) = client.send(request).await?.into_parts();
        let bytes = body.collect().await?.to_bytes();
        Ok(Response::from_parts(head, Body::from(bytes.to_vec())))
    };
    match tokio::time::timeout(REQUEST_LIMIT, whole).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} s", REQUEST_LIMIT.as_secs()).into()),
    }
}

fn is_watch(request: &Request<Body>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').any(|pair| pair == "watch=true")
}

/// A client whose every request is made as `user`, over the same connections.
pub(crate) fn impersonating(
    client: &Client,
    user: &UserName,
    groups: &[GroupName],
) -> Result<Client, Error> {
    let user = header(user.as_str())?;
    let groups: Vec<_> = groups
        .iter()
        .map(|group| header(group.as_str()))
        .collect::<Result<_, _>>()?;
    let inner = client.clone();
    let namespace = client.default_namespace().to_owned();
    let service = tower::service_fn(move |mut request: Request<Body>| {
        let headers = request.headers_mut();
        headers.insert(IMPERSONATE_USER, user.clone());
        headers.remove(IMPERSONATE_GROUP);
        for group in &groups {
            headers.append(IMPERSONATE_GROUP, group.clone());
        }
        let client = inner.clone();
        async move { client.send(request).await.map_err(BoxError::from) }
    });
    Ok(Client::new(service, namespace))
}

fn header(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| refused(text))
}

fn refused(name: &str) -> Error {
    Error::Forbidden {
        verb: "impersonate",
        resource: "users".to_owned(),
        namespace: None,
        message: format!(
            "The name “{}” is never impersonated.",
            name.escape_default()
        ),
    }
}

/// SEC-40: whatever a session holds, nothing of Kubernetes itself is impersonated.
pub(crate) fn check_impersonation(actor: &Actor, groups: &[GroupName]) -> Result<(), Error> {
    if !actor.may_be_impersonated() {
        return Err(refused(actor.user.as_str()));
    }
    match groups.iter().find(|g| g.as_str().starts_with("system:")) {
        Some(group) => Err(refused(group.as_str())),
        None => Ok(()),
    }
}
