//! Quotas with what belongs to them: defaults for containers, presets, and what lowering would mean.

use k8s_openapi::api::core::v1::{LimitRange, Pod, ResourceQuota};
use kube::Api;
use kube::api::PostParams;
use lab::browser::{Browser, Page};
use lab::dashboard::{run_operation, undo_operation};
use serde_json::json;

use crate::world::{add_user, admin, pod_with, world};

const DEFAULTS: [(&str, &str); 5] = [
    ("defaults", "yes"),
    ("default_cpu_request", "100m"),
    ("default_cpu_limit", "1"),
    ("default_memory_request", "256Mi"),
    ("default_memory_limit", "1Gi"),
];

async fn plan(browser: &mut Browser, profile: &str, fields: &[(&str, &str)]) -> Page {
    let path = format!("/kubeflow-admin/profiles/of/{profile}/quota");
    let form = browser.get(&path).await.unwrap();
    assert_eq!(form.status, 200, "{}", form.text());
    browser.submit(&form, &path, fields).await.unwrap()
}

fn pod(cpu: Option<&str>) -> Pod {
    let resources = cpu.map_or_else(
        || json!({}),
        |cpu| json!({"requests": {"cpu": cpu, "memory": "1Gi"}, "limits": {"cpu": cpu, "memory": "1Gi"}}),
    );
    pod_with(&resources)
}

#[tokio::test]
async fn a_quota_comes_with_defaults_so_that_pods_do_not_vanish_and_both_are_undone() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "defaulted@example.com", "defaulted").await;
    let pods: Api<Pod> = Api::namespaced(lab.client(), "defaulted");
    let refused = pods.create(&PostParams::default(), &pod(None)).await;
    let why = refused.unwrap_err().to_string();
    assert!(why.contains("must specify"), "{why}");
    let path = "/kubeflow-admin/profiles/of/defaulted/quota";
    let form = browser.get(path).await.unwrap();
    form.expect_text("Give containers that state no resources these defaults")
        .unwrap();
    assert!(
        form.body
            .contains("name=\"defaults\" value=\"yes\" checked")
    );
    let mut fields = vec![("quota:cpu", "4"), ("quota:memory", "8Gi")];
    fields.extend(DEFAULTS);
    let page = browser.submit(&form, path, &fields).await.unwrap();
    page.expect_text("LimitRange defaulted/kubeflow-admin-defaults: defaultRequest.cpu")
        .unwrap();
    page.expect_text("is what stops the next one").unwrap();
    let done = run_operation(&mut browser, &page).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    pods.create(&PostParams::default(), &pod(None))
        .await
        .unwrap();
    undo_operation(&mut browser, &done).await.unwrap();
    let ranges: Api<LimitRange> = Api::namespaced(lab.client(), "defaulted");
    assert!(
        ranges
            .get_opt("kubeflow-admin-defaults")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn wrong_defaults_are_errors_at_their_field_and_change_nothing() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "wrongly@example.com", "wrongly").await;
    for (field, value, why) in [
        (
            "default_memory_limit",
            "1GB",
            "Write an amount as Kubernetes does",
        ),
        ("default_cpu_request", "9", "cannot be above its limit"),
    ] {
        let mut fields = vec![("quota:cpu", "4")];
        fields.extend(DEFAULTS.iter().map(|(name, amount)| {
            if *name == field {
                (*name, value)
            } else {
                (*name, *amount)
            }
        }));
        let page = plan(&mut browser, "wrongly", &fields).await;
        assert_eq!(page.status, 422);
        page.expect_text(why).unwrap();
        assert!(
            page.body.contains(&format!("value=\"{value}\"")),
            "not kept"
        );
    }
    let ranges: Api<LimitRange> = Api::namespaced(lab.client(), "wrongly");
    assert!(
        ranges
            .list(&kube::api::ListParams::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn lowering_below_use_is_rehearsed_in_the_plan() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "lowered@example.com", "lowered").await;
    let pods: Api<Pod> = Api::namespaced(lab.client(), "lowered");
    pods.create(&PostParams::default(), &pod(Some("3")))
        .await
        .unwrap();
    let fields = [("quota:cpu", "2"), ("quota:memory", "8Gi")];
    let mut last = String::new();
    for _ in 0..50 {
        let page = plan(&mut browser, "lowered", &fields).await;
        last = page.text();
        if last.contains("cpu: 3 are in use, 1 more than the new limit of 2") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("{last}");
}

#[tokio::test]
async fn presets_and_other_profiles_fill_the_form() {
    let (_, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "preset-a@example.com", "preset-a").await;
    add_user(&mut browser, "preset-b@example.com", "preset-b").await;
    let keep = [
        ("quota:cpu", "6"),
        ("quota:requests.nvidia.com/gpu", "1"),
        ("save_as", "One GPU"),
        ("more", "save-preset"),
    ];
    let page = plan(&mut browser, "preset-a", &keep).await;
    page.expect_text("Preset One GPU is kept").unwrap();
    let fill = [("preset", "One GPU"), ("more", "fill")];
    let page = plan(&mut browser, "preset-b", &fill).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("value=\"6\""), "{}", page.text());
    let copy = [("copy_from", "preset-a"), ("more", "fill")];
    let page = plan(&mut browser, "preset-b", &copy).await;
    assert!(page.body.contains("value=\"8Gi\""), "{}", page.text());
    let unknown = [("copy_from", "no-such-profile"), ("more", "fill")];
    let page = plan(&mut browser, "preset-b", &unknown).await;
    assert_eq!(page.status, 422);
    page.expect_text("There is no profile named no-such-profile")
        .unwrap();
    let forget = [("preset", "One GPU"), ("more", "forget-preset")];
    let page = plan(&mut browser, "preset-b", &forget).await;
    page.expect_text("Preset One GPU is forgotten").unwrap();
}

#[tokio::test]
async fn what_would_be_lost_is_counted_before_a_profile_is_deleted() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "counted@example.com", "counted").await;
    lab.apply_yaml(CLAIMS).await.unwrap();
    let page = browser
        .get("/kubeflow-admin/profiles/of/counted/delete")
        .await
        .unwrap();
    page.expect_text("2, 15Gi together (data (10Gi), models (5Gi))")
        .unwrap();
    page.expect_text("Secrets").unwrap();
    page.expect_text("counted-secret").unwrap();
    assert!(!page.body.contains("dont-show-me"), "a secret's content");
    assert!(!page.body.contains("InferenceService"), "not installed");
}

#[tokio::test]
async fn what_a_quota_can_be_about_is_found_and_what_it_refused_is_told() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "offered@example.com", "offered").await;
    lab.apply_yaml(OFFERS).await.unwrap();
    let node = json!({"status": {"allocatable": {"cpu": "8", "amd.com/gpu": "4"}, "capacity": {"cpu": "8", "amd.com/gpu": "4"}}});
    let nodes: Api<k8s_openapi::api::core::v1::Node> = Api::all(lab.client());
    let status = kube::api::Patch::Merge(&node);
    nodes
        .patch_status("offering", &kube::api::PatchParams::default(), &status)
        .await
        .unwrap();
    let path = "/kubeflow-admin/profiles/of/offered/quota";
    let form = browser.get(path).await.unwrap();
    form.expect_text("requests.amd.com/gpu (4 on the nodes)")
        .unwrap();
    form.expect_text("offered-class.storageclass.storage.k8s.io/requests.storage")
        .unwrap();
    let typed = [("quota:cpu", "4"), ("more", "row:requests.amd.com/gpu")];
    let page = browser.submit(&form, path, &typed).await.unwrap();
    assert!(page.body.contains("value=\"requests.amd.com/gpu\""));
    assert!(page.body.contains("value=\"4\""), "not kept");
    // The quota of the profile counts CPU and memory; the pods of this ReplicaSet state none.
    let profile = "/kubeflow-admin/profiles/of/offered";
    crate::reach::eventually(&mut browser, profile, "It does not state")
        .await
        .expect_text("ReplicaSet train")
        .unwrap();
}

#[tokio::test]
async fn the_same_limits_are_set_in_many_profiles_and_others_stay() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "bulk-a@example.com", "bulk-a").await;
    add_user(&mut browser, "bulk-b@example.com", "bulk-b").await;
    let path = "/kubeflow-admin/profiles/quota";
    let form = browser.get(path).await.unwrap();
    let wrong = [("profiles", "bulk-a none-such"), ("quota:cpu", "6GB")];
    let page = browser.submit(&form, path, &wrong).await.unwrap();
    assert_eq!(page.status, 422);
    page.expect_text("There is no profile named none-such")
        .unwrap();
    let right = [("profiles", "bulk-a, bulk-b"), ("quota:cpu", "6")];
    let plan = browser.submit(&form, path, &right).await.unwrap();
    plan.expect_text("bulk-a, bulk-b").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    for name in ["bulk-a", "bulk-b"] {
        let quotas: Api<ResourceQuota> = Api::namespaced(lab.client(), name);
        let quota = quotas.get("kf-resource-quota").await.unwrap();
        let hard = quota.spec.unwrap().hard.unwrap();
        assert_eq!(
            (hard["cpu"].0.as_str(), hard["memory"].0.as_str()),
            ("6", "8Gi")
        );
    }
}

const OFFERS: &str = r#"
{apiVersion: v1, kind: Node, metadata: {name: offering}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: offered-class}, provisioner: example.com/offered}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: train, namespace: offered}, spec: {replicas: 1, selector: {matchLabels: {app: train}}, template: {metadata: {labels: {app: train}}, spec: {containers: [{name: c, image: "example.com/c:1"}]}}}}
"#;

const CLAIMS: &str = r"
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: counted}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: models, namespace: counted}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: counted-secret, namespace: counted}, stringData: {key: dont-show-me}}
";
