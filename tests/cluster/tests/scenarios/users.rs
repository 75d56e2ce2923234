//! Adding, resetting and removing people, with proof at Dex and in the cluster.

use k8s_openapi::api::core::v1::ResourceQuota;
use kube::Api;
use lab::dashboard::{password_of, run_operation, undo_operation};

use crate::world::{PASSWORD, add_user, admin, plan_user, world};

#[tokio::test]
async fn an_added_user_can_sign_in_and_has_a_profile_with_quota() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "Maya@Example.com", "maya").await;
    plan.expect_text("Create the login maya@example.com in Dex")
        .unwrap();
    plan.expect_text("Create the profile maya for maya@example.com")
        .unwrap();
    plan.expect_text("spec.resourceQuotaSpec.hard.cpu").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    done.expect_text("Dex signed maya@example.com in with the new password")
        .unwrap();

    let password = password_of(&mut browser, &done).await.unwrap();
    let quotas: Api<ResourceQuota> = Api::namespaced(lab.client(), "maya");
    let quota = quotas.get("kf-resource-quota").await.unwrap();
    assert_eq!(quota.spec.unwrap().hard.unwrap()["cpu"].0, "4");

    let mut maya = dashboard
        .signed_in("maya@example.com", &password)
        .await
        .unwrap();
    maya.get("/kubeflow-admin/mine")
        .await
        .unwrap()
        .expect_text("maya")
        .unwrap();
    let list = browser.get("/kubeflow-admin/users?q=maya").await.unwrap();
    list.expect_text("maya@example.com").unwrap();
    browser
        .get("/kubeflow-admin/profiles?q=maya")
        .await
        .unwrap()
        .expect_text("Healthy")
        .unwrap();
}

#[tokio::test]
async fn sec_43_a_password_is_shown_once_and_kept_nowhere() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "once@example.com", "once").await;
    let done = run_operation(&mut browser, &plan).await.unwrap();
    let password = password_of(&mut browser, &done).await.unwrap();
    let again = browser
        .submit(&done, &format!("{}/receipt", done.path), &[])
        .await
        .unwrap();
    assert!(!again.body.contains(&password));
    again.expect_text("shown").unwrap();
    assert_eq!(again.headers["cache-control"], "no-store");
    assert!(
        !dashboard.log_text().contains(&password),
        "the password is in the log"
    );
    let database = dashboard.database().strip_prefix("sqlite:").unwrap();
    for suffix in ["", "-wal"] {
        let bytes = std::fs::read(format!("{database}{suffix}")).unwrap_or_default();
        let found = bytes
            .windows(password.len())
            .any(|window| window == password.as_bytes());
        assert!(!found, "the password is in the database");
    }
    for path in [
        "/kubeflow-admin/activity",
        "/kubeflow-admin/operations",
        done.path.as_str(),
    ] {
        let page = browser.get(path).await.unwrap();
        assert!(
            !page.body.contains(&password) && !page.body.contains("$2"),
            "{path} shows a password or a hash"
        );
    }
}

#[tokio::test]
async fn a_reset_password_replaces_the_old_one_and_undo_brings_it_back() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let old = add_user(&mut browser, "forgetful@example.com", "forgetful").await;
    let page = browser
        .get("/kubeflow-admin/users/of/forgetful@example.com")
        .await
        .unwrap();
    let plan = browser
        .submit(
            &page,
            "/kubeflow-admin/users/of/forgetful@example.com/reset-password",
            &[],
        )
        .await
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    let new = password_of(&mut browser, &done).await.unwrap();
    dashboard
        .signed_in("forgetful@example.com", &new)
        .await
        .unwrap();
    dashboard
        .signed_in("forgetful@example.com", &old)
        .await
        .unwrap_err();

    undo_operation(&mut browser, &done).await.unwrap();
    dashboard
        .signed_in("forgetful@example.com", &old)
        .await
        .unwrap();
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one arm per case; split up it would be harder to compare"
)]
async fn sec_22_a_removed_user_is_gone_everywhere() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "keeper@example.com", "keeper").await;
    let password = add_user(&mut browser, "gone-for-good@example.com", "gone-for-good").await;
    let profile = browser
        .get("/kubeflow-admin/profiles/of/keeper")
        .await
        .unwrap();
    let fields = [("email", "gone-for-good@example.com"), ("role", "view")];
    let plan = browser
        .submit(
            &profile,
            "/kubeflow-admin/profiles/of/keeper/contributors",
            &fields,
        )
        .await
        .unwrap();
    run_operation(&mut browser, &plan).await.unwrap();
    let mut leaver = dashboard
        .signed_in("gone-for-good@example.com", &password)
        .await
        .unwrap();

    let path = "/kubeflow-admin/users/of/gone-for-good@example.com/remove";
    let form = browser.get(path).await.unwrap();
    let unconfirmed = [
        ("with_contributions", "yes"),
        ("profile", "gone-for-good"),
        ("confirm", "gone-for-good"),
    ];
    let refused = browser.submit(&form, path, &unconfirmed).await.unwrap();
    assert_eq!(refused.status, 422);
    refused
        .expect_text("Type gone-for-good@example.com to confirm")
        .unwrap();
    let confirmed = [
        ("with_contributions", "yes"),
        ("profile", "gone-for-good"),
        ("confirm", "gone-for-good@example.com"),
    ];
    let plan = browser.submit(&form, path, &confirmed).await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());

    dashboard
        .signed_in("gone-for-good@example.com", &password)
        .await
        .unwrap_err();
    assert!(
        leaver
            .get("/kubeflow-admin/mine")
            .await
            .unwrap()
            .path
            .starts_with("/kubeflow-admin/sign-in")
    );
    assert!(
        lab.kfam()
            .list_bindings(Some("gone-for-good@example.com"), None, None)
            .await
            .unwrap()
            .is_empty()
    );
    let namespaces: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(lab.client());
    assert!(namespaces.get_opt("gone-for-good").await.unwrap().is_none());
    let gone = browser
        .get("/kubeflow-admin/users/of/gone-for-good@example.com")
        .await
        .unwrap();
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn undoing_an_added_user_leaves_nothing() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "mistake@example.com", "mistake").await;
    let done = run_operation(&mut browser, &plan).await.unwrap();
    let password = password_of(&mut browser, &done).await.unwrap();
    undo_operation(&mut browser, &done).await.unwrap();
    dashboard
        .signed_in("mistake@example.com", &password)
        .await
        .unwrap_err();
    let namespaces: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(lab.client());
    for _ in 0..100 {
        if namespaces.get_opt("mistake").await.unwrap().is_none() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the namespace is still there");
}

#[tokio::test]
async fn a_quota_set_by_kubectl_is_taken_over_only_when_confirmed() {
    let (lab, _) = world().await;
    lab.add_password("kay@example.com", PASSWORD).await.unwrap();
    lab.apply_yaml(
        "{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: kay}, spec: {owner: {kind: User, name: kay@example.com}, resourceQuotaSpec: {hard: {cpu: '2', memory: 4Gi}}}}",
    )
    .await
    .unwrap();
    let mut browser = admin().await;
    let path = "/kubeflow-admin/profiles/of/kay/quota";
    let mut form = browser.get(path).await.unwrap();
    for _ in 0..50 {
        if form.status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        form = browser.get(path).await.unwrap();
    }
    let fields = [
        ("quota_name", "cpu"),
        ("quota_amount", "3"),
        ("quota_name", "memory"),
        ("quota_amount", ""),
    ];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    assert_eq!(plan.status, 200, "{}", plan.text());
    plan.expect_text("lab").unwrap();
    let refused = browser
        .submit(&plan, &format!("{}/start", plan.path), &[])
        .await
        .unwrap();
    assert_eq!(refused.status, 409);
    refused.expect_text("Nothing was changed").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let quotas: Api<ResourceQuota> = Api::namespaced(lab.client(), "kay");
    let hard = quotas
        .get("kf-resource-quota")
        .await
        .unwrap()
        .spec
        .unwrap()
        .hard
        .unwrap();
    assert_eq!(hard.len(), 1, "{hard:?}");
    assert_eq!(hard["cpu"].0, "3");
}

#[tokio::test]
async fn another_quota_for_a_profile_that_we_made_changes_nothing_else_of_it() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "quentin@example.com", "quentin").await;
    let kind = kube::api::ApiResource::from_gvk(&kube::api::GroupVersionKind::gvk(
        "kubeflow.org",
        "v1",
        "Profile",
    ));
    let profiles: Api<kube::api::DynamicObject> = Api::all_with(lab.client(), &kind);
    let before = profiles.get("quentin").await.unwrap();
    let path = "/kubeflow-admin/profiles/of/quentin/quota";
    let form = browser.get(path).await.unwrap();
    let fields = [("quota_name", "cpu"), ("quota_amount", "6")];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let after = profiles.get("quentin").await.unwrap();
    assert_eq!(after.data["spec"]["owner"], before.data["spec"]["owner"]);
    assert_eq!(after.metadata.annotations, before.metadata.annotations);
    let hard = &after.data["spec"]["resourceQuotaSpec"]["hard"];
    assert_eq!(*hard, serde_json::json!({"cpu": "6"}));
}

#[tokio::test]
async fn the_record_tells_who_did_what_in_which_operation() {
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "recorded@example.com", "recorded").await;
    let done = run_operation(&mut browser, &plan).await.unwrap();
    let id = done.last_segment().to_owned();
    let page = browser
        .get(&format!("/kubeflow-admin/activity?operation={id}"))
        .await
        .unwrap();
    for wanted in [
        "Login created",
        "Created: profile",
        "Sign-in proved",
        "admin-",
        "recorded@example.com",
    ] {
        page.expect_text(wanted).unwrap();
    }
    let filtered = browser
        .get("/kubeflow-admin/activity?subject=recorded@&action=profile.")
        .await
        .unwrap();
    assert!(!filtered.text().contains("Login created"));
    let hers = browser
        .get("/kubeflow-admin/activity?actor=admin-&subject=recorded@")
        .await
        .unwrap();
    hers.expect_text("Who: admin-").unwrap();
    hers.expect_text("Login created: recorded@example.com")
        .unwrap();
    let (_, dashboard) = world().await;
    assert!(
        dashboard
            .log_text()
            .lines()
            .any(|line| line.contains("\"action\":\"login.created\"") && line.contains(&id))
    );
}
