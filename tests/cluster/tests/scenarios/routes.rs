//! The table of routes, as the running program prints it, walked by everybody there can be.

use lab::Lab;
use lab::browser::{Browser, encode_form};
use lab::dashboard::{Dashboard, Options};
use serde_json::Value;

use crate::world::{PASSWORD, make_admin, world};

/// What the program says of one route: `Public`, `SignedIn` or `Needs(…)`.
#[derive(Debug)]
struct Route {
    method: String,
    path: String,
    guard: String,
}

impl Route {
    fn is_for_everybody(&self) -> bool {
        self.guard == "Public"
    }

    fn needs(&self, kind: &str) -> bool {
        self.guard.starts_with(&format!("Needs({kind}"))
    }

    /// An address of it: with people and things that are there where it matters.
    fn address(&self) -> String {
        [
            ("{email}", "reader@example.com"),
            ("{finding}", "no-profile"),
            ("{profile}", "guarded"),
            ("{operation}", "0190c1a8-0000-7000-8000-000000000000"),
            ("{event}", "none"),
            ("{session}", "none"),
            ("{kind}", "profiles"),
            ("{namespace}", "-"),
            ("{name}", "guarded"),
            ("{file}", "none.css"),
            ("{component}", "dex"),
            ("{check}", "default-class"),
            ("{claim}", "kubeflow%2Fnone"),
            ("{*rest}", "none"),
        ]
        .iter()
        .fold(self.path.clone(), |path, (name, value)| {
            path.replace(name, value)
        })
    }
}

async fn start(lab: &Lab) -> (Dashboard, Vec<Route>) {
    let options = Options {
        environment: vec![(
            "RUST_LOG".to_owned(),
            "info,kubeflow_admin=debug".to_owned(),
        )],
        ..Options::default()
    };
    let dashboard = Dashboard::start_with(lab, options).await.unwrap();
    let log = dashboard.log_text();
    let table = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["message"] == "route.mounted")
        .map(|line| {
            let field = |name: &str| line[name].as_str().unwrap().to_owned();
            Route {
                method: field("method"),
                path: field("path"),
                guard: field("guard"),
            }
        })
        .collect();
    (dashboard, table)
}

/// Calls a route as this browser's person, with the token that their forms carry; gives status and body.
async fn call(browser: &mut Browser, csrf: &str, route: &Route) -> (u16, String, String) {
    if route.path.ends_with("/events") {
        // A stream has no end that could be waited for.
        let stream = browser.stream(&route.address()).await.unwrap();
        let location = stream.headers.get("location");
        let location = location.map_or("", |at| at.to_str().unwrap());
        return (stream.status.as_u16(), location.to_owned(), String::new());
    }
    if route.method == "GET" {
        let page = browser.get_once(&route.address()).await.unwrap();
        let location = page
            .headers
            .get("location")
            .map_or("", |at| at.to_str().unwrap());
        return (page.status.as_u16(), location.to_owned(), page.body);
    }
    let answer = browser
        .post(&route.address(), &encode_form(&[("csrf", csrf)]))
        .await
        .unwrap();
    let location = answer
        .headers()
        .get("location")
        .map_or("", |at| at.to_str().unwrap());
    (
        answer.status().as_u16(),
        location.to_owned(),
        answer.body().clone(),
    )
}

async fn token(browser: &mut Browser) -> String {
    let page = browser.get("/kubeflow-admin/account").await.unwrap();
    page.csrf().unwrap()
}

#[tokio::test]
async fn sec_06_every_route_keeps_to_its_declared_guard() {
    let (lab, _) = world().await;
    make_admin(lab, "router@example.com").await;
    lab.apply_yaml(GUARDED).await.unwrap();
    let (dashboard, table) = start(lab).await;
    assert!(table.len() > 40, "{table:#?}");
    let public: Vec<&str> = table
        .iter()
        .filter(|route| route.is_for_everybody())
        .map(|route| route.path.as_str())
        .collect();
    assert_eq!(
        public, PUBLIC,
        "a new public route is decided here, not by accident"
    );
    as_nobody(&dashboard, &table).await;
    as_somebody_without_rights(&dashboard, &table).await;
    as_owner_of_another_profile(lab, &dashboard, &table).await;
    as_reader(&dashboard, &table).await;
    as_administrator(&dashboard, &table).await;
}

async fn as_nobody(dashboard: &Dashboard, table: &[Route]) {
    for route in table.iter().filter(|route| !route.is_for_everybody()) {
        let (status, location, body) = call(&mut dashboard.browser(), "", route).await;
        if route.method == "GET" {
            assert_eq!(status, 303, "{route:?}: {body}");
            assert!(
                location.starts_with("/kubeflow-admin/sign-in"),
                "{route:?}: {location}"
            );
        } else {
            assert_eq!(status, 401, "{route:?}: {body}");
        }
    }
}

async fn as_somebody_without_rights(dashboard: &Dashboard, table: &[Route]) {
    let mut plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    let csrf = token(&mut plain).await;
    for route in table.iter().filter(|route| route.needs("")) {
        let (status, _, body) = call(&mut plain, &csrf, route).await;
        assert_eq!(status, 403, "{route:?}: {body}");
        assert!(!body.contains("guarded-owner@example.com"), "{route:?}");
    }
}

/// Owning a profile opens nothing but that profile: everything that needs a permission is refused, and whatever is
/// about somebody else's profile is not there.
async fn as_owner_of_another_profile(lab: &Lab, dashboard: &Dashboard, table: &[Route]) {
    lab.apply_yaml(OTHER).await.unwrap();
    lab.add_password("guarded-other@example.com", PASSWORD)
        .await
        .unwrap();
    let mut owner = dashboard
        .signed_in("guarded-other@example.com", PASSWORD)
        .await
        .unwrap();
    let csrf = token(&mut owner).await;
    for route in table {
        let (status, _, body) = call_unless_it_ends_the_session(&mut owner, &csrf, route).await;
        if route.needs("") {
            assert_eq!(status, 403, "{route:?}: {body}");
        } else if route.path.contains("{profile}") {
            assert_eq!(status, 404, "{route:?}: {body}");
        }
        assert!(!body.contains("guarded-owner@example.com"), "{route:?}");
    }
}

async fn as_reader(dashboard: &Dashboard, table: &[Route]) {
    let mut reader = dashboard
        .signed_in("reader@example.com", PASSWORD)
        .await
        .unwrap();
    let csrf = token(&mut reader).await;
    for route in table {
        let (status, _, body) = call_unless_it_ends_the_session(&mut reader, &csrf, route).await;
        if route.needs("Write") {
            assert_eq!(status, 403, "{route:?}: {body}");
        } else if route.needs("Read") {
            assert_ne!(status, 403, "{route:?}: {body}");
        }
    }
}

async fn as_administrator(dashboard: &Dashboard, table: &[Route]) {
    let mut admin = dashboard
        .signed_in("router@example.com", PASSWORD)
        .await
        .unwrap();
    let csrf = token(&mut admin).await;
    for route in table {
        let (status, _, body) = call_unless_it_ends_the_session(&mut admin, &csrf, route).await;
        assert!(
            ![401, 403, 500].contains(&status),
            "{route:?}: {status} {body}"
        );
    }
}

async fn call_unless_it_ends_the_session(
    browser: &mut Browser,
    csrf: &str,
    route: &Route,
) -> (u16, String, String) {
    if route.path.ends_with("/sign-out") || route.is_for_everybody() {
        return (200, String::new(), String::new());
    }
    call(browser, csrf, route).await
}

const PUBLIC: [&str; 13] = [
    "/healthz",
    "/readyz",
    "/kubeflow-admin/static/{file}",
    "/kubeflow-admin/sign-in",
    "/kubeflow-admin/sign-in/begin",
    "/kubeflow-admin/callback",
    "/kubeflow-admin/link",
    "/kubeflow-admin/link",
    "/kubeflow-admin/signed-out",
    "/dex/{*rest}",
    "/dex/{*rest}",
    "/kubeflow-admin/set-password",
    "/kubeflow-admin/set-password",
];

const GUARDED: &str = "{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: guarded}, \
                       spec: {owner: {kind: User, name: guarded-owner@example.com}}}";
const OTHER: &str = "{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: guarded-not}, \
                     spec: {owner: {kind: User, name: guarded-other@example.com}}}";
