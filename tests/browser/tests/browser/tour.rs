//! Every page with nothing in it, and as it is in a Kubeflow where people work. The pictures of README and docs are
//! among these (`make screenshots`).

use lab::Lab;
use lab::dashboard::Dashboard;
use lab::people;
use screen::{Album, Driver, Scripts, Window};

use crate::place::{self, sign_in};

const EMPTY: [(&str, &str); 9] = [
    ("empty-overview", "/"),
    ("empty-users", "/users"),
    ("empty-profiles", "/profiles"),
    ("empty-operations", "/operations"),
    ("empty-mine", "/mine"),
    ("empty-search", "/users?q=nobody"),
    ("empty-everything", "/search"),
    ("empty-found", "/search?q=nobody"),
    ("empty-choice", "/users/remove"),
];

const FULL: [(&str, &str); 15] = [
    ("full-overview", "/"),
    ("full-users", "/users"),
    ("full-users-findings", "/users?sort=-findings"),
    ("full-user", "/users/of/Daniel@example.com"),
    ("full-profiles", "/profiles"),
    ("full-profile", "/profiles/of/vision-team"),
    ("full-quota", "/profiles/of/vision-team/quota"),
    ("full-profile-delete", "/profiles/of/vision-team/delete"),
    ("full-sessions", "/sessions"),
    ("full-found", "/search?q=an"),
    ("full-yaml", "/yaml/rolebindings/vision-team/namespaceAdmin"),
    (
        "full-users-remove",
        "/users/remove?user=ana@example.com&user=ivan@example.com&user=nobody@example.com",
    ),
    (
        "full-profiles-delete",
        "/profiles/delete?profile=ana&profile=vision-team",
    ),
    (
        "full-profiles-quota",
        "/profiles/quota?profile=ana&profile=ml-course",
    ),
    ("full-operations", "/operations"),
];

#[tokio::test]
async fn every_page_is_fit_to_be_seen_empty_and_full() {
    if !place::is_possible() {
        return;
    }
    let lab = Lab::control_plane().await.unwrap();
    let dashboard = Dashboard::start(&lab).await.unwrap();
    let driver = Driver::start().await.unwrap();
    let album = place::album().unwrap();
    let window = Window::open(&driver, &dashboard.origin(), Scripts::On)
        .await
        .unwrap();
    window
        .go(&dashboard.sign_in_link().await.unwrap())
        .await
        .unwrap();
    window.click("form button[type=submit]").await.unwrap();
    window.wait_for_text("break-glass").await.unwrap();
    take(&window, &album, &EMPTY).await;
    people::move_in(&lab).await.unwrap();
    window.close().await.unwrap();
    let window = Window::open(&driver, &dashboard.origin(), Scripts::On)
        .await
        .unwrap();
    sign_in(
        &window,
        "/kubeflow-admin/users/new",
        "admin@example.com",
        people::PASSWORD,
        None,
    )
    .await;
    a_plan(&window, &album).await;
    take(&window, &album, &FULL).await;
    window.close().await.unwrap();
}

/// Plans and adds one more person, so that there is something to look at in the record.
async fn a_plan(window: &Window, album: &Album) {
    window.fill("#email", "jana@example.com").await.unwrap();
    window.fill("#quota-known-0", "8").await.unwrap();
    window.fill("#quota-known-1", "32Gi").await.unwrap();
    window.fill("#quota-known-2", "1").await.unwrap();
    window.click("main form button.pf-m-primary").await.unwrap();
    window
        .wait_for_text("Nothing has been changed yet")
        .await
        .unwrap();
    album.page(window, "full-plan").await.unwrap();
    window.click("main form button.pf-m-primary").await.unwrap();
    window
        .wait_for_text("Show the password once")
        .await
        .unwrap();
    album.page(window, "full-done").await.unwrap();
}

async fn take(window: &Window, album: &Album, pages: &[(&str, &str)]) {
    for (name, path) in pages {
        window.go(&format!("/kubeflow-admin{path}")).await.unwrap();
        album.page(window, name).await.unwrap();
    }
}
