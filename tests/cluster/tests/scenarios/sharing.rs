//! Many people in many profiles at once, and looking at what somebody else sees.

use lab::dashboard::run_operation;

use crate::reach::eventually;
use crate::world::{PASSWORD, add_user, admin, world};

#[tokio::test]
async fn many_people_are_added_to_many_profiles_in_one_reviewed_operation() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "many-a@example.com", "many-a").await;
    add_user(&mut browser, "many-b@example.com", "many-b").await;
    let path = "/kubeflow-admin/access/share";
    let form = browser.get(path).await.unwrap();
    let wrong = [
        ("people", "many-c@example.com nobody"),
        ("profiles", "many-a no-such-profile"),
        ("role", "edit"),
    ];
    let page = browser.submit(&form, path, &wrong).await.unwrap();
    assert_eq!(page.status, 422);
    page.expect_text("nobody: An e-mail address has one @")
        .unwrap();
    page.expect_text("There is no profile named no-such-profile")
        .unwrap();
    assert!(page.body.contains("many-c@example.com nobody"), "not kept");
    let right = [
        ("people", "many-c@example.com\nmany-a@example.com"),
        ("profiles", "many-a, many-b"),
        ("role", "edit"),
    ];
    let plan = browser.submit(&form, path, &right).await.unwrap();
    plan.expect_text("2 people in 2 profiles").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let places = |bindings: Vec<lab::stand_in::kfam::Binding>| {
        let mut names: Vec<String> = bindings.into_iter().map(|one| one.namespace).collect();
        names.sort();
        names
    };
    let kfam = lab.kfam();
    let new = kfam.list_bindings(Some("many-c@example.com"), None, Some("edit"));
    assert_eq!(places(new.await.unwrap()), ["many-a", "many-b"]);
    // The owner of many-a was left out there.
    let owner = kfam.list_bindings(Some("many-a@example.com"), None, Some("edit"));
    assert_eq!(places(owner.await.unwrap()), ["many-b"]);
    eventually(
        &mut browser,
        "/kubeflow-admin/access?by=lines&q=many-c@example.com",
        "1–2 of 2 rights",
    )
    .await;
    let again = browser.submit(&form, path, &right).await.unwrap();
    assert_eq!(again.status, 422);
    again.expect_text("already").unwrap();
}

#[tokio::test]
async fn looking_as_somebody_shows_their_page_does_nothing_as_them_and_is_recorded() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "seen@example.com", "seen").await;
    let before = lab.audit_log().unwrap().len();
    let page = browser
        .get("/kubeflow-admin/access/as?email=seen@example.com")
        .await
        .unwrap();
    page.expect_text("You look at what seen@example.com sees")
        .unwrap();
    page.expect_text("Profiles of seen@example.com").unwrap();
    page.expect_text("no role allows to").unwrap();
    let impersonated: Vec<_> = lab
        .audit_log()
        .unwrap()
        .into_iter()
        .skip(before)
        .filter(|entry| entry.impersonated_user.as_deref() == Some("seen@example.com"))
        .collect();
    assert!(impersonated.is_empty(), "{impersonated:#?}");
    let record = browser
        .get("/kubeflow-admin/activity?q=seen@example.com")
        .await
        .unwrap();
    record.expect_text("Looked at as").unwrap();
    let mut plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    let refused = plain
        .get("/kubeflow-admin/access/as?email=seen@example.com")
        .await
        .unwrap();
    assert_eq!(refused.status, 403);
}
