//! What makes it a console: keys, lists that follow the cluster, news from elsewhere, sheets for paper.

use std::time::Duration;

use lab::Lab;
use lab::dashboard::Dashboard;
use lab::people;
use screen::{Driver, Scripts, Window};

use crate::place::{self, sign_in};

#[tokio::test]
async fn it_is_at_hand_by_keys_and_follows_what_happens() {
    if !place::is_possible() {
        return;
    }
    let lab = Lab::control_plane().await.unwrap();
    people::move_in(&lab).await.unwrap();
    let dashboard = Dashboard::start(&lab).await.unwrap();
    let driver = Driver::start().await.unwrap();
    let here = open(&driver, &dashboard).await;
    let there = open(&driver, &dashboard).await;
    keys_lead_everywhere_and_can_be_switched_off(&here).await;
    a_list_says_that_it_changed_and_keeps_what_was_ticked(&here, &lab).await;
    a_row_that_stays_follows_silently(&here, &lab).await;
    news_come_to_whoever_looks_elsewhere(&here, &there).await;
    here.close().await.unwrap();
    there.close().await.unwrap();
}

async fn open(driver: &Driver, dashboard: &Dashboard) -> Window {
    let window = Window::open(driver, &dashboard.origin(), Scripts::On)
        .await
        .unwrap();
    window.widen().await.unwrap();
    let wanted = "/kubeflow-admin/users";
    sign_in(&window, wanted, "admin@example.com", people::PASSWORD, None).await;
    window
}

async fn keys_lead_everywhere_and_can_be_switched_off(window: &Window) {
    window.type_anywhere("gp").await.unwrap();
    window
        .wait_for_path("/kubeflow-admin/profiles")
        .await
        .unwrap();
    window.type_anywhere("/").await.unwrap();
    window.type_on("vision\n").await.unwrap();
    window
        .wait_for_path("/kubeflow-admin/search")
        .await
        .unwrap();
    window.wait_for_text("vision-team").await.unwrap();
    window.go("/kubeflow-admin/users").await.unwrap();
    window.type_anywhere("f").await.unwrap();
    // What is typed into a field is text.
    window.type_on("gp?/").await.unwrap();
    assert_eq!(window.path().await.unwrap(), "/kubeflow-admin/users");
    window.go("/kubeflow-admin/users").await.unwrap();
    window.type_anywhere("?").await.unwrap();
    window.wait_for_text("Keyboard shortcuts").await.unwrap();
    window.click("#keys").await.unwrap();
    window.press("Close").await.unwrap();
    window.type_anywhere("gp").await.unwrap();
    assert_eq!(window.path().await.unwrap(), "/kubeflow-admin/users");
    window.click(".ka-masthead-end summary").await.unwrap();
    window.press("Keyboard shortcuts").await.unwrap();
    window.click("#keys").await.unwrap();
    window.press("Close").await.unwrap();
}

async fn a_list_says_that_it_changed_and_keeps_what_was_ticked(window: &Window, lab: &Lab) {
    window.go("/kubeflow-admin/profiles").await.unwrap();
    window.click("input[value=speech]").await.unwrap();
    window
        .wait_for_text("1 of 6 on this page selected")
        .await
        .unwrap();
    lab.apply_yaml(NEWCOMER).await.unwrap();
    window
        .wait_for_text("This list has changed.")
        .await
        .unwrap();
    assert!(
        !window.has("tr[data-key=newcomer]").await.unwrap(),
        "a row came under somebody's hand"
    );
    window.press("Show").await.unwrap();
    window.wait_for_text("newcomer").await.unwrap();
    window
        .wait_for_text("1 of 7 on this page selected")
        .await
        .unwrap();
    assert!(window.has("input[value=speech]:checked").await.unwrap());
}

async fn a_row_that_stays_follows_silently(window: &Window, lab: &Lab) {
    lab.apply_yaml(&NEWCOMER.replace("'2'", "'3'"))
        .await
        .unwrap();
    window.wait_for_text("0 / 3").await.unwrap();
    assert!(window.has("input[value=speech]:checked").await.unwrap());
    let text = window.text().await.unwrap();
    assert!(!text.contains("This list has changed."), "{text}");
}

async fn news_come_to_whoever_looks_elsewhere(here: &Window, there: &Window) {
    here.go("/kubeflow-admin/activity").await.unwrap();
    // The stream is open, and what comes from now on is news.
    tokio::time::sleep(Duration::from_secs(1)).await;
    there
        .go("/kubeflow-admin/users/of/emil@example.com")
        .await
        .unwrap();
    there.press("Reset password").await.unwrap();
    there.press("Review what will happen").await.unwrap();
    there
        .wait_for_text("Nothing has been changed yet")
        .await
        .unwrap();
    there.click("main form button.pf-m-primary").await.unwrap();
    there.wait_for_text("Show the password once").await.unwrap();
    here.wait_for_text("Reset password emil@example.com is done")
        .await
        .unwrap();
    assert_eq!(here.path().await.unwrap(), "/kubeflow-admin/activity");
    here.press("Dismiss").await.unwrap();
    assert!(!here.has(".ka-toast").await.unwrap());
}

const NEWCOMER: &str = "{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: newcomer}, \
                        spec: {owner: {kind: User, name: emil@example.com}, resourceQuotaSpec: {hard: {cpu: '2'}}}}";
