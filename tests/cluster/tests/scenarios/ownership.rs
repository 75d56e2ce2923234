//! Handing a profile over, freezing it, and what an administrator sees before it is deleted.

use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::Api;
use kube::api::PostParams;
use lab::Lab;
use lab::dashboard::{run_operation, undo_operation};
use serde_json::json;

use crate::reach::eventually;
use crate::world::{add_user, admin, pod_with, world};

async fn shown_to(lab: &Lab, person: &str) -> Vec<(String, String)> {
    let listed = lab.kfam().list_bindings(Some(person), None, None).await;
    listed
        .unwrap()
        .into_iter()
        .map(|binding| (binding.namespace, binding.user))
        .collect()
}

#[tokio::test]
async fn a_profile_is_handed_over_with_everything_that_the_controller_forgets_and_back() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "old-owner@example.com", "passed-on").await;
    // The new owner contributes already; that pair has to go.
    let pair = lab::stand_in::kfam::Binding::new("new-owner@example.com", "passed-on", "edit");
    lab.kfam()
        .create_binding("old-owner@example.com", &pair)
        .await
        .unwrap();
    let path = "/kubeflow-admin/profiles/of/passed-on/owner";
    let list = "/kubeflow-admin/profiles?q=passed-on";
    eventually(
        &mut browser,
        "/kubeflow-admin/profiles/of/passed-on",
        "new-owner@example.com",
    )
    .await;
    let form = browser.get(path).await.unwrap();
    form.expect_text("old-owner@example.com").unwrap();
    let fields = [("owner", "New-Owner@example.com"), ("before", "view")];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    plan.expect_text("annotation owner").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let here = |person: &str| (String::from("passed-on"), person.to_owned());
    assert_eq!(
        shown_to(lab, "new-owner@example.com").await,
        [here("new-owner@example.com")]
    );
    assert_eq!(
        shown_to(lab, "old-owner@example.com").await,
        [here("old-owner@example.com")]
    );
    let namespaces: Api<Namespace> = Api::all(lab.client());
    let namespace = namespaces.get("passed-on").await.unwrap();
    assert_eq!(
        namespace.metadata.annotations.unwrap()["owner"],
        "new-owner@example.com"
    );
    // The controller goes on with the new owner: the profile is healthy.
    eventually(&mut browser, list, "Healthy").await;
    undo_operation(&mut browser, &done).await.unwrap();
    eventually(&mut browser, list, "Healthy").await;
    assert_eq!(
        shown_to(lab, "old-owner@example.com").await,
        [here("old-owner@example.com")]
    );
    assert_eq!(
        shown_to(lab, "new-owner@example.com").await,
        [here("new-owner@example.com")]
    );
    eventually(&mut browser, list, "old-owner@example.com").await;
}

#[tokio::test]
async fn a_quota_that_is_set_after_a_handover_keeps_the_new_owner() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "kept-old@example.com", "kept").await;
    for (path, field, value) in [
        ("owner", "owner", "kept-new@example.com"),
        ("quota", "quota:cpu", "7"),
    ] {
        let path = format!("/kubeflow-admin/profiles/of/kept/{path}");
        let form = browser.get(&path).await.unwrap();
        let fields = [(field, value)];
        let plan = browser.submit(&form, &path, &fields).await.unwrap();
        let done = run_operation(&mut browser, &plan).await.unwrap();
        assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    }
    let profiles = crate::bulk::profiles(lab);
    let spec = profiles.get("kept").await.unwrap().data["spec"].clone();
    assert_eq!(
        spec["owner"],
        json!({"kind": "User", "name": "kept-new@example.com"})
    );
    assert_eq!(spec["resourceQuotaSpec"]["hard"]["cpu"], "7");
}

#[tokio::test]
async fn a_profile_of_which_only_the_owner_field_was_changed_is_finished() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "part-old@example.com", "part").await;
    lab.apply_yaml(PART).await.unwrap();
    let why = "/kubeflow-admin/access/why?email=part-new@example.com&profile=part";
    lab.add_password("part-new@example.com", crate::world::PASSWORD)
        .await
        .unwrap();
    let page = eventually(&mut browser, why, "stopped working on this profile").await;
    page.expect_text("Make part-new@example.com the owner everywhere")
        .unwrap();
    let fix = "/kubeflow-admin/profiles/of/part/owner";
    let plan = browser
        .submit(&page, fix, &[("owner", "part-new@example.com")])
        .await
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert_eq!(
        shown_to(lab, "part-new@example.com").await,
        [("part".to_owned(), "part-new@example.com".to_owned())]
    );
    eventually(&mut browser, why, "Nothing keeps part-new@example.com out").await;
}

fn pod() -> Pod {
    let resources = json!({"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "10m", "memory": "16Mi"}});
    pod_with(&resources)
}

#[tokio::test]
async fn a_frozen_profile_takes_no_pod_and_a_thawed_one_does() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "cold@example.com", "cold").await;
    let path = "/kubeflow-admin/profiles/of/cold/freeze";
    let form = browser.get(path).await.unwrap();
    let empty = browser.submit(&form, path, &[]).await.unwrap();
    assert_eq!(empty.status, 422);
    let plan = browser
        .submit(&form, path, &[("reason", "left the company")])
        .await
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let pods: Api<Pod> = Api::namespaced(lab.client(), "cold");
    let mut refusal = String::new();
    for _ in 0..50 {
        if let Err(error) = pods.create(&PostParams::default(), &pod()).await {
            refusal = error.to_string();
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(refusal.contains("kubeflow-admin-freeze"), "{refusal}");
    let page = browser
        .get("/kubeflow-admin/profiles/of/cold")
        .await
        .unwrap();
    page.expect_text("left the company").unwrap();
    let thaw = "/kubeflow-admin/profiles/of/cold/thaw";
    let plan = browser.submit(&page, thaw, &[]).await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let mut made = false;
    for _ in 0..50 {
        made = pods.create(&PostParams::default(), &pod()).await.is_ok();
        if made {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(made, "still frozen");
}

#[tokio::test]
async fn a_deletion_that_hangs_on_a_disagreement_about_the_owner_goes_on() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "stuck@example.com", "stuck").await;
    let namespaces: Api<Namespace> = Api::all(lab.client());
    let other = json!({"metadata": {"annotations": {"owner": "somebody-else@example.com"}}});
    namespaces
        .patch(
            "stuck",
            &kube::api::PatchParams::default(),
            &kube::api::Patch::Merge(&other),
        )
        .await
        .unwrap();
    let kind = kube::api::ApiResource::from_gvk(&kube::api::GroupVersionKind::gvk(
        "kubeflow.org",
        "v1",
        "Profile",
    ));
    let profiles: Api<kube::api::DynamicObject> = Api::all_with(lab.client(), &kind);
    profiles
        .delete("stuck", &kube::api::DeleteParams::default())
        .await
        .unwrap();
    let path = "/kubeflow-admin/profiles/of/stuck";
    let page = eventually(&mut browser, path, "Let the deletion go on").await;
    let plan = browser
        .submit(&page, &format!("{path}/unstick"), &[])
        .await
        .unwrap();
    plan.expect_text("annotation owner").unwrap();
    // The lab has no garbage collector of namespaces to wait for: the profile itself has to go.
    lab::dashboard::start_operation(&mut browser, &plan)
        .await
        .unwrap();
    let mut there = true;
    for _ in 0..100 {
        there = profiles.get_opt("stuck").await.unwrap().is_some();
        if !there {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(!there, "still hanging");
}

const PART: &str = "{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: part}, \
                    spec: {owner: {kind: User, name: part-new@example.com}}}";

const CLOUDY: &str = r"
apiVersion: kubeflow.org/v1
kind: Profile
metadata: {name: cloudy}
spec:
  owner: {kind: User, name: cloudy@example.com}
  plugins:
    - {kind: WorkloadIdentity, spec: {gcpServiceAccount: cloudy@project.iam.gserviceaccount.com}}
    - {kind: Homemade, spec: {size: 3}}
";

#[tokio::test]
async fn plugins_of_a_profile_are_told_in_words() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    lab.apply_yaml(CLOUDY).await.unwrap();
    let path = "/kubeflow-admin/profiles/of/cloudy";
    let account = "Google service account cloudy@project.iam.gserviceaccount.com";
    let page = eventually(&mut browser, path, account).await;
    page.expect_text("Plugin WorkloadIdentity").unwrap();
    page.expect_text("Plugin Homemade").unwrap();
    page.expect_text("does not know this kind and skips it")
        .unwrap();
}
