//! Signing in at a real Dex, by link, and out again.

use lab::Lab;
use lab::browser::{Browser, encode_form};
use lab::dashboard::{Dashboard, Options};

use crate::world::{ADMIN, PASSWORD, add_user, admin, admin_named, make_admin, world};

#[tokio::test]
async fn a_deep_link_survives_sign_in() {
    let (lab, dashboard) = world().await;
    make_admin(lab, "deep@example.com").await;
    let mut browser = dashboard.browser();
    let page = browser
        .sign_in(
            "/kubeflow-admin/users?q=reader&sort=email",
            "deep@example.com",
            PASSWORD,
        )
        .await
        .unwrap();
    assert_eq!(page.status, 200);
    assert_eq!(page.path, "/kubeflow-admin/users?q=reader&sort=email");
    page.expect_text("reader@example.com").unwrap();
}

#[tokio::test]
async fn a_wrong_password_stays_at_dex() {
    let (_, dashboard) = world().await;
    let mut browser = dashboard.browser();
    let page = browser
        .sign_in("/kubeflow-admin/", ADMIN, "not-the-password")
        .await
        .unwrap();
    assert!(
        page.path.starts_with("/dex/auth/local/login"),
        "{}",
        page.path
    );
    assert!(
        browser
            .get("/kubeflow-admin/users")
            .await
            .unwrap()
            .path
            .starts_with("/kubeflow-admin/sign-in")
    );
}

#[tokio::test]
async fn sec_09_sign_in_gives_a_new_session_and_ends_the_old_one() {
    let mut browser = admin_named("rotated@example.com").await;
    let before = browser.cookies()["kubeflow-admin"].clone();
    let mut old = browser.clone();
    browser
        .sign_in(
            "/kubeflow-admin/sign-in/begin",
            "rotated@example.com",
            PASSWORD,
        )
        .await
        .unwrap();
    assert_ne!(browser.cookies()["kubeflow-admin"], before);
    let page = old.get("/kubeflow-admin/account").await.unwrap();
    assert!(
        page.path.starts_with("/kubeflow-admin/sign-in"),
        "{}",
        page.path
    );
}

#[tokio::test]
async fn sec_12_a_code_is_good_once_in_the_browser_that_began() {
    let (lab, dashboard) = world().await;
    make_admin(lab, "coder@example.com").await;
    let callback = callback_of(&mut dashboard.browser()).await;
    // Another browser, even with a sign-in of its own on the way.
    let mut thief = dashboard.browser();
    thief.get("/kubeflow-admin/sign-in/begin").await.unwrap();
    assert_eq!(thief.get(&callback).await.unwrap().status, 401);
    // The right browser, twice.
    let mut browser = dashboard.browser();
    let callback = callback_of(&mut browser).await;
    let mut again = browser.clone();
    assert_eq!(browser.get(&callback).await.unwrap().status, 200);
    assert_eq!(again.get(&callback).await.unwrap().status, 401);
    // A forged state, and none at all.
    for forged in [
        "/kubeflow-admin/callback?code=x&state=y",
        "/kubeflow-admin/callback",
        "/kubeflow-admin/callback?error=access_denied",
    ] {
        assert_eq!(
            dashboard.browser().get(forged).await.unwrap().status,
            401,
            "{forged}"
        );
    }
}

/// Signs in up to the redirect back from Dex, which is not followed.
async fn callback_of(browser: &mut Browser) -> String {
    let login = browser
        .get("/kubeflow-admin/sign-in/begin?next=/kubeflow-admin/account")
        .await
        .unwrap();
    let mut answer = browser
        .post(
            &login.path,
            &encode_form(&[("login", "coder@example.com"), ("password", PASSWORD)]),
        )
        .await
        .unwrap();
    loop {
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        if location.starts_with("/kubeflow-admin/callback") {
            return location;
        }
        let page = browser.get_once(&location).await.unwrap();
        let mut next = http::Response::builder().status(page.status);
        next = next.header("location", page.headers["location"].clone());
        answer = next.body(page.body).unwrap();
    }
}

#[tokio::test]
async fn sec_34_signing_out_ends_the_session_on_the_server() {
    let mut browser = admin().await;
    let mut tab = browser.clone();
    let page = browser.get("/kubeflow-admin/account").await.unwrap();
    let out = browser
        .submit(&page, "/kubeflow-admin/sign-out", &[])
        .await
        .unwrap();
    assert_eq!(out.status, 200);
    assert!(
        tab.get("/kubeflow-admin/account")
            .await
            .unwrap()
            .path
            .starts_with("/kubeflow-admin/sign-in")
    );
}

#[tokio::test]
async fn sec_42_a_link_is_spent_by_its_form_once_and_not_by_looking() {
    let (_, dashboard) = world().await;
    let link = dashboard.sign_in_link().await.unwrap();
    for _ in 0..3 {
        assert_eq!(dashboard.browser().get(&link).await.unwrap().status, 200);
    }
    let mut first = dashboard.browser();
    let page = first.get(&link).await.unwrap();
    let token = page.input("token").unwrap();
    let inside = first
        .submit(&page, "/kubeflow-admin/link", &[("token", &token)])
        .await
        .unwrap();
    inside.expect_text("kubeflow-admin:break-glass").unwrap();
    let again = dashboard
        .browser()
        .submit(&page, "/kubeflow-admin/link", &[("token", &token)])
        .await
        .unwrap();
    assert_eq!(again.status, 401);
    assert!(
        !dashboard.log_text().contains(&token),
        "the token is in the log"
    );
}

#[tokio::test]
async fn a_session_opened_by_link_can_add_a_user() {
    let (lab, dashboard) = world().await;
    let mut browser = dashboard.broken_glass().await.unwrap();
    add_user(&mut browser, "first@example.com", "first").await;
    lab.audit_entry(|entry| {
        entry.verb == "patch"
            && entry.resource == "passwords"
            && entry.impersonated_user.as_deref() == Some("kubeflow-admin:break-glass")
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn one_ends_one_s_own_sessions_and_an_administrator_anyone_s() {
    let (_, dashboard) = world().await;
    let mut plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    let mut other = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    let page = plain.get("/kubeflow-admin/account").await.unwrap();
    plain
        .submit(&page, "/kubeflow-admin/account/sessions/end-others", &[])
        .await
        .unwrap();
    assert!(
        other
            .get("/kubeflow-admin/account")
            .await
            .unwrap()
            .path
            .starts_with("/kubeflow-admin/sign-in")
    );
    // Somebody else's session cannot be named.
    let mut admin = admin().await;
    let sessions = admin.get("/kubeflow-admin/sessions?q=plain").await.unwrap();
    let id = session_of(&sessions);
    let mut reader = dashboard
        .signed_in("reader@example.com", PASSWORD)
        .await
        .unwrap();
    let account = reader.get("/kubeflow-admin/account").await.unwrap();
    let refused = reader
        .submit(
            &account,
            &format!("/kubeflow-admin/account/sessions/{id}/end"),
            &[],
        )
        .await
        .unwrap();
    assert_eq!(refused.status, 404);
    assert_eq!(
        plain.get("/kubeflow-admin/account").await.unwrap().status,
        200
    );
    // The administrator may.
    admin
        .submit(
            &sessions,
            &format!("/kubeflow-admin/sessions/{id}/end"),
            &[],
        )
        .await
        .unwrap();
    assert!(
        plain
            .get("/kubeflow-admin/account")
            .await
            .unwrap()
            .path
            .starts_with("/kubeflow-admin/sign-in")
    );
}

#[tokio::test]
async fn a_change_asks_for_a_fresh_sign_in_and_keeps_the_plan() {
    let (lab, _) = world().await;
    let options = Options {
        environment: vec![("KUBEFLOW_ADMIN_FRESH_SIGN_IN".into(), "0s".into())],
        ..Options::default()
    };
    let dashboard = Dashboard::start_with(lab, options).await.unwrap();
    let mut browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    let plan = crate::world::plan_user(&mut browser, "stale@example.com", "stale").await;
    let refused = browser
        .submit(&plan, &format!("{}/start", plan.path), &[])
        .await
        .unwrap();
    assert_eq!(refused.status, 403);
    refused.expect_text("Your plan is kept").unwrap();
    assert_eq!(browser.get(&plan.path).await.unwrap().status, 200);
}

#[tokio::test]
async fn when_dex_is_down_the_page_says_so_and_names_the_way_in() {
    let lab = Lab::control_plane().await.unwrap();
    lab.add_password(ADMIN, PASSWORD).await.unwrap();
    let dashboard = Dashboard::start(&lab).await.unwrap();
    dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    lab.stop_dex().await.unwrap();
    let page = dashboard
        .browser()
        .get("/kubeflow-admin/sign-in/begin")
        .await
        .unwrap();
    assert_eq!(page.status, 503);
    page.expect_text("Dex cannot sign anybody in right now")
        .unwrap();
    page.expect_text("sign-in-link").unwrap();
    // The way in without Dex works, and so does signing in once Dex is back.
    dashboard.broken_glass().await.unwrap();
    lab.start_dex().await.unwrap();
    dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn sec_18_attempts_are_throttled_by_account() {
    let lab = Lab::shared().await;
    let dashboard = Dashboard::start(lab).await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..30 {
        let mut browser = dashboard.browser();
        let login = browser
            .get_once("/kubeflow-admin/sign-in/begin")
            .await
            .unwrap();
        if login.status == 429 {
            statuses.push(login.status.as_u16());
            break;
        }
        let form = encode_form(&[("login", "victim@example.com"), ("password", "guess")]);
        statuses.push(
            browser
                .post("/dex/auth/local/login?state=x", &form)
                .await
                .unwrap()
                .status()
                .as_u16(),
        );
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}

/// The first session that the list offers to end.
fn session_of(list: &lab::browser::Page) -> String {
    let (_, rest) = list.body.split_once("/kubeflow-admin/sessions/").unwrap();
    rest.split('/').next().unwrap().to_owned()
}
