//! Every page there is, light and dark, wide and narrow. The pictures of README and docs are among these
//! (`make screenshots`).

use lab::demo::Demo;
use screen::{Album, Driver, Scripts, Window};

use crate::addresses::{self, Made};
use crate::place::{self, GO_ON, PASSWORD, by_dex, by_link};

/// Of vision-team.
const OWNER: &str = "ben@example.com";

/// What the table of routes does not tell: answers to what was searched for, chosen or got wrong.
const STATES: [(&str, &str); 16] = [
    ("search-found", "/search?q=an"),
    ("search-nothing", "/search?q=nobody"),
    ("users-findings", "/users?sort=-findings"),
    ("users-none", "/users?q=nobody"),
    ("checks-all", "/checks?show=all"),
    ("checks-none", "/checks?q=nothing"),
    (
        "users-remove-chosen",
        "/users/remove?user=ana@example.com&user=ivan@example.com&user=nobody@example.com",
    ),
    (
        "profiles-delete-chosen",
        "/profiles/delete?profile=ana&profile=vision-team",
    ),
    (
        "profiles-quota-chosen",
        "/profiles/quota?profile=ana&profile=ml-course",
    ),
    (
        "off-board-chosen",
        "/users/off-board?user=ana@example.com&user=ben@example.com",
    ),
    ("administrators-none", "/administrators?q=nobody"),
    (
        "administrator-remove",
        "/administrators/remove?kind=User&name=admin@example.com",
    ),
    (
        "contributor-date",
        "/profiles/of/ml-course/contributors/date?user=elif@example.com&role=edit",
    ),
    ("dates-none", "/access/dates?q=nobody"),
    ("profile-busy", "/profiles/of/vision-team"),
    ("no-such-page", "/no-such-page"),
];

#[tokio::test]
async fn every_page_is_fit_to_be_seen() {
    if !place::is_possible() {
        return;
    }
    let demo = Demo::start().await.unwrap();
    let driver = Driver::start().await.unwrap();
    let album = place::album().unwrap();
    before_sign_in(&driver, &demo, &album).await;
    let window = by_link(&driver, &demo).await.unwrap();
    let made = add_somebody(&window, &album).await;
    let routes = demo.routes();
    assert!(routes.len() > 40, "{routes:#?}");
    for path in addresses::of(&routes, &made) {
        window.go(&path).await.unwrap();
        let name = addresses::name_of(
            &path
                .replace(&made.operation, "one")
                .replace(&made.event, "one"),
        );
        album.page(&window, &name).await.unwrap();
        let text = window.text().await.unwrap();
        assert!(!text.contains("This page does not exist"), "{path}: {text}");
    }
    for (name, path) in STATES {
        window.go(&format!("/kubeflow-admin{path}")).await.unwrap();
        album.page(&window, name).await.unwrap();
    }
    window.close().await.unwrap();
    as_an_owner((&driver, &demo), &album).await;
}

/// What somebody sees who administers nothing.
async fn as_an_owner(place: (&Driver, &Demo), album: &Album) {
    let mine = "/kubeflow-admin/mine";
    let window = by_dex(place, Scripts::On, (OWNER, PASSWORD), mine);
    let window = window.await.unwrap();
    album.page(&window, "owner-mine").await.unwrap();
    let contributors = addresses::OWNERS_PAGE.replace("{profile}", "vision-team");
    window.go(&contributors).await.unwrap();
    window.wait_for_text("farah@example.com").await.unwrap();
    album.page(&window, "owner-contributors").await.unwrap();
    window.close().await.unwrap();
}

async fn before_sign_in(driver: &Driver, demo: &Demo, album: &Album) {
    let window = Window::open(driver, &demo.origin, Scripts::On)
        .await
        .unwrap();
    for (name, path) in [
        ("sign-in", "/kubeflow-admin/sign-in"),
        ("signed-out", "/kubeflow-admin/signed-out"),
        ("link-used", "/kubeflow-admin/link?token=spent"),
        (
            "password-link-used",
            "/kubeflow-admin/set-password?token=spent",
        ),
    ] {
        window.go(path).await.unwrap();
        album.page(&window, name).await.unwrap();
    }
    window.close().await.unwrap();
}

/// With each page on the way, so that there is an operation and a record to look at.
async fn add_somebody(window: &Window, album: &Album) -> Made {
    window.go("/kubeflow-admin/users/new").await.unwrap();
    window.fill("#email", "jana@@example.com").await.unwrap();
    window.click(GO_ON).await.unwrap();
    window.wait_for_text("There is a problem").await.unwrap();
    album.page(window, "error-summary").await.unwrap();
    window.fill("#email", "jana@example.com").await.unwrap();
    window.fill("#quota-known-0", "8").await.unwrap();
    window.fill("#quota-known-1", "32Gi").await.unwrap();
    window.fill("#quota-known-2", "1").await.unwrap();
    window.click(GO_ON).await.unwrap();
    window
        .wait_for_text("Nothing has been changed yet")
        .await
        .unwrap();
    album.page(window, "plan").await.unwrap();
    window.click(GO_ON).await.unwrap();
    window
        .wait_for_text("Show the password once")
        .await
        .unwrap();
    album.page(window, "receipt").await.unwrap();
    let path = window.path().await.unwrap();
    let operation = last_part(&path);
    window.go("/kubeflow-admin/activity").await.unwrap();
    let href = window
        .attribute("main a[href*='/activity/']", "href")
        .await
        .unwrap();
    Made {
        operation,
        event: last_part(&href),
    }
}

fn last_part(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}
