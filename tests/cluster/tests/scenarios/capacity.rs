//! Capacity against numbers that the test computes: nodes and pods that nobody runs, as the API server keeps them.

use std::time::Duration;

use kube::Api;
use kube::api::{ApiResource, GroupVersionKind};
use kube::api::{DynamicObject, Patch, PatchParams};
use lab::Lab;
use lab::browser::{Browser, Page};
use serde_json::{Value, json};

use crate::world::{PASSWORD, add_user, admin, world};

/// A device that no other scenario knows, so that its sums are this one's alone.
const DEVICE: &str = "example.org/tpu";

fn core(kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", kind))
}

async fn set_status(api: &Api<DynamicObject>, name: &str, status: Value) {
    let patch = Patch::Merge(json!({ "status": status }));
    api.patch_status(name, &PatchParams::default(), &patch)
        .await
        .unwrap();
}

async fn node(lab: &Lab, name: &str, devices: u32) {
    lab.apply_yaml(&format!(
        "{{apiVersion: v1, kind: Node, metadata: {{name: {name}, labels: {{node.kubernetes.io/pool: tpus}}}}}}"
    ))
    .await
    .unwrap();
    let there = json!({ DEVICE: devices.to_string(), "cpu": "8", "memory": "16Gi", "pods": "110" });
    let ready =
        json!([{ "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "" }]);
    let status = json!({ "capacity": there, "allocatable": there, "conditions": ready });
    set_status(&Api::all_with(lab.client(), &core("Node")), name, status).await;
}

async fn pod(lab: &Lab, namespace: &str, name: &str, (node, devices): (&str, u32)) {
    let place = if node.is_empty() {
        String::new()
    } else {
        format!("nodeName: {node}, ")
    };
    lab.apply_yaml(&format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}, labels: {{notebook-name: {name}}}}}, \
         spec: {{{place}automountServiceAccountToken: false, containers: [{{name: main, image: none, resources: {{\
         requests: {{{DEVICE}: '{devices}'}}, limits: {{{DEVICE}: '{devices}'}}}}}}]}}}}"
    ))
    .await
    .unwrap();
}

/// The page as it is now: what was looked at is remembered for a minute unless one asks anew.
async fn capacity(browser: &mut Browser) -> anyhow::Result<Page> {
    let page = browser.get("/kubeflow-admin/capacity").await?;
    assert_eq!(page.status, 200, "{}", page.text());
    tokio::time::sleep(Duration::from_secs(3)).await;
    let again = "/kubeflow-admin/checks/again";
    browser.submit(&page, again, &[("to", "capacity")]).await
}

#[tokio::test]
async fn promises_and_requests_are_summed_over_nodes_pods_and_quotas() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "tpu-one@example.com", "tpu-one").await;
    lab.apply_yaml(OUTSIDE).await.unwrap();
    let profiles = ApiResource::from_gvk(&GroupVersionKind::gvk("kubeflow.org", "v1", "Profile"));
    let profiles: Api<DynamicObject> = Api::all_with(lab.client(), &profiles);
    let quota = json!({ "spec": { "resourceQuotaSpec": { "hard": { format!("requests.{DEVICE}"): "11" } } } });
    profiles
        .patch("tpu-one", &PatchParams::default(), &Patch::Merge(quota))
        .await
        .unwrap();
    node(lab, "tpu-a", 8).await;
    node(lab, "tpu-b", 4).await;
    pod(lab, "tpu-outside", "system", ("tpu-a", 2)).await;
    pod(lab, "tpu-outside", "waiting", ("", 4)).await;
    // 12 there, 2 taken outside, 11 promised: 1 short. On tpu-a 6 are free, on tpu-b 4.
    let wanted = [
        "example.org/tpu 12 2 17 % 17 % 11 0 used 92 % 0.92× 1 short",
        "unknown product example.org/tpu 2 12 example.org/tpu 2 / 12",
        "2 of 12 example.org/tpu requested 10 6",
        "tpu-outside system 2 × unknown product tpu-a",
        "tpu-outside waiting 4 × example.org/tpu Waits for a node",
        "tpus 2 nodes",
    ];
    let mut last = String::new();
    for _ in 0..10 {
        last = capacity(&mut browser).await.unwrap().text();
        if wanted.iter().all(|one| last.contains(one)) {
            return;
        }
    }
    let missing: Vec<_> = wanted.iter().filter(|one| !last.contains(*one)).collect();
    panic!("{missing:?} not in: {last}");
}

#[tokio::test]
async fn whoever_may_not_list_pods_is_told_that_something_is_left_out() {
    let (lab, dashboard) = world().await;
    lab.add_password("only-profiles@example.com", PASSWORD)
        .await
        .unwrap();
    lab.apply_yaml(ONLY_PROFILES).await.unwrap();
    let mut browser = dashboard
        .signed_in("only-profiles@example.com", PASSWORD)
        .await
        .unwrap();
    let page = browser.get("/kubeflow-admin/capacity").await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    for right in ["list nodes", "list pods"] {
        page.expect_text(&format!(
            "It needs the right to {right}. What it would say is left out, not zero."
        ))
        .unwrap();
    }
    assert!(!page.body.contains("No pod holds"), "{}", page.text());
}

const OUTSIDE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: tpu-outside}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: tpu-outside}}";

const ONLY_PROFILES: &str = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: test-only-profiles}, \
    rules: [{apiGroups: [kubeflow.org], resources: [profiles], verbs: [list]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: test-only-profiles}, \
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: test-only-profiles}, \
    subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: only-profiles@example.com}]}";
