//! Objects that are kept in Git or a chart: the plan shows what to commit, and starts only when somebody says that the
//! change is temporary.

use lab::browser::Browser;
use lab::dashboard::wait_for_operation;
use serde_json::Value;

use crate::reach::eventually;
use crate::world::{add_user, admin, world};

/// Marks a profile as one that Flux keeps.
pub(crate) async fn keep_in_git(profile: &str, owner: &str) {
    let (lab, _) = world().await;
    let yaml = format!(
        "{{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {{name: {profile}, \
         labels: {{kustomize.toolkit.fluxcd.io/name: profiles, kustomize.toolkit.fluxcd.io/namespace: flux-system}}}}, \
         spec: {{owner: {{kind: User, name: {owner}}}}}}}"
    );
    lab.apply_yaml(&yaml).await.unwrap();
}

pub(crate) async fn cpu_of(profile: &str) -> Value {
    let (lab, _) = world().await;
    let found = crate::bulk::profiles(lab).get(profile).await.unwrap();
    found.data["spec"]["resourceQuotaSpec"]["hard"]["cpu"].clone()
}

async fn profile_in_git(browser: &mut Browser, profile: &str) {
    let owner = format!("{profile}-owner@example.com");
    add_user(browser, &owner, profile).await;
    keep_in_git(profile, &owner).await;
    let page = format!("/kubeflow-admin/profiles/of/{profile}");
    eventually(browser, &page, "Flux").await;
}

#[tokio::test]
async fn a_change_of_what_flux_keeps_shows_the_patch_and_starts_only_as_temporary() {
    let mut browser = admin().await;
    profile_in_git(&mut browser, "kept-by-flux").await;
    let path = "/kubeflow-admin/profiles/of/kept-by-flux/quota";
    let form = browser.get(path).await.unwrap();
    let fields = [("quota:cpu", "9"), ("quota:memory", "8Gi")];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    plan.expect_text("Flux keeps what this changes").unwrap();
    plan.expect_text("Profile kept-by-flux").unwrap();
    plan.expect_text("kind: Profile").unwrap();
    plan.expect_text("name: kept-by-flux").unwrap();
    // Without the box the plan comes back with an error at it, and nothing has changed.
    let start = format!("{}/start", plan.path);
    let refused = browser.submit(&plan, &start, &[]).await.unwrap();
    assert_eq!(refused.status, 422, "{}", refused.text());
    refused
        .expect_text("Commit the change where it is kept")
        .unwrap();
    assert!(refused.body.contains("href=\"#temporary-flux\""));
    assert_eq!(cpu_of("kept-by-flux").await, "4");
    let started = browser
        .submit(&refused, &start, &[("temporary", "Flux")])
        .await
        .unwrap();
    let done = wait_for_operation(&mut browser, started.path)
        .await
        .unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    done.expect_text("Flux will put it back; accepted").unwrap();
    assert_eq!(cpu_of("kept-by-flux").await, "9");
    let id = done.path.rsplit('/').next().unwrap().to_owned();
    let record = format!("/kubeflow-admin/activity/{id}-00-done");
    let line = browser.get(&record).await.unwrap();
    line.expect_text("the change was accepted as temporary")
        .unwrap();
}

#[tokio::test]
async fn deleting_what_git_keeps_says_that_it_has_to_go_from_there_too() {
    let mut browser = admin().await;
    profile_in_git(&mut browser, "kept-and-deleted").await;
    let path = "/kubeflow-admin/profiles/of/kept-and-deleted/delete";
    let form = browser.get(path).await.unwrap();
    let fields = [("confirm", "kept-and-deleted")];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    plan.expect_text("Take this object out of the repository as well")
        .unwrap();
    plan.expect_text("temporary, Flux will put it back")
        .unwrap();
}

#[tokio::test]
async fn what_comes_into_git_after_the_plan_stops_the_operation_before_it_changes_anything() {
    let mut browser = admin().await;
    let owner = "kept-later-owner@example.com";
    add_user(&mut browser, owner, "kept-later").await;
    let path = "/kubeflow-admin/profiles/of/kept-later/quota";
    let form = browser.get(path).await.unwrap();
    let fields = [("quota:cpu", "9"), ("quota:memory", "8Gi")];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    assert!(!plan.body.contains("name=\"temporary\""), "{}", plan.text());
    keep_in_git("kept-later", owner).await;
    let start = format!("{}/start", plan.path);
    let started = browser.submit(&plan, &start, &[]).await.unwrap();
    let failed = wait_for_operation(&mut browser, started.path)
        .await
        .unwrap();
    assert!(
        failed.body.contains("data-state=\"failed\""),
        "{}",
        failed.text()
    );
    failed
        .expect_text("has been kept by Flux since this was planned")
        .unwrap();
    assert_eq!(cpu_of("kept-later").await, "4");
}
