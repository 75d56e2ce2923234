//! A change of Dex's configuration with real pods: the old one serves until the new one is up, or for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Pod},
};
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams};
use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, start_operation, wait_for_operation};
use lab::{Lab, dex_pod, http_client, waiting};
use serde_json::json;

use crate::{shared_node, turn_at_dex};

const ADMIN: &str = "roller@example.com";
const PASSWORD: &str = "correct-horse-battery";
const SHIPPED: &str = "12341234";
/// Of ten questions a second. From the old pod's end to the new way to its port it takes Kubernetes a moment.
const HANDOVER: u32 = 20;

const ADMINISTRATOR: &str = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: test-roller}, \
     roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-operator}, \
     subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: roller@example.com}]}";

async fn dashboard(lab: &Lab) -> (Dashboard, Browser) {
    // It may be there from another test here.
    let _ = lab.add_password(ADMIN, PASSWORD).await;
    lab.apply_yaml(ADMINISTRATOR).await.unwrap();
    let dashboard = Dashboard::start(lab).await.unwrap();
    let browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    (dashboard, browser)
}

async fn reset_shipped_user(browser: &mut Browser) -> Page {
    let person = "/kubeflow-admin/users/of/user@example.com";
    let page = browser.get(person).await.unwrap();
    let path = format!("{person}/reset-password");
    let plan = browser.submit(&page, &path, &[]).await.unwrap();
    let started = start_operation(browser, &plan).await.unwrap();
    ended(browser, started.path).await
}

/// With real pods an operation takes longer than one wait.
async fn ended(browser: &mut Browser, path: String) -> Page {
    for _ in 0..5 {
        if let Ok(page) = wait_for_operation(browser, path.clone()).await {
            return page;
        }
    }
    panic!("{path} does not end");
}

async fn pods(lab: &Lab) -> Vec<String> {
    let pods: Api<Pod> = Api::namespaced(lab.client(), "auth");
    let list = pods.list(&ListParams::default().labels("app=dex")).await;
    let names = list.unwrap().into_iter();
    names
        .filter(|pod| pod.metadata.deletion_timestamp.is_none())
        .filter_map(|pod| pod.metadata.name)
        .collect()
}

async fn configuration(lab: &Lab) -> String {
    let maps: Api<ConfigMap> = Api::namespaced(lab.client(), "auth");
    maps.get("dex").await.unwrap().data.unwrap()["config.yaml"].clone()
}

async fn configure(lab: &Lab, text: &str) {
    let maps: Api<ConfigMap> = Api::namespaced(lab.client(), "auth");
    let patch = Patch::Merge(json!({ "data": { "config.yaml": text } }));
    maps.patch("dex", &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// The pods before the newest are gone for good, and it answers: without a readiness probe Kubernetes waits for neither.
async fn answers(lab: &Lab) {
    let pods: Api<Pod> = Api::namespaced(lab.client(), "auth");
    let url = format!("{}/dex/healthz", lab.dex_url());
    waiting::until("Dex to answer", Duration::from_mins(2), async || {
        let left = pods.list(&ListParams::default().labels("app=dex")).await?;
        let answer = http_client::get(&url).await?;
        Ok((left.items.len() == 1 && answer.status().is_success()).then_some(()))
    })
    .await
    .unwrap();
}

/// Asks Dex again and again; counts what did not answer.
struct Watch {
    stop: Arc<AtomicBool>,
    missed: Arc<AtomicU32>,
    task: tokio::task::JoinHandle<()>,
}

impl Watch {
    fn begin(lab: &Lab) -> Self {
        let url = format!("{}/dex/healthz", lab.dex_url());
        let (stop, missed) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU32::new(0)),
        );
        let (stopped, counter) = (stop.clone(), missed.clone());
        let task = tokio::spawn(async move {
            while !stopped.load(Ordering::Relaxed) {
                let answer = http_client::get(&url).await;
                if !answer.is_ok_and(|answer| answer.status().is_success()) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        Self { stop, missed, task }
    }

    async fn missed(self) -> u32 {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        self.missed.load(Ordering::Relaxed)
    }
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story: there is one Dex, and each part begins where the last one ended"
)]
async fn dex_is_changed_by_a_roll_out_that_is_taken_back_when_it_fails() {
    let Some(lab) = shared_node().await else {
        return;
    };
    let _turn = turn_at_dex().await;
    let (dashboard, mut browser) = dashboard(lab).await;
    let original = configuration(lab).await;

    // It works: a new pod, and nobody noticed.
    let watch = Watch::begin(lab);
    let old = pods(lab).await;
    let done = reset_shipped_user(&mut browser).await;
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert_ne!(pods(lab).await, old);
    assert!(
        dashboard
            .signed_in("user@example.com", SHIPPED)
            .await
            .is_err()
    );
    let missed = watch.missed().await;
    assert!(missed <= HANDOVER, "Dex did not answer {missed} times");
    let undo = format!("{}/undo", done.path);
    let undone = browser.submit(&done, &undo, &[]).await.unwrap();
    let undone = ended(&mut browser, undone.path).await;
    assert!(
        undone.body.contains("data-state=\"undone\""),
        "{}",
        undone.text()
    );
    dashboard
        .signed_in("user@example.com", SHIPPED)
        .await
        .unwrap();

    // Somebody has written something that Dex does not survive, and started nothing.
    let broken = format!("{original}connectors:\n- type: nonsense\n  id: x\n  name: X\n");
    configure(lab, &broken).await;
    let (watch, old) = (Watch::begin(lab), pods(lab).await);
    let failed = reset_shipped_user(&mut browser).await;
    failed.expect_text("with exit code").unwrap();
    failed.expect_text("still serves").unwrap();
    assert_eq!(configuration(lab).await, broken);
    dashboard
        .signed_in("user@example.com", SHIPPED)
        .await
        .unwrap();
    assert!(pods(lab).await.contains(&old[0]), "the old pod is gone");
    assert!(watch.missed().await <= HANDOVER);
    configure(lab, &original).await;

    // A pod that does not take our change: what was there before is put back.
    dex_pod::demand(lab, Some("user@example.com"))
        .await
        .unwrap();
    let watch = Watch::begin(lab);
    let path = "/kubeflow-admin/users/of/user@example.com/remove";
    let form = browser.get(path).await.unwrap();
    let plan = browser.submit(&form, path, &[]).await.unwrap();
    let started = start_operation(&mut browser, &plan).await.unwrap();
    let failed = ended(&mut browser, started.path).await;
    failed
        .expect_text("What was there before was put back")
        .unwrap();
    assert_eq!(configuration(lab).await, original);
    dashboard
        .signed_in("user@example.com", SHIPPED)
        .await
        .unwrap();
    assert!(watch.missed().await <= HANDOVER);
    dex_pod::demand(lab, None).await.unwrap();
}

/// As up to Kubeflow 1.10.2: nothing tells when Dex is ready.
#[tokio::test]
async fn without_a_readiness_probe_the_old_pod_serves_as_well() {
    let Some(lab) = shared_node().await else {
        return;
    };
    let _turn = turn_at_dex().await;
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), "auth");
    let probe = async |probe: serde_json::Value| {
        let patch = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "dex", "readinessProbe": probe }] } } } });
        deployments
            .patch("dex", &PatchParams::default(), &Patch::Strategic(patch))
            .await
            .unwrap();
        dex_pod::demand(lab, None).await.unwrap();
        answers(lab).await;
    };
    let before = deployments.get("dex").await.unwrap();
    let container = &before.spec.unwrap().template.spec.unwrap().containers[0];
    let known = serde_json::to_value(&container.readiness_probe).unwrap();
    probe(json!(null)).await;
    let (dashboard, mut browser) = dashboard(lab).await;
    let original = configuration(lab).await;
    configure(
        lab,
        &format!("{original}connectors:\n- type: nonsense\n  id: x\n  name: X\n"),
    )
    .await;
    let watch = Watch::begin(lab);
    let failed = reset_shipped_user(&mut browser).await;
    failed.expect_text("still serves").unwrap();
    assert!(watch.missed().await <= HANDOVER);
    dashboard
        .signed_in("user@example.com", SHIPPED)
        .await
        .unwrap();
    configure(lab, &original).await;
    let done = {
        let path = format!("{}/resume", failed.path);
        let next = browser.submit(&failed, &path, &[]).await.unwrap();
        ended(&mut browser, next.path).await
    };
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    probe(known).await;
}
