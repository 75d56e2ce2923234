//! One job with nothing but a keyboard: the focus is never lost, never hidden, and always has its ring.

use lab::demo::Demo;
use screen::{Driver, Window};

use crate::place::{self, GO_ON, by_link};

const ENTER: &str = "\u{E007}";
/// Control and A.
const SELECT_ALL: &str = "\u{E009}a\u{E000}";
const TAB: &str = "\u{E004}";

#[tokio::test]
async fn somebody_is_added_with_the_keyboard_alone() {
    if !place::is_possible() {
        return;
    }
    let demo = Demo::start().await.unwrap();
    let driver = Driver::start().await.unwrap();
    let window = by_link(&driver, &demo).await.unwrap();
    the_first_stop_skips_to_the_content(&window).await;
    window.type_anywhere("gu").await.unwrap();
    window.wait_for_path("/kubeflow-admin/users").await.unwrap();
    window.tab_to("a[href$='/users/new']").await.unwrap();
    window.type_on(ENTER).await.unwrap();
    window
        .wait_for_path("/kubeflow-admin/users/new")
        .await
        .unwrap();
    fill_in(&window).await;
    let planned = "Nothing has been changed yet";
    window.wait_for_text(planned).await.unwrap();
    window.tab_to(GO_ON).await.unwrap();
    window.type_on(ENTER).await.unwrap();
    let done = "Show the password once";
    window.wait_for_text(done).await.unwrap();
    window
        .tab_to("form[action$='/receipt'] button")
        .await
        .unwrap();
    window.type_on(ENTER).await.unwrap();
    window.wait_for_text("Shown once").await.unwrap();
    menus_open_and_close(&window).await;
    window.close().await.unwrap();
}

async fn the_first_stop_skips_to_the_content(window: &Window) {
    window.go("/kubeflow-admin/").await.unwrap();
    window.type_on(TAB).await.unwrap();
    let focus = window.focus().await.unwrap();
    assert_eq!(
        (focus.name.as_str(), focus.trouble.as_str()),
        ("Skip to content", "")
    );
    window.type_on(ENTER).await.unwrap();
    assert_eq!(window.focus().await.unwrap().id, "main");
}

/// Wrong first: the focus is then at the summary, and its link leads to the field.
async fn fill_in(window: &Window) {
    window.tab_to("#email").await.unwrap();
    window.type_on("keys@@example.com").await.unwrap();
    window.type_on(ENTER).await.unwrap();
    window.wait_for_text("There is a problem").await.unwrap();
    assert_eq!(window.focus().await.unwrap().id, "error-summary");
    window.tab_to("#error-summary a").await.unwrap();
    window.type_on(ENTER).await.unwrap();
    assert_eq!(window.focus().await.unwrap().id, "email");
    window.type_on(SELECT_ALL).await.unwrap();
    window.type_on("keys@example.com").await.unwrap();
    window.tab_to("#profile").await.unwrap();
    window.type_on("keys").await.unwrap();
    window.tab_to(GO_ON).await.unwrap();
    window.type_on(ENTER).await.unwrap();
}

async fn menus_open_and_close(window: &Window) {
    window.go("/kubeflow-admin/profiles").await.unwrap();
    window.tab_to(".ka-masthead-end summary").await.unwrap();
    window.type_on(ENTER).await.unwrap();
    window
        .wait_for_text("Account and permissions")
        .await
        .unwrap();
    window.type_on("\u{E00C}").await.unwrap();
    assert!(!window.has(".ka-masthead-end details[open]").await.unwrap());
    let focus = window.focus().await.unwrap();
    assert_eq!(focus.trouble, "", "{focus:?}");
    // Through the whole page, to its last row.
    window.tab_to("tr:last-child .ka-name a").await.unwrap();
}
