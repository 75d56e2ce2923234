//! Pages with nothing in them, with three rows, and with ten thousand.

use std::time::{Duration, Instant};

use lab::demo::Demo;
use screen::{Driver, Window};

use crate::addresses::name_of;
use crate::place::{self, by_link};

const LISTS: [&str; 9] = [
    "/",
    "/users",
    "/profiles",
    "/operations",
    "/activity",
    "/mine",
    "/installation/storage",
    "/users/remove",
    "/search?q=an",
];

#[tokio::test]
async fn pages_with_nothing_or_little_in_them_say_what_to_do_next() {
    if !place::is_possible() {
        return;
    }
    let driver = Driver::start().await.unwrap();
    let album = place::album().unwrap();
    for world in ["empty", "small"] {
        let demo = Demo::start_with(&["--world", world]).await.unwrap();
        let window = by_link(&driver, &demo).await.unwrap();
        for path in LISTS {
            window.go(&format!("/kubeflow-admin{path}")).await.unwrap();
            let name = format!("{world}-{}", name_of(path));
            album.page(&window, &name).await.unwrap();
        }
        if world == "empty" {
            an_empty_list_has_one_way_on(&window).await;
        }
        window.close().await.unwrap();
    }
}

async fn an_empty_list_has_one_way_on(window: &Window) {
    for path in ["/kubeflow-admin/profiles", "/kubeflow-admin/operations"] {
        window.go(path).await.unwrap();
        let ways = window.has(".pf-v6-c-empty-state a").await.unwrap();
        assert!(ways, "{path} leaves its reader alone");
        let text = window.text().await.unwrap();
        let offers =
            text.contains("With the ticked rows") || text.contains("on this page selected");
        assert!(!offers, "{path} offers to change rows and has none: {text}");
    }
}

/// In a build without optimization and beside other tests: a page that looks at everything more than once would take
/// many times as long.
const PATIENCE: Duration = Duration::from_secs(8);

#[tokio::test]
async fn ten_thousand_profiles_do_not_slow_anybody_down() {
    if !place::is_possible() {
        return;
    }
    let demo = Demo::start_with(&["--world", "huge"]).await.unwrap();
    let driver = Driver::start().await.unwrap();
    let album = place::album().unwrap();
    let window = by_link(&driver, &demo).await.unwrap();
    for path in [
        "/users",
        "/users?sort=-email&page=3",
        "/profiles",
        "/profiles?q=greta-04",
        "/search?q=bruno-00041",
        "/",
    ] {
        let began = Instant::now();
        window.go(&format!("/kubeflow-admin{path}")).await.unwrap();
        let took = began.elapsed();
        assert!(took < PATIENCE, "{path} took {took:?}");
        let rows = window.count("tbody tr").await.unwrap();
        assert!(rows <= 100, "{path} has {rows} rows");
    }
    window.go("/kubeflow-admin/profiles").await.unwrap();
    album.page(&window, "huge-profiles").await.unwrap();
    window.close().await.unwrap();
}
