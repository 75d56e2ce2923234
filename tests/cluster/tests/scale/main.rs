//! Lists come from watches: however many profiles and logins there are, a page asks the API server for none of them.
//!
//! Small by default. `LAB_SCALE=1000x10000 cargo test -p kubeflow-admin-cluster-tests --test scale -- --nocapture`
//! fills in 1,000 profiles and 10,000 logins and prints what each page took.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, PostParams};
use lab::browser::Browser;
use lab::dashboard::Dashboard;
use lab::{Lab, dex, waiting};
use serde_json::json;

const OWN: &str = "system:serviceaccount:kubeflow-admin:kubeflow-admin";
const ADMIN: &str = "admin@example.com";
const PASSWORD: &str = "correct-horse-battery";
const ROUNDS: usize = 20;
const AT_ONCE: usize = 32;

const PAGES: [(&str, &str); 12] = [
    ("overview", "/"),
    ("users, first page", "/users"),
    ("users, by findings", "/users?sort=-findings"),
    ("users, one of them", "/users?q=person-00042"),
    ("users, a late page", "/users?page=12"),
    ("profiles, first page", "/profiles"),
    ("profiles, by health", "/profiles?sort=-health"),
    ("access, by person", "/access"),
    ("access, by profile", "/access?by=profiles"),
    ("access, as a list", "/access?by=lines&q=person-00042"),
    ("operations", "/operations"),
    ("activity", "/activity"),
];

/// Profiles and logins.
#[expect(
    clippy::disallowed_methods,
    reason = "how large a test is decides whoever starts it"
)]
fn size() -> (usize, usize) {
    let wanted = std::env::var("LAB_SCALE").unwrap_or_else(|_| "60x600".to_owned());
    let (profiles, logins) = wanted.split_once('x').unwrap();
    (profiles.parse().unwrap(), logins.parse().unwrap())
}

fn kind(lab: &Lab, group: &str, version: &str, kind: &str) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    if group == "dex.coreos.com" {
        Api::namespaced_with(lab.client(), "auth", &resource)
    } else {
        Api::all_with(lab.client(), &resource)
    }
}

async fn create_all(api: &Api<DynamicObject>, objects: Vec<DynamicObject>) {
    let parameters = PostParams::default();
    stream::iter(&objects)
        .map(|object| api.create(&parameters, object))
        .buffer_unordered(AT_ONCE)
        .try_for_each(async |_| Ok(()))
        .await
        .unwrap();
}

async fn fill(lab: &Lab, (profiles, logins): (usize, usize)) {
    let profile = |number: usize| {
        serde_json::from_value(json!({
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": { "name": format!("team-{number:05}") },
            "spec": {
                "owner": { "kind": "User", "name": format!("person-{number:05}@example.com") },
                "resourceQuotaSpec": { "hard": { "cpu": "4", "memory": "16Gi" } },
            },
        }))
        .unwrap()
    };
    let login = |number: usize| {
        let email = format!("person-{number:05}@example.com");
        serde_json::from_value(json!({
            "apiVersion": "dex.coreos.com/v1",
            "kind": "Password",
            "metadata": { "name": dex::object_name(&email), "namespace": "auth" },
            "email": email,
            "hash": "JDJhJDEwJDMzRU1UMGNWWVZsUHk2V0FNQ0xzY2VMWWpXaHVIcGJ6NXl1WnhndS9HQVJqMDNKOUx5dEpp",
            "username": format!("person {number}"),
            "userID": format!("user-{number}"),
        }))
        .unwrap()
    };
    let passwords = kind(lab, "dex.coreos.com", "v1", "Password");
    create_all(&passwords, (0..logins).map(login).collect()).await;
    let teams = kind(lab, "kubeflow.org", "v1", "Profile");
    create_all(&teams, (0..profiles).map(profile).collect()).await;
}

async fn wait_until_all_are_seen(browser: &mut Browser, (profiles, logins): (usize, usize)) {
    for (path, least, word) in [
        ("/users", logins, "users"),
        ("/profiles", profiles, "profiles"),
    ] {
        let path = format!("/kubeflow-admin{path}");
        for _ in 0..600 {
            let text = browser.get(&path).await.unwrap().text();
            // “1–50 of 10,001 users”
            let total = text.split(&format!(" {word} ")).find_map(|before| {
                let number = before.rsplit(" of ").next()?;
                number.replace(',', "").parse::<usize>().ok()
            });
            if total.is_some_and(|total| total >= least) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// How often our ServiceAccount has asked for an object or a list in its own name.
fn requests(lab: &Lab) -> usize {
    let log = lab.audit_log().unwrap();
    log.iter()
        .filter(|entry| entry.user == OWN && entry.impersonated_user.is_none())
        .filter(|entry| ["get", "list"].contains(&entry.verb.as_str()))
        .count()
}

fn memory_of(process: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_list_page_asks_the_api_server_for_nothing() {
    let size = size();
    let lab = Lab::control_plane().await.unwrap();
    lab.add_password(ADMIN, PASSWORD).await.unwrap();
    let dashboard = Dashboard::start(&lab).await.unwrap();
    let mut browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    let began = Instant::now();
    fill(&lab, size).await;
    wait_until_all_are_seen(&mut browser, size).await;
    eprintln!(
        "{} profiles and {} logins after {:?}",
        size.0,
        size.1,
        began.elapsed()
    );
    settle(&lab).await;
    let before = requests(&lab);
    for (name, path) in PAGES {
        measure(&mut browser, name, &format!("/kubeflow-admin{path}")).await;
    }
    assert_eq!(
        requests(&lab),
        before,
        "a page asked for what the watches know"
    );
    eprintln!("{}", memory_of(dashboard.process_id().unwrap()));
}

/// What the watches and the jobs have begun is over.
async fn settle(lab: &Lab) {
    waiting::until("no more requests", Duration::from_mins(2), || async {
        let before = requests(lab);
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok((requests(lab) == before).then_some(()))
    })
    .await
    .unwrap();
}

async fn measure(browser: &mut Browser, name: &str, path: &str) {
    let mut took = Vec::with_capacity(ROUNDS);
    let mut size = 0;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let page = browser.get(path).await.unwrap();
        took.push(began.elapsed());
        assert_eq!(page.status, 200, "{name}: {}", page.text());
        size = page.body.len();
    }
    took.sort();
    let (median, worst) = (took[ROUNDS / 2], took[ROUNDS - 1]);
    eprintln!("{name:24} median {median:>10.1?}  worst {worst:>10.1?}  {size:>7} bytes");
}
