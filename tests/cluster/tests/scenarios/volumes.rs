//! Claims of the installation: why they wait, made again while they are empty, grown where their class allows; and a
//! real sign-in on request.

use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::Api;
use kube::api::{Patch, PatchParams};
use lab::browser::{Browser, Page};
use lab::dashboard::{run_operation, wait_for_operation};
use serde_json::json;

use crate::world::{admin, world};

const STORAGE: &str = "/kubeflow-admin/installation/storage";

async fn claims() -> Api<PersistentVolumeClaim> {
    Api::namespaced(world().await.0.client(), "kubeflow")
}

async fn class_of(name: &str) -> Option<String> {
    let found = claims().await.get(name).await.unwrap();
    found.spec.unwrap().storage_class_name
}

/// A claim that waits for a class of this name, which may not be there.
async fn claim(name: &str, class: &str) {
    let (lab, _) = world().await;
    lab.apply_yaml(&format!(
        "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}, namespace: kubeflow, labels: {{app: {name}}}}}, \
         spec: {{accessModes: [ReadWriteOnce], storageClassName: {class}, resources: {{requests: {{storage: 20Gi}}}}}}}}"
    ))
    .await
    .unwrap();
}

async fn class(name: &str) {
    let (lab, _) = world().await;
    lab.apply_yaml(&format!(
        "{{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: {name}}}, provisioner: example.com/{name}, \
         allowVolumeExpansion: true}}"
    ))
    .await
    .unwrap();
}

/// Where a controller looks after volumes, a claim whose volume is not there is lost.
async fn volume(name: &str, (claim, class): (&str, &str)) {
    let (lab, _) = world().await;
    lab.apply_yaml(&format!(
        "{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: {name}}}, spec: {{accessModes: [ReadWriteOnce], \
         capacity: {{storage: 20Gi}}, storageClassName: {class}, hostPath: {{path: /nowhere}}, \
         claimRef: {{namespace: kubeflow, name: {claim}}}}}}}"
    ))
    .await
    .unwrap();
}

async fn looked_again(browser: &mut Browser) -> Page {
    let page = browser.get("/kubeflow-admin/checks").await.unwrap();
    let again = "/kubeflow-admin/checks/again";
    browser
        .submit(&page, again, &[("to", "checks")])
        .await
        .unwrap();
    browser.get(STORAGE).await.unwrap()
}

async fn repair(browser: &mut Browser, page: &Page, wanted: &str) -> Page {
    let path = "/kubeflow-admin/checks/repair";
    let fields = [("repair", wanted)];
    browser.submit(page, path, &fields).await.unwrap()
}

#[tokio::test]
async fn a_claim_that_never_had_a_volume_is_made_again_and_undone() {
    let mut browser = admin().await;
    class("volumes-a").await;
    claim("renewed", "volumes-nowhere").await;
    let page = looked_again(&mut browser).await;
    page.expect_text("its class volumes-nowhere does not exist")
        .unwrap();
    let plan = repair(
        &mut browser,
        &page,
        "recreate-claim kubeflow/renewed volumes-a",
    )
    .await;
    plan.expect_text("Make the claim kubeflow/renewed again with the StorageClass volumes-a")
        .unwrap();
    assert_eq!(
        class_of("renewed").await.as_deref(),
        Some("volumes-nowhere")
    );
    let before = claims().await.get("renewed").await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let after = claims().await.get("renewed").await.unwrap();
    assert_eq!(class_of("renewed").await.as_deref(), Some("volumes-a"));
    assert_eq!(after.metadata.labels, before.metadata.labels);
    assert_ne!(after.metadata.uid, before.metadata.uid);
    // Without looking again: what was seen before the operation counts no more.
    let page = browser.get(STORAGE).await.unwrap();
    assert!(!page.text().contains("volumes-nowhere"), "{}", page.text());
    let undo = format!("{}/undo", done.path);
    browser.submit(&done, &undo, &[]).await.unwrap();
    let undone = wait_for_operation(&mut browser, done.path.clone())
        .await
        .unwrap();
    assert!(
        undone.body.contains("data-state=\"undone\""),
        "{}",
        undone.text()
    );
    assert_eq!(
        class_of("renewed").await.as_deref(),
        Some("volumes-nowhere")
    );
}

#[tokio::test]
async fn a_claim_with_a_volume_is_never_made_again_and_grows_instead() {
    let mut browser = admin().await;
    class("volumes-b").await;
    class("volumes-c").await;
    volume("grown-volume", ("grown", "volumes-b")).await;
    claim("grown", "volumes-b").await;
    let all = claims().await;
    let volume = json!({"spec": {"volumeName": "grown-volume"}});
    let params = PatchParams::default();
    all.patch("grown", &params, &Patch::Merge(&volume))
        .await
        .unwrap();
    let bound = json!({"status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "20Gi"}}});
    all.patch_status("grown", &params, &Patch::Merge(&bound))
        .await
        .unwrap();
    let page = looked_again(&mut browser).await;
    let refused = repair(
        &mut browser,
        &page,
        "recreate-claim kubeflow/grown volumes-c",
    )
    .await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let grow = format!("{STORAGE}/of/kubeflow%2Fgrown/grow");
    let form = browser.get(&grow).await.unwrap();
    form.expect_text("It asks for 20Gi").unwrap();
    for (wrong, why) in [
        ("10Gi", "A volume never shrinks"),
        ("much", "There is a problem"),
    ] {
        let page = browser
            .submit(&form, &grow, &[("size", wrong)])
            .await
            .unwrap();
        assert_eq!(page.status, 422, "{wrong}: {}", page.text());
        page.expect_text(why).unwrap();
        assert_eq!(page.input("size").as_deref(), Some(wrong));
    }
    let plan = browser
        .submit(&form, &grow, &[("size", "40Gi")])
        .await
        .unwrap();
    plan.expect_text("This cannot be undone").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert!(!done.body.contains("/undo\""), "{}", done.body);
    let grown = all.get("grown").await.unwrap().spec.unwrap();
    let size = &grown.resources.unwrap().requests.unwrap()["storage"];
    assert_eq!(size.0, "40Gi");
}

#[tokio::test]
async fn a_real_sign_in_is_tried_and_leaves_nothing_behind() {
    let mut browser = admin().await;
    let page = browser.get("/kubeflow-admin/checks").await.unwrap();
    let path = "/kubeflow-admin/checks/try-sign-in";
    let plan = browser.submit(&page, path, &[]).await.unwrap();
    plan.expect_text("A login is made for it and deleted again")
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    done.expect_text("Dex signed somebody in").unwrap();
    assert!(!done.body.contains("/undo\""), "{}", done.body);
    let people = browser.get("/kubeflow-admin/users?q=probe").await.unwrap();
    assert!(!people.text().contains("probe@"), "{}", people.text());
}
