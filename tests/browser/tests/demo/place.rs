//! What these tests stand on: a browser, a folder for screenshots, and ways in.

use std::path::Path;

use anyhow::Result;
use lab::demo::Demo;
use screen::{Album, Driver, Scripts, Window, driver};

pub(crate) const ADMIN: &str = "admin@example.com";
pub(crate) const PASSWORD: &str = "demo-password";
/// The button that goes on: the first one of a form that changes something.
pub(crate) const GO_ON: &str = "main form .ka-submit button[type=submit]";

/// Says what is missing and gives false, or gives true.
pub(crate) fn is_possible() -> bool {
    let missing = driver::obstacles();
    if !missing.is_empty() {
        eprintln!("skipped: these tests need {}", missing.join(", "));
    }
    missing.is_empty()
}

/// Screenshots go below Cargo's target folder.
pub(crate) fn album() -> Result<Album> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots/demo");
    Album::new(&folder, &root.join("node_modules/axe-core/axe.min.js"))
}

/// An administrator at the first page, let in by the link that the demo prints.
pub(crate) async fn by_link(driver: &Driver, demo: &Demo) -> Result<Window> {
    let window = Window::open(driver, &demo.origin, Scripts::On).await?;
    window.widen().await?;
    window.go(&demo.link).await?;
    window.click("form button[type=submit]").await?;
    window.wait_for_text("Needs attention").await?;
    Ok(window)
}

/// Somebody who goes to an address and is sent through Dex's page first.
pub(crate) async fn by_dex(
    (driver, demo): (&Driver, &Demo),
    scripts: Scripts,
    (email, password): (&str, &str),
    wanted: &str,
) -> Result<Window> {
    let window = Window::open(driver, &demo.origin, scripts).await?;
    window.widen().await?;
    window.go(wanted).await?;
    window.wait_for_path("/kubeflow-admin/sign-in").await?;
    window.press("Sign in with Dex").await?;
    window.wait_for_path("/dex/auth/local").await?;
    window.fill("[name=login]", email).await?;
    window.fill("[name=password]", password).await?;
    window.click("main form button, #submit-login").await?;
    window.wait_for_path(wanted).await?;
    Ok(window)
}
