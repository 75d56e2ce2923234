//! How to reach Kubeflow from where the person is.

use askama::Template;
use axum::response::Response;

use super::snippets::{self, Client, Gate};
use super::ways::{self, FORWARDED, Tls, Way};
use crate::access::{Age, SignedIn};
use crate::domain::Permission;
use crate::features::doctor::check::Case;
use crate::features::doctor::version::Version;
use crate::web::frame::Frame;
use crate::web::page;
use crate::web::problem::Problem;
use crate::web::view::Notice;

#[derive(Template)]
#[template(path = "connect/show.html")]
struct ShowPage {
    frame: Frame,
    notices: Vec<Notice>,
    release: String,
    forward: String,
    forwarded: &'static str,
    service: String,
    tls: String,
    ways: Vec<Way>,
    clients: Vec<ClientView>,
    profile: String,
    token: String,
}

/// One way for programs; two where the release is not known.
struct ClientView {
    title: &'static str,
    install: &'static str,
    inside: String,
    outside: String,
}

/// What the cluster says of itself, as far as this person may see it.
#[derive(Default)]
struct Found {
    release: Option<&'static str>,
    service: String,
    forward: Option<String>,
    tls: Option<Tls>,
    ways: Vec<Way>,
}

pub(super) async fn show(signed_in: SignedIn, frame: Frame) -> Result<Response, Problem> {
    let found = look(&signed_in).await?;
    let mut notices = Vec::new();
    let found = found.unwrap_or_else(|| {
        notices.push(Notice::new(
            "info",
            "Your account may not see what is installed",
            "So this page shows what holds for every Kubeflow. Your administrator knows the address.",
        ));
        Found::default()
    });
    let (own, _) = signed_in.own_profiles();
    let profile = own
        .first()
        .map_or("your-profile", |own| own.profile.name.as_str());
    let user = signed_in.actor().user.to_string();
    let host = found.ways.first().map_or(FORWARDED, |way| way.url.as_str());
    let release = found.release.and_then(Version::parse);
    let view = |title: &'static str, release: (u64, u64)| {
        let client = Client::of(release);
        ClientView {
            title,
            install: client.install(),
            inside: snippets::inside(profile),
            outside: snippets::outside(client.gate, (host, &user, profile)),
        }
    };
    let clients = match &release {
        Some(release) => vec![view("", release.minor())],
        None => vec![
            view("Kubeflow 1.9 and newer", (1, 9)),
            view("Kubeflow 1.8", (1, 8)),
            view("Kubeflow 1.6 and 1.7", (1, 7)),
        ],
    };
    page::ok(&ShowPage {
        frame: frame.titled("Connect"),
        notices,
        release: found.release.unwrap_or_default().to_owned(),
        forward: found.forward.unwrap_or_else(|| ways::port_forward(None)),
        forwarded: FORWARDED,
        service: found.service,
        tls: found.tls.map_or("", Tls::describe).to_owned(),
        ways: found.ways,
        token: token(release.as_ref()),
        clients,
        profile: profile.to_owned(),
    })
}

/// `None`: the person may not see the installation.
async fn look(signed_in: &SignedIn) -> Result<Option<Found>, Problem> {
    let Some(access) = signed_in.access(Permission::ReadInstallation) else {
        return Ok(None);
    };
    let snapshot = access.snapshot(Age::Remembered).await?;
    let case = Case::of(&snapshot);
    let gateway = case.places.ingress(snapshot.services.visible());
    let tls = Tls::of(snapshot.gateways.all().ok());
    Ok(Some(Found {
        release: case.release().map(|release| release.name),
        service: gateway.map_or_else(
            || {
                "There is no Service of an ingress gateway, or it could not be looked at."
                    .to_owned()
            },
            |one| match (one.kind.as_str(), one.addresses.is_empty()) {
                ("LoadBalancer", true) => "The load balancer has no address yet.".to_owned(),
                (kind, _) => format!("Service {} is of type {kind}.", one.meta.path()),
            },
        ),
        forward: gateway.map(|one| ways::port_forward(Some(one))),
        tls: gateway.map(|_| tls),
        ways: gateway.map_or_else(Vec::new, |one| ways::of(one, snapshot.nodes.visible(), tls)),
    }))
}

/// Whether the gateway takes a token that Kubernetes made.
fn token(release: Option<&Version>) -> String {
    let Some(release) = release else {
        return String::new();
    };
    let takes = "The gateway takes a token of the cluster in this release: pass the output of kubectl create token \
                 default-editor as existing_token.";
    let refuses = "The gateway takes tokens of Dex only in this release, unless the overlay for the cluster’s own issuer is \
                   installed: a token made by kubectl create token is refused there. Inside the cluster it works.";
    match Client::of(release.minor()).gate {
        Gate::AuthService => {
            "The gateway of this release knows sessions only: no token opens it from outside."
                .to_owned()
        }
        Gate::OAuth2Proxy if release.is_before("1.9.1") => takes.to_owned(),
        Gate::OAuth2Proxy => refuses.to_owned(),
    }
}
