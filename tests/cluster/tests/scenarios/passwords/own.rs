//! People change their own password, and nobody else's.

use std::time::Duration;

use lab::browser::{Browser, Page};
use lab::dashboard::until_it_says;

use super::{password_object, person};
use crate::world::{PASSWORD, admin, world};

const PATH: &str = "/kubeflow-admin/account/password";
const NEW: &str = "nine orange lanterns";

async fn change(browser: &mut Browser, current: &str, new: &str) -> Page {
    let form = browser.get(PATH).await.unwrap();
    assert_eq!(form.status, 200, "{}", form.text());
    let fields = [("current", current), ("password", new), ("again", new)];
    browser.submit(&form, PATH, &fields).await.unwrap()
}

#[tokio::test]
async fn somebody_changes_their_own_password_and_other_sessions_end() {
    let (lab, dashboard) = world().await;
    let email = "changer@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    person(&mut admin().await, email).await;
    let mut theirs = dashboard.signed_in(email, PASSWORD).await.unwrap();
    let mut elsewhere = dashboard.signed_in(email, PASSWORD).await.unwrap();
    let page = change(&mut theirs, PASSWORD, NEW).await;
    assert_eq!(page.path, "/kubeflow-admin/account", "{}", page.text());
    page.expect_text("Your password was changed").unwrap();
    let ended = elsewhere.get("/kubeflow-admin/mine").await.unwrap();
    assert!(ended.path.starts_with("/kubeflow-admin/sign-in"));
    dashboard.signed_in(email, NEW).await.unwrap();
    dashboard.signed_in(email, PASSWORD).await.unwrap_err();
    assert!(!dashboard.log_text().contains(NEW));
    let lines = admin()
        .await
        .get("/kubeflow-admin/activity?subject=changer@example.com")
        .await
        .unwrap();
    lines.expect_text("Password changed by its owner").unwrap();
    lab.audit_entry(|entry| {
        entry.impersonated_user.as_deref() == Some("kubeflow-admin:self-service")
            && entry.verb == "patch"
            && entry.resource == "passwords"
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn whoever_hangs_up_half_way_has_changed_their_password_all_the_same() {
    let (lab, dashboard) = world().await;
    let email = "hanger-up@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    person(&mut admin().await, email).await;
    let mut theirs = dashboard.signed_in(email, PASSWORD).await.unwrap();
    // Dex needs longer for the old password alone than the browser waits here.
    let moment = Duration::from_millis(150);
    let form = theirs.get(PATH).await.unwrap();
    let fields = [("current", PASSWORD), ("password", NEW), ("again", NEW)];
    tokio::time::timeout(moment, theirs.submit(&form, PATH, &fields))
        .await
        .unwrap_err();
    let record = "/kubeflow-admin/activity?subject=hanger-up@example.com";
    until_it_says(&mut admin().await, record, "Password changed by its owner")
        .await
        .unwrap();
    dashboard.signed_in(email, NEW).await.unwrap();
    dashboard.signed_in(email, PASSWORD).await.unwrap_err();
}

#[tokio::test]
async fn a_wrong_old_password_or_a_bad_new_one_changes_nothing() {
    let (lab, dashboard) = world().await;
    let email = "guesser@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    person(&mut admin().await, email).await;
    let mut theirs = dashboard.signed_in(email, PASSWORD).await.unwrap();
    let before = password_object(lab, email).await;
    for (current, new, why) in [
        ("not my password", NEW, "Dex did not sign you in"),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, PASSWORD, "This is the password you have"),
        (PASSWORD, "guesser@example.com", "Apart from the e-mail"),
    ] {
        let page = change(&mut theirs, current, new).await;
        assert_eq!(page.status, 422, "{}", page.text());
        page.expect_text(why).unwrap();
        assert!(!page.body.contains(current), "{current} is on the page");
    }
    let after = password_object(lab, email).await;
    assert_eq!(
        before.metadata.resource_version,
        after.metadata.resource_version
    );
    dashboard.signed_in(email, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn sec_18_guesses_at_the_old_password_are_throttled() {
    let (lab, dashboard) = world().await;
    let email = "prober@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    person(&mut admin().await, email).await;
    let mut theirs = dashboard.signed_in(email, PASSWORD).await.unwrap();
    for _ in 0..30 {
        let page = change(&mut theirs, "a wrong old password", NEW).await;
        if page.status == 429 {
            page.expect_text("KA-THROTTLE").unwrap();
            return;
        }
        assert_eq!(page.status, 422);
    }
    panic!("thirty guesses were let through");
}

#[tokio::test]
async fn whoever_came_by_a_one_time_link_has_no_password_to_change() {
    let (_, dashboard) = world().await;
    let mut browser = dashboard.broken_glass().await.unwrap();
    let page = browser.get(PATH).await.unwrap();
    assert_eq!(page.status, 409);
    page.expect_text("KA-LOGIN").unwrap();
}
