//! How many requests go to the API server, counted in the audit log of a sandbox.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::SignedDuration;
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::PostParams;
use kubeflow_admin::clock::Clock;
use kubeflow_admin::cluster::{Cluster, Identity};
use kubeflow_admin::domain::{
    Actor, Email, Kind, OperationId, PlainPassword, ProfileName, Role, State, Step, UserName,
};
use kubeflow_admin::operation::{Consent, Engine, EngineParts, Prover, TakenOver, Temporary};
use kubeflow_admin::sandbox::{self, Controllers, seed};
use kubeflow_admin::store::Store;
use serde_json::{Value, json};

const PROFILES: [&str; 2] = ["team-a", "team-b"];
const PEOPLE: usize = 10;
const DASHBOARD: &str = "system:serviceaccount:kubeflow-admin:kubeflow-admin";

/// Nobody signs in here.
struct NoProof;

impl Prover for NoProof {
    fn prove<'a>(
        &'a self,
        _: &'a Email,
        _: &'a PlainPassword,
    ) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(async { Err("nobody signs in".to_owned()) })
    }
}

/// A Kubeflow in memory with these profiles' namespaces, and the dashboard's engine over it.
async fn engine(audit_log: &Path) -> (Engine, Store) {
    let api = sandbox::start(sandbox::api::Settings {
        clock: || Clock.now(),
        token: || uuid::Uuid::new_v4().simple().to_string(),
        audit_log: Some(audit_log.to_owned()),
    })
    .unwrap();
    tokio::spawn(Controllers::new(&api).run());
    seed::install(&api, "").unwrap();
    let administrator = sandbox::client(&api, &api.administrator_token("test"));
    let namespaces: Api<Namespace> = Api::all(administrator);
    for name in PROFILES {
        let namespace = json!({"metadata": {"name": name}});
        let namespace = serde_json::from_value(namespace).unwrap();
        let params = PostParams::default();
        namespaces.create(&params, &namespace).await.unwrap();
    }
    let token = api.account_token("kubeflow-admin", "kubeflow-admin");
    let client = sandbox::client(&api, &token);
    let now = || Clock.now();
    let store = Store::open("sqlite::memory:").await.unwrap();
    let parts = EngineParts {
        cluster: Cluster::over(client, "test".to_owned(), Identity::InCluster, now),
        store: store.clone(),
        prover: Arc::new(NoProof),
        lease: SignedDuration::from_secs(20),
        stop: tokio_util::sync::CancellationToken::new(),
        tasks: tokio_util::task::TaskTracker::new(),
    };
    (Engine::new(parts), store)
}

fn everybody_everywhere() -> Vec<Step> {
    let places = PROFILES.iter().flat_map(|profile| {
        (0..PEOPLE).map(move |number| Step::AddContributor {
            profile: ProfileName::from_cluster(*profile),
            user: UserName::from_cluster(format!("guest-{number}@example.com")),
            role: Role::Edit,
        })
    });
    places.collect()
}

/// How often the dashboard asked how this installation is configured to let people through.
fn looks_at_the_gateway(audit_log: &Path) -> usize {
    let text = std::fs::read_to_string(audit_log).unwrap();
    let entries = text.lines().map(serde_json::from_str::<Value>);
    let entries = entries.map(Result::unwrap);
    entries
        .filter(|entry| entry["user"]["username"] == DASHBOARD && entry["verb"] == "get")
        .filter(|entry| entry["objectRef"]["name"] == "profiles-deployment")
        .count()
}

async fn is_done(engine: &Engine, store: &Store, id: &OperationId) {
    let mut changes = engine.changes();
    let ending = async {
        loop {
            let state = store.operation_find(id).await.unwrap().unwrap().state;
            match state {
                State::Done => return,
                State::Planned | State::Running => {}
                State::Failed | State::Undoing | State::Undone => panic!("{state:?}"),
            }
            let _ = tokio::time::timeout(Duration::from_millis(100), changes.changed()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ending)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn how_people_pass_the_gateway_is_asked_once_for_a_plan_and_once_for_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.log");
    let (engine, store) = engine(&log).await;
    assert_eq!(looks_at_the_gateway(&log), 0);
    let administrator: Email = seed::ADMINISTRATOR.parse().unwrap();
    let actor = Actor::person(UserName::from(&administrator), Vec::new());
    let (kind, steps) = (Kind::AddContributor, everybody_everywhere());
    let planner = engine.planner();
    let plan = planner.plan(&actor, kind, "everybody".to_owned(), steps);
    let id = plan.await.unwrap().id;
    assert_eq!(looks_at_the_gateway(&log), 1);
    let consent = Consent {
        taken_over: TakenOver::No,
        temporary: Temporary::NotAccepted,
    };
    engine.start(&id, consent).await.unwrap();
    is_done(&engine, &store, &id).await;
    assert_eq!(looks_at_the_gateway(&log), 2);
}
