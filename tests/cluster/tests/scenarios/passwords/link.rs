//! A link to set a password: good once, for one login, for a while, and only while its maker may set passwords.

use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::Api;
use kube::api::{DeleteParams, ListParams};
use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, run_operation};
use lab::waiting;
use std::time::Duration;

use super::{password_object, person, press};
use crate::world::{PASSWORD, admin, make_admin, world};

const CHOSEN: &str = "seven purple walruses";

/// Resets with a link; gives the operation's last page and the path of the link.
async fn linked(browser: &mut Browser, email: &str) -> (Page, String) {
    person(browser, email).await;
    let path = format!("/kubeflow-admin/users/of/{email}/reset-password");
    let form = browser.get(&path).await.unwrap();
    form.expect_text("Link to set a password").unwrap();
    let fields = [("secret", "link"), ("link_hours", "1")];
    let plan = browser.submit(&form, &path, &fields).await.unwrap();
    let done = run_operation(browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let link = make_link(browser, &done).await;
    (done, link)
}

async fn make_link(browser: &mut Browser, done: &Page) -> String {
    let path = format!("{}/receipt", done.path);
    let page = browser.submit(done, &path, &[]).await.unwrap();
    let shown = page.body.split_once("data-password");
    let shown = shown.and_then(|(_, rest)| rest.split_once('>')?.1.split_once('<'));
    let (url, _) = shown.unwrap_or_else(|| panic!("no link: {}", page.text()));
    assert_eq!(page.headers["cache-control"], "no-store");
    let at = url.find("/kubeflow-admin/").unwrap();
    url[at..].to_owned()
}

/// Opens the link in a browser without a session and types a password twice.
async fn choose(dashboard: &Dashboard, link: &str, password: &str) -> Page {
    let mut browser = dashboard.browser();
    let form = browser.get(link).await.unwrap();
    if form.status != 200 {
        return form;
    }
    let token = form.input("token").unwrap();
    let fields = [
        ("token", token.as_str()),
        ("password", password),
        ("again", password),
    ];
    let path = "/kubeflow-admin/set-password";
    browser.submit(&form, path, &fields).await.unwrap()
}

#[tokio::test]
async fn sec_36_a_link_sets_one_password_once() {
    let (lab, dashboard) = world().await;
    let email = "chooser@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let mut browser = admin().await;
    let (done, link) = linked(&mut browser, email).await;
    // Until then nobody can sign in, and whoever only looks spends nothing.
    dashboard.signed_in(email, PASSWORD).await.unwrap_err();
    for _ in 0..3 {
        let seen = dashboard.browser().get(&link).await.unwrap();
        seen.expect_text("For the login chooser@example.com")
            .unwrap();
        seen.expect_text("At least 12 characters").unwrap();
    }
    let set = choose(dashboard, &link, CHOSEN).await;
    set.expect_text("Dex signed chooser@example.com in with the new password")
        .unwrap();
    dashboard.signed_in(email, CHOSEN).await.unwrap();

    let object = password_object(lab, email).await;
    let again = choose(dashboard, &link, "another password of mine").await;
    assert_eq!(again.status, 410);
    again.expect_text("KA-LINK").unwrap();
    let after = password_object(lab, email).await;
    assert_eq!(
        object.metadata.resource_version,
        after.metadata.resource_version
    );
    // Nor can its maker make another one for a password that was chosen since.
    let path = format!("{}/receipt", done.path);
    let refused = browser.submit(&done, &path, &[]).await.unwrap();
    assert_eq!(refused.status, 409);

    let token = link.split_once("token=").unwrap().1;
    assert!(
        !dashboard.log_text().contains(token),
        "the token is in the log"
    );
    assert!(!dashboard.log_text().contains(CHOSEN));
    let activity = "/kubeflow-admin/activity?subject=chooser@example.com";
    let lines = browser.get(activity).await.unwrap();
    lines.expect_text("Password set by its owner").unwrap();
}

#[tokio::test]
async fn sec_36_of_two_who_use_a_link_at_once_one_succeeds() {
    let (lab, dashboard) = world().await;
    let email = "raced@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let mut browser = admin().await;
    let (_, link) = linked(&mut browser, email).await;
    let (one, two) = tokio::join!(
        choose(dashboard, &link, "the first of two words"),
        choose(dashboard, &link, "the second of two words"),
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410], "{} {}", one.text(), two.text());
    let (winner, loser) = if one.status == 200 {
        ("the first of two words", "the second of two words")
    } else {
        ("the second of two words", "the first of two words")
    };
    dashboard.signed_in(email, winner).await.unwrap();
    dashboard.signed_in(email, loser).await.unwrap_err();
}

#[tokio::test]
async fn a_password_that_is_refused_spends_nothing_and_changes_nothing() {
    let (lab, dashboard) = world().await;
    let email = "careless@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let mut browser = admin().await;
    let (_, link) = linked(&mut browser, email).await;
    let before = password_object(lab, email).await;
    for (password, why) in [
        ("short", "at least 12 characters"),
        ("Password12345", "one of the first that anybody tries"),
        ("careless@example.com!", "Apart from the e-mail address"),
        (&"x1y2z3".repeat(13), "at most 72 bytes"),
    ] {
        let page = choose(dashboard, &link, password).await;
        assert_eq!(page.status, 422, "{}", page.text());
        page.expect_text(why).unwrap();
        assert!(!page.body.contains(&format!("value=\"{password}\"")));
    }
    let mut visitor = dashboard.browser();
    let form = visitor.get(&link).await.unwrap();
    let token = form.input("token").unwrap();
    let fields = [
        ("token", token.as_str()),
        ("password", CHOSEN),
        ("again", "something else"),
    ];
    let path = "/kubeflow-admin/set-password";
    let page = visitor.submit(&form, path, &fields).await.unwrap();
    assert_eq!(page.status, 422);
    let after = password_object(lab, email).await;
    assert_eq!(
        before.metadata.resource_version,
        after.metadata.resource_version
    );
    choose(dashboard, &link, CHOSEN)
        .await
        .expect_text("Your password is set")
        .unwrap();
}

#[tokio::test]
async fn sec_18_every_link_that_does_not_work_gets_the_same_answer() {
    let (lab, dashboard) = world().await;
    let email = "relinked@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let mut browser = admin().await;
    let (done, first) = linked(&mut browser, email).await;
    let second = make_link(&mut browser, &done).await;
    let guessed = format!("/kubeflow-admin/set-password?token={}", "0".repeat(64));
    let mut answers = Vec::new();
    for link in [first.as_str(), &guessed, "/kubeflow-admin/set-password"] {
        let page = choose(dashboard, link, CHOSEN).await;
        assert_eq!(page.status, 410, "{link}");
        let text = page.text();
        answers.push(text.split("· request").next().unwrap().to_owned());
        assert!(!page.body.contains(email));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    // A new password, or none at all, puts the link out of use as well.
    press(&mut browser, email, "disable").await;
    let page = choose(dashboard, &second, CHOSEN).await;
    assert_eq!(page.status, 410);
    dashboard.signed_in(email, CHOSEN).await.unwrap_err();
}

#[tokio::test]
async fn sec_36_a_link_of_somebody_who_lost_the_right_sets_nothing() {
    let (lab, dashboard) = world().await;
    let (email, maker) = ("left-behind@example.com", "demoted@example.com");
    lab.add_password(email, PASSWORD).await.unwrap();
    make_admin(lab, maker).await;
    let mut browser = dashboard.signed_in(maker, PASSWORD).await.unwrap();
    let (_, link) = linked(&mut browser, email).await;
    let bindings: Api<ClusterRoleBinding> = Api::all(lab.client());
    bindings
        .delete("test-demoted-at-example.com", &DeleteParams::default())
        .await
        .unwrap();
    let as_maker = lab.client_as(maker, &[]).await.unwrap();
    let theirs: Api<ClusterRoleBinding> = Api::all(as_maker);
    let gone = waiting::until("the right to be gone", Duration::from_secs(10), || async {
        let listed = theirs.list(&ListParams::default().limit(1)).await;
        Ok(listed.is_err().then_some(()))
    });
    gone.await.unwrap();
    let before = password_object(lab, email).await;
    let refused = choose(dashboard, &link, CHOSEN).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    refused
        .expect_text("demoted@example.com, who made this link, may no longer set passwords")
        .unwrap();
    let after = password_object(lab, email).await;
    assert_eq!(
        before.metadata.resource_version,
        after.metadata.resource_version
    );
    dashboard.signed_in(email, CHOSEN).await.unwrap_err();
    let mut other = admin().await;
    let activity = "/kubeflow-admin/activity?subject=left-behind@example.com";
    let lines = other.get(activity).await.unwrap();
    lines.expect_text("Password set by its owner").unwrap();
}

#[tokio::test]
async fn somebody_is_added_with_a_link_and_nobody_knows_a_password_before() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let form = browser.get("/kubeflow-admin/users/new").await.unwrap();
    let without_length = [("email", "invited@example.com"), ("secret", "link")];
    let path = "/kubeflow-admin/users/new";
    let refused = browser.submit(&form, path, &without_length).await.unwrap();
    assert_eq!(refused.status, 422);
    refused
        .expect_text("Choose how long the link works")
        .unwrap();
    let fields = [
        ("email", "invited@example.com"),
        ("secret", "link"),
        ("link_hours", "72"),
    ];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    plan.expect_text("good for 3 days").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let link = make_link(&mut browser, &done).await;
    choose(dashboard, &link, CHOSEN)
        .await
        .expect_text("Your password is set")
        .unwrap();
    dashboard
        .signed_in("invited@example.com", CHOSEN)
        .await
        .unwrap();
}
