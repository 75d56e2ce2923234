//! Streams: they tell that something changed, to those who may know, for as long as they may.

use std::time::Duration;

use lab::browser::Browser;
use lab::dashboard::{Dashboard, start_operation, wait_for_operation};
use lab::events::EventStream;

use crate::world::{PASSWORD, admin, make_admin, plan_user, world};

const SOON: Duration = Duration::from_secs(10);

async fn open(browser: &Browser, query: &str) -> EventStream {
    let path = format!("/kubeflow-admin/events?{query}");
    let mut stream = browser.stream(&path).await.unwrap();
    assert_eq!(stream.status, 200, "{path}");
    stream.wait_for("ready", SOON).await.unwrap();
    stream
}

#[tokio::test]
async fn an_operation_rings_at_its_steps_and_tells_its_owner_of_its_end() {
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "ring@example.com", "ring").await;
    let mut page = open(&browser, &format!("operation={}", plan.last_segment())).await;
    let mut elsewhere = open(&browser, "").await;
    assert_eq!(page.headers["content-type"], "text/event-stream");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(
        page.headers.get("content-encoding").is_none(),
        "compressed, an event would be held back"
    );

    start_operation(&mut browser, &plan).await.unwrap();
    page.wait_for("changed", SOON).await.unwrap();
    let news = elsewhere
        .wait_for("finished", Duration::from_mins(1))
        .await
        .unwrap();
    let told: serde_json::Value = serde_json::from_str(&news.data).unwrap();
    assert_eq!(
        told,
        serde_json::json!({"title": "Add user ring@example.com", "state": "done", "href": plan.path})
    );

    // Whoever comes back with the id of the last event hears nothing twice; without it, only what is new.
    let mut later = open(&browser, &format!("since={}", news.id)).await;
    let again = later.wait_for("finished", Duration::from_secs(5)).await;
    assert!(again.is_err(), "{again:?}");
    let before = news.id.parse::<i64>().unwrap() - 1;
    let mut earlier = open(&browser, &format!("since={before}")).await;
    earlier.wait_for("finished", SOON).await.unwrap();
}

#[tokio::test]
async fn a_list_rings_when_somebody_changes_the_cluster() {
    let (lab, _) = world().await;
    let browser = admin().await;
    let mut profiles = open(&browser, "list=profiles").await;
    lab.apply_yaml(
        "{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: rung}, \
         spec: {owner: {kind: User, name: rung@example.com}}}",
    )
    .await
    .unwrap();
    profiles.wait_for("changed", SOON).await.unwrap();
}

#[tokio::test]
async fn sec_21_a_stream_ends_with_its_session() {
    let (lab, dashboard) = world().await;
    make_admin(lab, "leaving@example.com").await;
    let mut here = dashboard
        .signed_in("leaving@example.com", PASSWORD)
        .await
        .unwrap();
    let there = dashboard
        .signed_in("leaving@example.com", PASSWORD)
        .await
        .unwrap();
    let mut ending = open(&there, "list=users").await;
    let mut own = open(&here, "list=users").await;
    let account = here.get("/kubeflow-admin/account").await.unwrap();
    let path = "/kubeflow-admin/account/sessions/end-others";
    here.submit(&account, path, &[]).await.unwrap();
    ending.wait_for("ended", SOON).await.unwrap();
    ending.wait_for_end(SOON).await.unwrap();
    let refused = there
        .stream("/kubeflow-admin/events?list=users")
        .await
        .unwrap();
    assert_eq!(refused.status, 303);

    here.submit(&account, "/kubeflow-admin/sign-out", &[])
        .await
        .unwrap();
    own.wait_for("ended", SOON).await.unwrap();
}

#[tokio::test]
async fn a_stream_about_what_one_may_not_see_ends_at_once() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let planned = plan_user(&mut browser, "hidden@example.com", "hidden").await;
    let plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    let operation = format!("operation={}", planned.last_segment());
    for query in ["list=users", "list=operations", &operation] {
        let path = format!("/kubeflow-admin/events?{query}");
        let mut stream = plain.stream(&path).await.unwrap();
        let first = stream.next().await.unwrap().unwrap();
        assert_eq!(first.name, "ended", "{query}");
        stream.wait_for_end(SOON).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_has_a_dozen_streams_and_no_more() {
    let browser = admin().await;
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(open(&browser, "").await);
    }
    let path = "/kubeflow-admin/events";
    assert_eq!(browser.stream(path).await.unwrap().status, 503);
    drop(held);
    // The program notices at the next look at the latest.
    tokio::time::sleep(Duration::from_secs(3)).await;
    open(&browser, "").await;
}

#[tokio::test]
async fn a_program_that_is_told_to_stop_ends_its_streams_and_stops() {
    let (lab, _) = world().await;
    make_admin(lab, "stopping@example.com").await;
    let dashboard = Dashboard::start(lab).await.unwrap();
    let browser = dashboard
        .signed_in("stopping@example.com", PASSWORD)
        .await
        .unwrap();
    let mut stream = open(&browser, "list=profiles").await;
    let process = dashboard.process_id().unwrap();
    let told = std::process::Command::new("kill")
        .arg(process.to_string())
        .status()
        .unwrap();
    assert!(told.success());
    stream.wait_for_end(SOON).await.unwrap();
    let stopped = lab::waiting::until("a stopped program", SOON, || async {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // Nobody has waited for it yet, so it is a zombie.
        Ok((state.is_empty() || state.contains(") Z ")).then_some(()))
    });
    stopped.await.unwrap();
}

#[tokio::test]
async fn a_page_without_scripts_still_follows_an_operation() {
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "no-script@example.com", "no-script").await;
    let started = start_operation(&mut browser, &plan).await.unwrap();
    assert!(
        started
            .body
            .contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>"),
        "{}",
        started.body
    );
    let done = wait_for_operation(&mut browser, started.path)
        .await
        .unwrap();
    assert!(!done.body.contains("http-equiv=\"refresh\""));
}
