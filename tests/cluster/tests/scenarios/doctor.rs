//! The doctor on a real API server: what it says of a lab in which only parts of Kubeflow are, what it may not see, and
//! a repair that is done and undone.

use std::path::Path;
use std::process::Output;

use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use lab::dashboard::{program, run_operation, undo_operation};
use lab::settings::{Kubernetes, Server};
use lab::{Lab, browser::Browser};
use serde_json::Value;

use crate::world::{PASSWORD, add_user, admin, world};

async fn doctor(kubeconfig: &Path, arguments: &[&str]) -> Output {
    tokio::process::Command::new(program().unwrap())
        .arg("doctor")
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .args(arguments)
        .output()
        .await
        .unwrap()
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|why| panic!("{why}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn state(report: &Value, code: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|one| one["code"] == code);
    let found = found.unwrap_or_else(|| panic!("{code} is not in the report"));
    found["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_doctor_says_honest_things_of_a_cluster_with_parts_of_kubeflow() {
    let (lab, _) = world().await;
    let output = doctor(lab.kubeconfig(), &["--output", "json"]).await;
    let report = json(&output);
    let served = lab.client().apiserver_version().await.unwrap().git_version;
    assert_eq!(report["kubernetes"], served.as_str());
    // There is neither a dashboard nor a profile controller as a workload, so this is no Kubeflow to it.
    assert_eq!(report["kubeflow"], Value::Null);
    assert_eq!(state(&report, "missing-workload"), "not-applicable");
    assert_eq!(state(&report, "profile-namespace"), "well");
    let errors = report["summary"]["errors"].as_u64().unwrap();
    assert_eq!(
        output.status.code(),
        Some(i32::from(errors > 0)),
        "{report:#}"
    );
}

#[tokio::test]
async fn whoever_may_only_read_a_little_is_told_what_was_not_looked_at() {
    let (lab, _) = world().await;
    lab.apply_yaml(NARROW).await.unwrap();
    let narrow = lab
        .service_account_kubeconfig("default", "narrow")
        .await
        .unwrap();
    let output = doctor(&narrow, &["--output", "json"]).await;
    let report = json(&output);
    assert_eq!(state(&report, "default-class"), "not-allowed");
    assert_eq!(state(&report, "webhook-backend"), "not-allowed");
    let table = doctor(&narrow, &[]).await;
    let text = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(
        text.contains("not allowed to list storageclasses.storage.k8s.io"),
        "{text}"
    );
}

#[tokio::test]
async fn a_cluster_that_cannot_be_reached_and_a_release_nobody_knows_are_exit_code_2() {
    let (lab, _) = world().await;
    let nowhere = doctor(Path::new("/nonexistent/kubeconfig"), &[]).await;
    assert_eq!(nowhere.status.code(), Some(2));
    let unknown = doctor(lab.kubeconfig(), &["--pre", "9.9"]).await;
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(
        said.contains("known are") && said.contains("26.03"),
        "{said}"
    );
}

#[tokio::test]
async fn before_an_installation_old_manifests_are_refused_on_a_new_kubernetes() {
    let (lab, _) = world().await;
    let old = doctor(lab.kubeconfig(), &["--pre", "1.6.1", "--output", "json"]).await;
    let report = json(&old);
    assert_eq!(report["wanted"], "1.6.1");
    assert_eq!(state(&report, "kubernetes-release"), "found");
    assert_eq!(old.status.code(), Some(1));
    let new = doctor(lab.kubeconfig(), &["--pre", "1.11.0", "--output", "junit"]).await;
    let text = String::from_utf8_lossy(&new.stdout).into_owned();
    let fits = Server::chosen().unwrap() != Server::Kubernetes(Kubernetes::V1_30);
    let wanted = if fits {
        "kubernetes-release: Kubernetes fits the release\"/>"
    } else {
        "it is older than 1.33, which Kubeflow 1.11.0 needs"
    };
    assert!(text.contains(wanted), "{text}");
}

#[tokio::test]
async fn a_profile_is_tried_by_a_dry_run_and_nothing_is_kept() {
    let (lab, _) = world().await;
    let output = doctor(
        lab.kubeconfig(),
        &["--probe", "profile", "--output", "json"],
    )
    .await;
    let report = json(&output);
    assert_eq!(state(&report, "probe-profile"), "well", "{report:#}");
    let profiles: Api<DynamicObject> =
        Api::all_with(lab.client(), &kind("kubeflow.org", "v1", "Profile"));
    assert!(
        profiles
            .get_opt("kubeflow-admin-probe")
            .await
            .unwrap()
            .is_none()
    );
}

fn kind(group: &str, version: &str, kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

async fn annotation(lab: &Lab, class: &str) -> Option<String> {
    let classes: Api<DynamicObject> =
        Api::all_with(lab.client(), &kind("storage.k8s.io", "v1", "StorageClass"));
    let class = classes.get(class).await.unwrap();
    let annotations = class.metadata.annotations.unwrap_or_default();
    annotations
        .get("storageclass.kubernetes.io/is-default-class")
        .cloned()
}

async fn repair(browser: &mut Browser, from: &str, repair: &str) -> lab::browser::Page {
    let page = browser.get(from).await.unwrap();
    let path = "/kubeflow-admin/checks/repair";
    browser
        .submit(&page, path, &[("repair", repair)])
        .await
        .unwrap()
}

#[tokio::test]
async fn a_default_class_is_set_one_at_a_time_and_undone() {
    let (lab, _) = world().await;
    lab.apply_yaml(CLASSES).await.unwrap();
    let mut admin = admin().await;
    let storage = "/kubeflow-admin/installation/storage";
    let plan = repair(&mut admin, storage, "make-default-class slow").await;
    assert_eq!(plan.status, 200, "{}", plan.text());
    plan.expect_text("Take the mark of the default class from the StorageClass quick")
        .unwrap();
    assert_eq!(
        annotation(lab, "slow").await,
        None,
        "a plan changes nothing"
    );
    let done = run_operation(&mut admin, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert_eq!(annotation(lab, "slow").await.as_deref(), Some("true"));
    assert_eq!(annotation(lab, "quick").await.as_deref(), Some("false"));
    undo_operation(&mut admin, &done).await.unwrap();
    assert_eq!(annotation(lab, "slow").await, None);
    assert_eq!(annotation(lab, "quick").await.as_deref(), Some("true"));
}

#[tokio::test]
async fn sec_26_only_what_the_checks_offer_can_be_repaired() {
    let (lab, dashboard) = world().await;
    let mut admin = admin().await;
    for wanted in [
        "enable-injection kube-system",
        "set-namespace-owner default mallory@example.com",
        "make-default-class nonexistent",
        "delete-namespace default",
        "",
    ] {
        let refused = repair(&mut admin, "/kubeflow-admin/checks", wanted).await;
        assert_eq!(refused.status, 409, "{wanted}: {}", refused.text());
    }
    let namespaces: Api<DynamicObject> = Api::all_with(lab.client(), &kind("", "v1", "Namespace"));
    let system = namespaces.get("kube-system").await.unwrap();
    let labels = system.metadata.labels.unwrap_or_default();
    assert!(!labels.contains_key("istio-injection"), "{labels:?}");
    // Reading is not repairing.
    let mut reader = dashboard
        .signed_in("reader@example.com", PASSWORD)
        .await
        .unwrap();
    let page = reader.get("/kubeflow-admin/checks").await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    let csrf = page.csrf().unwrap();
    let body = lab::browser::encode_form(&[
        ("csrf", csrf.as_str()),
        ("repair", "make-default-class quick"),
    ]);
    let answer = reader
        .post("/kubeflow-admin/checks/repair", &body)
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn a_namespace_that_lost_its_label_is_found_and_mended() {
    let (lab, _) = world().await;
    let mut admin = admin().await;
    add_user(&mut admin, "meshless@example.com", "meshless").await;
    let namespaces: Api<DynamicObject> = Api::all_with(lab.client(), &kind("", "v1", "Namespace"));
    let without = serde_json::json!({"metadata": {"labels": {"istio-injection": null}}});
    let patch = kube::api::Patch::Merge(without);
    let params = kube::api::PatchParams::default();
    namespaces.patch("meshless", &params, &patch).await.unwrap();
    let page = admin.get("/kubeflow-admin/checks").await.unwrap();
    let again = [("to", "checks")];
    let page = admin
        .submit(&page, "/kubeflow-admin/checks/again", &again)
        .await
        .unwrap();
    page.expect_text("Namespace meshless").unwrap();
    let plan = repair(
        &mut admin,
        "/kubeflow-admin/checks",
        "enable-injection meshless",
    )
    .await;
    let done = run_operation(&mut admin, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let labels = namespaces
        .get("meshless")
        .await
        .unwrap()
        .metadata
        .labels
        .unwrap();
    assert_eq!(
        labels.get("istio-injection").map(String::as_str),
        Some("enabled")
    );
}

const CLASSES: &str = r#"
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: quick, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: example.com/quick
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: slow}
provisioner: example.com/slow
"#;

/// May list workloads and nothing else.
const NARROW: &str = r"
apiVersion: v1
kind: ServiceAccount
metadata: {name: narrow, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: test-narrow}
rules:
  - {apiGroups: [apps], resources: [deployments, statefulsets, daemonsets], verbs: [list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: test-narrow}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: test-narrow}
subjects: [{kind: ServiceAccount, namespace: default, name: narrow}]
";
