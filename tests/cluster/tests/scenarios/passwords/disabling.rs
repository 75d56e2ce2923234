//! A login that is disabled lets nobody in and forgets nothing.

use lab::dashboard::{Dashboard, undo_operation, wait_for_operation};
use lab::killable::Killable;
use lab::proxy::Moment;

use super::{password_object, person, press, until_page_says};
use crate::world::{PASSWORD, admin, make_admin, world};

const SEALED: &str = "kubeflow-admin/sealed-hash";

#[tokio::test]
async fn a_disabled_login_lets_nobody_in_until_another_dashboard_enables_it() {
    let (lab, dashboard) = world().await;
    let email = "paused@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let mut browser = admin().await;
    person(&mut browser, email).await;
    let mut theirs = dashboard.signed_in(email, PASSWORD).await.unwrap();

    let done = press(&mut browser, email, "disable").await;
    done.expect_text("Nobody can sign in as paused@example.com")
        .unwrap();
    done.expect_text("lives on for up to 24 hours").unwrap();
    dashboard.signed_in(email, PASSWORD).await.unwrap_err();
    let mine = theirs.get("/kubeflow-admin/mine").await.unwrap();
    assert!(mine.path.starts_with("/kubeflow-admin/sign-in"));
    until_page_says(&browser, email, "The real hash waits").await;

    // Another program, another database: what is needed is in the cluster.
    let other = Dashboard::start(lab).await.unwrap();
    make_admin(lab, "pause-ender@example.com").await;
    let mut ender = other
        .signed_in("pause-ender@example.com", PASSWORD)
        .await
        .unwrap();
    press(&mut ender, email, "enable").await;
    dashboard.signed_in(email, PASSWORD).await.unwrap();
    let object = password_object(lab, email).await;
    assert_eq!(
        object.metadata.annotations.unwrap_or_default().get(SEALED),
        None
    );
}

#[tokio::test]
async fn sec_16_the_hash_of_a_disabled_login_is_on_no_page() {
    let (lab, dashboard) = world().await;
    let email = "sealed@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let mut browser = admin().await;
    let done = press(&mut browser, email, "disable").await;
    let object = password_object(lab, email).await;
    let sealed = object.metadata.annotations.unwrap()[SEALED].clone();
    let yaml = format!(
        "/kubeflow-admin/yaml/passwords/auth/{}",
        object.metadata.name.unwrap()
    );
    let activity = format!("/kubeflow-admin/activity?operation={}", done.last_segment());
    for path in [
        yaml.as_str(),
        done.path.as_str(),
        activity.as_str(),
        "/kubeflow-admin/users/of/sealed@example.com",
    ] {
        let page = browser.get(path).await.unwrap();
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains(&sealed), "{path} shows the hash");
    }
    assert!(!dashboard.log_text().contains(&sealed));
}

#[tokio::test]
async fn disabling_can_be_undone_and_a_new_password_enables_nothing() {
    let (lab, dashboard) = world().await;
    let email = "halted@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let mut browser = admin().await;
    let done = press(&mut browser, email, "disable").await;
    until_page_says(&browser, email, "Enable it first").await;
    let page = person(&mut browser, email).await;
    let before = password_object(lab, email).await;
    let reset = format!("/kubeflow-admin/users/of/{email}/reset-password");
    let refused = browser.submit(&page, &reset, &[]).await.unwrap();
    assert_eq!(refused.status, 409, "{}", refused.text());
    refused.expect_text("KA-LOGIN").unwrap();
    let after = password_object(lab, email).await;
    assert_eq!(
        before.metadata.resource_version,
        after.metadata.resource_version
    );

    undo_operation(&mut browser, &done).await.unwrap();
    dashboard.signed_in(email, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn nobody_disables_themselves() {
    let (lab, dashboard) = world().await;
    make_admin(lab, "hasty@example.com").await;
    let mut browser = dashboard
        .signed_in("hasty@example.com", PASSWORD)
        .await
        .unwrap();
    let page = person(&mut browser, "hasty@example.com").await;
    page.expect_text("You cannot disable yourself").unwrap();
    let path = "/kubeflow-admin/users/of/hasty@example.com/disable";
    let refused = browser.submit(&page, path, &[]).await.unwrap();
    assert_eq!(refused.status, 409);
    dashboard
        .signed_in("hasty@example.com", PASSWORD)
        .await
        .unwrap();
}

#[tokio::test]
async fn signing_somebody_out_everywhere_ends_sessions_and_refresh_tokens() {
    let (lab, dashboard) = world().await;
    let email = "roamer@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    lab.apply_yaml(
        "{apiVersion: dex.coreos.com/v1, kind: RefreshToken, metadata: {name: roaming-token, namespace: auth}, \
         clientID: kubeflow-oidc-authservice, claims: {email: roamer@example.com, userID: ''}}",
    )
    .await
    .unwrap();
    let mut browser = admin().await;
    let mut theirs = dashboard.signed_in(email, PASSWORD).await.unwrap();
    let done = press(&mut browser, email, "end-sessions").await;
    done.expect_text("1 sessions here and 1 refresh tokens at Dex ended")
        .unwrap();
    let mine = theirs.get("/kubeflow-admin/mine").await.unwrap();
    assert!(mine.path.starts_with("/kubeflow-admin/sign-in"));
    // The login is what it was.
    dashboard.signed_in(email, PASSWORD).await.unwrap();
}

async fn kill_at_every_request(moment: Moment, tag: &str) {
    let (lab, _) = world().await;
    let administrator = format!("{tag}-admin@example.com");
    make_admin(lab, &administrator).await;
    let mut world = Killable::start(lab, &administrator, PASSWORD)
        .await
        .unwrap();
    for number in 0..100 {
        let email = format!("{tag}{number}@example.com");
        lab.add_password(&email, PASSWORD).await.unwrap();
        let page = person(&mut world.browser, &email).await;
        let path = format!("/kubeflow-admin/users/of/{email}/disable");
        let plan = world.browser.submit(&page, &path, &[]).await.unwrap();
        let killed = world.killed_at(&plan, number, moment).await.unwrap();
        if killed {
            world.dashboard.start_again().await.unwrap();
        }
        let ended = wait_for_operation(&mut world.browser, plan.path.clone());
        let ended = ended
            .await
            .unwrap_or_else(|why| panic!("killed at {number}: {why:#}"));
        assert!(ended.body.contains("data-state=\"done\""), "{number}");
        world
            .dashboard
            .signed_in(&email, PASSWORD)
            .await
            .unwrap_err();

        undo_operation(&mut world.browser, &ended).await.unwrap();
        world.dashboard.signed_in(&email, PASSWORD).await.unwrap();
        if !killed {
            assert!(number > 2, "only {number} requests were seen");
            return;
        }
    }
    panic!("an operation of more than 100 requests");
}

#[tokio::test]
async fn killed_before_any_request_disabling_is_finished_and_loses_no_hash() {
    kill_at_every_request(Moment::BeforeRequest, "pause-early").await;
}

#[tokio::test]
async fn killed_before_any_answer_disabling_is_finished_and_loses_no_hash() {
    kill_at_every_request(Moment::BeforeAnswer, "pause-late").await;
}

#[tokio::test]
async fn sec_16_a_login_that_helm_keeps_is_disabled_as_temporary_without_showing_its_hash() {
    let (lab, _) = world().await;
    let email = "sealed-by-helm@example.com";
    lab.add_password(email, PASSWORD).await.unwrap();
    let object = password_object(lab, email).await;
    let yaml = format!(
        "{{apiVersion: dex.coreos.com/v1, kind: Password, metadata: {{name: {}, namespace: auth, \
         labels: {{app.kubernetes.io/managed-by: Helm}}}}}}",
        object.metadata.name.unwrap()
    );
    lab.apply_yaml(&yaml).await.unwrap();
    let hash = password_object(lab, email).await.data["hash"].clone();
    let hash = hash.as_str().unwrap();
    let mut browser = admin().await;
    let page = person(&mut browser, email).await;
    let path = format!("/kubeflow-admin/users/of/{email}/disable");
    let plan = browser.submit(&page, &path, &[]).await.unwrap();
    plan.expect_text("Helm keeps what this changes").unwrap();
    plan.expect_text(&format!("{SEALED}: (withheld)")).unwrap();
    assert!(!plan.body.contains(hash), "{}", plan.text());
    let start = format!("{}/start", plan.path);
    let started = browser.submit(&plan, &start, &[("temporary", "Helm")]);
    let path = started.await.unwrap().path;
    let done = wait_for_operation(&mut browser, path).await.unwrap();
    done.expect_text("Helm will put it back; accepted").unwrap();
    let sealed = password_object(lab, email).await.metadata.annotations;
    assert_eq!(sealed.unwrap()[SEALED], hash);
}
