//! Several at once: one review, one word typed, one operation.

use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use lab::Lab;
use lab::dashboard::{run_operation, undo_operation};

use crate::world::{add_user, admin, world};

pub(crate) fn profiles(lab: &Lab) -> Api<DynamicObject> {
    let kind = GroupVersionKind::gvk("kubeflow.org", "v1", "Profile");
    Api::all_with(lab.client(), &ApiResource::from_gvk(&kind))
}

#[tokio::test]
async fn several_users_are_removed_in_one_operation_after_a_word_is_typed() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    let password = add_user(&mut browser, "crowd-a@example.com", "crowd-a").await;
    add_user(&mut browser, "crowd-b@example.com", "crowd-b").await;
    let list = browser.get("/kubeflow-admin/users?q=crowd-").await.unwrap();
    assert_eq!(
        list.values("user"),
        ["crowd-a@example.com", "crowd-b@example.com"]
    );
    let review = browser
        .get("/kubeflow-admin/users/remove?user=crowd-a@example.com&user=crowd-b@example.com&user=nobody@example.com")
        .await
        .unwrap();
    review.expect_text("Remove 2 users").unwrap();
    review
        .expect_text("nobody@example.com is not there any more")
        .unwrap();

    let path = "/kubeflow-admin/users/remove";
    let mut fields = vec![
        ("user", "crowd-a@example.com"),
        ("user", "crowd-b@example.com"),
        ("profile", "crowd-a"),
        ("with_contributions", "yes"),
        ("confirm", "remove users"),
    ];
    let refused = browser.submit(&review, path, &fields).await.unwrap();
    assert_eq!(refused.status, 422);
    refused
        .expect_text("Type “remove 2 users” to confirm")
        .unwrap();
    dashboard
        .signed_in("crowd-a@example.com", &password)
        .await
        .unwrap();

    fields[4] = ("confirm", "remove 2 users");
    let plan = browser.submit(&refused, path, &fields).await.unwrap();
    plan.expect_text("Delete the login crowd-b@example.com from Dex")
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    dashboard
        .signed_in("crowd-a@example.com", &password)
        .await
        .unwrap_err();
    let profiles = profiles(lab);
    assert!(profiles.get_opt("crowd-a").await.unwrap().is_none());
    assert!(profiles.get_opt("crowd-b").await.unwrap().is_some());
}

#[tokio::test]
async fn nobody_removes_themselves_in_a_crowd() {
    let mut browser = crate::world::admin_named("lonely@example.com").await;
    let review = browser
        .get("/kubeflow-admin/users/remove?user=lonely@example.com")
        .await
        .unwrap();
    review.expect_text("lonely@example.com is you").unwrap();
    let account = browser.get("/kubeflow-admin/account").await.unwrap();
    let fields = [("user", "lonely@example.com"), ("confirm", "remove 1 user")];
    let refused = browser
        .submit(&account, "/kubeflow-admin/users/remove", &fields)
        .await
        .unwrap();
    assert_eq!(refused.status, 422);
    let here = browser.get("/kubeflow-admin/account").await.unwrap();
    assert_eq!(here.status, 200);
}

#[tokio::test]
async fn limits_for_the_chosen_profiles_are_set_with_the_rest_kept_and_can_be_undone() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "herd-a@example.com", "herd-a").await;
    add_user(&mut browser, "herd-b@example.com", "herd-b").await;
    let form = browser
        .get("/kubeflow-admin/profiles/quota?profile=herd-a&profile=herd-b")
        .await
        .unwrap();
    form.expect_text("Quota of 2 profiles").unwrap();
    let path = "/kubeflow-admin/profiles/quota";
    assert!(form.body.contains("herd-a\nherd-b"), "{}", form.body);
    let wrong = [("profiles", "herd-a\nherd-b"), ("quota:cpu", "two")];
    let refused = browser.submit(&form, path, &wrong).await.unwrap();
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("herd-a\nherd-b"), "not kept");
    let fields = [("profiles", "herd-a\nherd-b"), ("quota:cpu", "2")];
    let plan = browser.submit(&refused, path, &fields).await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let hard = async |name: &str| {
        let profile = profiles(lab).get(name).await.unwrap();
        profile.data["spec"]["resourceQuotaSpec"]["hard"].clone()
    };
    for name in ["herd-a", "herd-b"] {
        let wanted = serde_json::json!({"cpu": "2", "memory": "8Gi"});
        assert_eq!(hard(name).await, wanted, "{name}");
        let profile = profiles(lab).get(name).await.unwrap();
        assert_eq!(
            profile.data["spec"]["owner"]["name"],
            format!("{name}@example.com"),
            "an owner that we applied when we created the profile stays"
        );
    }
    undo_operation(&mut browser, &done).await.unwrap();
    assert_eq!(hard("herd-b").await["cpu"], "4");
}

#[tokio::test]
async fn several_profiles_are_deleted_in_one_operation() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "flock-a@example.com", "flock-a").await;
    add_user(&mut browser, "flock-b@example.com", "flock-b").await;
    let review = browser
        .get("/kubeflow-admin/profiles/delete?profile=flock-a&profile=flock-b")
        .await
        .unwrap();
    let path = "/kubeflow-admin/profiles/delete";
    let mut fields = vec![("profile", "flock-a"), ("profile", "flock-b")];
    let refused = browser.submit(&review, path, &fields).await.unwrap();
    assert_eq!(refused.status, 422);
    assert!(profiles(lab).get_opt("flock-a").await.unwrap().is_some());
    fields.push(("confirm", "delete 2 profiles"));
    let plan = browser.submit(&refused, path, &fields).await.unwrap();
    plan.expect_text("This cannot be undone").unwrap();
    run_operation(&mut browser, &plan).await.unwrap();
    for name in ["flock-a", "flock-b"] {
        assert!(
            profiles(lab).get_opt(name).await.unwrap().is_none(),
            "{name}"
        );
    }
}
