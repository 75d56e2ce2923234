//! `kubeflow-admin demo`, as a stranger meets it: started, signed in by its link, and used.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

use std::time::Duration;

use lab::browser::{Browser, Page};
use lab::dashboard::{password_of, run_operation, until_it_says};
use lab::demo::Demo;
use lab::waiting;

#[tokio::test]
async fn the_printed_link_leads_an_administrator_into_a_kubeflow_that_says_it_is_a_demo() {
    let demo = Demo::start().await.unwrap();
    let (mut browser, home) = demo.by_link().await.unwrap();
    for wanted in ["This is a demo", "admin@example.com", "Needs attention"] {
        home.expect_text(wanted).unwrap();
    }
    // Three things that are not right, where an administrator looks for them.
    for (path, wanted) in [
        (
            "/kubeflow-admin/users?finding=default-password",
            "user@example.com",
        ),
        (
            "/kubeflow-admin/profiles/of/ml-course",
            "Its owner is written Daniel@example.com",
        ),
        (
            "/kubeflow-admin/profiles/of/forecasting",
            "amir@example.com",
        ),
    ] {
        let page = browser.get(path).await.unwrap();
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        page.expect_text("This is a demo").unwrap();
        page.expect_text(wanted).unwrap();
    }
}

#[tokio::test]
async fn somebody_added_in_the_demo_signs_in_with_the_password_of_the_receipt() {
    let demo = Demo::start().await.unwrap();
    let (mut browser, _) = demo.by_link().await.unwrap();
    let path = "/kubeflow-admin/users/new";
    let form = browser.get(path).await.unwrap();
    let fields = [
        ("email", "newcomer@example.com"),
        ("with_profile", "yes"),
        ("profile", "newcomer"),
        ("quota_name", "cpu"),
        ("quota_amount", "2"),
    ];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let password = password_of(&mut browser, &done).await.unwrap();

    let mut newcomer = Browser::new(&demo.origin);
    let mine = newcomer
        .sign_in("/kubeflow-admin/mine", "newcomer@example.com", &password)
        .await
        .unwrap();
    assert_eq!(mine.path, "/kubeflow-admin/mine", "{}", mine.text());
    mine.expect_text("newcomer").unwrap();
    let users = newcomer.get("/kubeflow-admin/users").await.unwrap();
    assert_eq!(users.status, 403);
}

#[tokio::test]
async fn a_fault_that_the_checks_find_is_mended_and_what_waited_for_it_comes_up() {
    let demo = Demo::start().await.unwrap();
    let (mut browser, _) = demo.by_link().await.unwrap();
    let checks = browser.get("/kubeflow-admin/checks").await.unwrap();
    checks.expect_text("StorageClass standard").unwrap();
    checks.expect_text("katib-mysql").unwrap();
    let fields = [("repair", "make-default-class standard")];
    let plan = browser
        .submit(&checks, "/kubeflow-admin/checks/repair", &fields)
        .await
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let again = [("to", "checks")];
    for _ in 0..50 {
        let page = browser
            .submit(&checks, "/kubeflow-admin/checks/again", &again)
            .await
            .unwrap();
        if !page.body.contains("katib-mysql") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("katib-mysql still waits for its volume");
}

/// What the first page counts, in the order in which it stands there.
async fn counted(arguments: &[&str]) -> (Vec<String>, Browser) {
    let demo = Demo::start_with(arguments).await.unwrap();
    let (browser, home) = demo.by_link().await.unwrap();
    let counts = home.body.split("ka-count-value\">").skip(1);
    let counts = counts.map(|rest| rest.split('<').next().unwrap().to_owned());
    (counts.collect(), browser)
}

#[tokio::test]
async fn a_world_can_be_chosen() {
    // Users (the administrator, and the static login of every new Kubeflow), profiles, unhealthy ones, full ones.
    let (empty, _) = counted(&["--world", "empty"]).await;
    assert_eq!(empty, ["2", "0", "0", "0"]);
    let (small, _) = counted(&["--world", "small"]).await;
    assert_eq!(small[1..], ["3", "0", "1"]);
}

/// The plan that waits in the list of operations.
async fn waiting_plan(browser: &mut Browser) -> Page {
    let list = "/kubeflow-admin/operations?state=planned";
    let list = until_it_says(browser, list, "nadia@example.com")
        .await
        .unwrap();
    let (_, rest) = list
        .body
        .split_once("href=\"/kubeflow-admin/operations/")
        .unwrap();
    let id = rest.split('"').next().unwrap();
    let path = format!("/kubeflow-admin/operations/{id}");
    browser.get(&path).await.unwrap()
}

#[tokio::test]
async fn a_list_of_people_waits_on_the_first_page_and_can_be_started() {
    let demo = Demo::start().await.unwrap();
    let (mut browser, _) = demo.by_link().await.unwrap();
    until_it_says(&mut browser, "/kubeflow-admin/", "nadia@example.com")
        .await
        .unwrap();
    let plan = waiting_plan(&mut browser).await;
    plan.expect_text("Create 12 logins in Dex").unwrap();
    plan.expect_text("Let everybody view in ml-course").unwrap();
    let rows = browser.get(&format!("{}/rows", plan.path)).await.unwrap();
    rows.expect_text("ml-sofie").unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let page = browser.get("/kubeflow-admin/profiles/of/ml-tomas").await;
    page.unwrap().expect_text("tomas@example.com").unwrap();
}

async fn add(browser: &mut Browser, email: &str) {
    let path = "/kubeflow-admin/users/new";
    let form = browser.get(path).await.unwrap();
    let plan = browser
        .submit(&form, path, &[("email", email)])
        .await
        .unwrap();
    let done = run_operation(browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
}

#[tokio::test]
async fn a_demo_with_a_folder_goes_on_where_it_was_and_begins_anew_when_told_to() {
    const SOMEBODY: &str = "/kubeflow-admin/users/of/kept@example.com";
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let arguments = ["--data-dir", place, "--world", "small"];
    {
        let demo = Demo::start_with(&arguments).await.unwrap();
        let (mut browser, home) = demo.by_link().await.unwrap();
        home.expect_text("until the demo is started with --reset")
            .unwrap();
        add(&mut browser, "kept@example.com").await;
        let world = folder.path().join("world.json");
        let is_written = || async {
            let text = std::fs::read_to_string(&world)?;
            Ok(text.contains("kept@example.com").then_some(()))
        };
        waiting::until("the world's file", Duration::from_secs(10), is_written)
            .await
            .unwrap();
    }
    {
        let demo = Demo::start_with(&arguments).await.unwrap();
        let (mut browser, home) = demo.by_link().await.unwrap();
        home.expect_text("kept@example.com").unwrap();
        let page = until_it_says(&mut browser, SOMEBODY, "kept@example.com").await;
        assert_eq!(page.unwrap().status, 200);
        add(&mut browser, "after@example.com").await;
    }
    let anew = [&arguments[..], &["--reset"]].concat();
    let demo = Demo::start_with(&anew).await.unwrap();
    let (mut browser, _) = demo.by_link().await.unwrap();
    until_it_says(&mut browser, "/kubeflow-admin/users", "admin@example.com")
        .await
        .unwrap();
    assert_eq!(browser.get(SOMEBODY).await.unwrap().status, 404);
}
