//! The main job from end to end: a fresh cluster, a first administrator, a user who then works.

use lab::{Lab, installed};
use screen::{Album, Driver, Scripts, Window};

use crate::place::{self, sign_in};

const ADMIN: &str = "user@example.com";
const ADMIN_PASSWORD: &str = "12341234";
const ANA: &str = "ana@example.com";

/// The static user of a fresh Kubeflow becomes an administrator the way the documents say.
const MAKE_ADMIN: [&str; 5] = [
    "create",
    "clusterrolebinding",
    "kubeflow-admin-user",
    "--clusterrole=kubeflow-admin-operator",
    "--user=user@example.com",
];

#[tokio::test]
async fn an_administrator_adds_a_user_who_then_works() {
    if !place::is_possible() {
        return;
    }
    let lab = Lab::node().await.unwrap();
    installed::install(&lab).await.unwrap();
    installed::kubectl(&lab, &MAKE_ADMIN).await.unwrap();
    let album = place::album().unwrap();
    let driver = Driver::start().await.unwrap();
    let origin = installed::origin(&lab).unwrap();

    a_link_signs_in_once(&lab, &driver, &album).await;
    let admin = Window::open(&driver, &origin, Scripts::On).await.unwrap();
    sign_in(
        &admin,
        "/kubeflow-admin/users",
        ADMIN,
        ADMIN_PASSWORD,
        Some(&album),
    )
    .await;
    let password = add_ana(&admin, &album).await;
    look_around(&admin, &album).await;
    ana_works(&driver, &origin, &album, &password).await;
    the_audit_log_names_the_administrator(&lab).await;
    admin.close().await.unwrap();
    without_scripts(&driver, &origin).await;
    drop(driver);
    tokio::task::spawn_blocking(move || drop(lab))
        .await
        .unwrap();
}

/// Through `kubectl port-forward`: the link opens a page, its button signs in, the second time it does not.
async fn a_link_signs_in_once(lab: &Lab, driver: &Driver, album: &Album) {
    let forward = place::port_forward(lab).await.unwrap();
    let window = Window::open(driver, &forward.origin, Scripts::On)
        .await
        .unwrap();
    let link = installed::sign_in_link(lab).await.unwrap();
    window.go(&link).await.unwrap();
    album.page(&window, "sign-in-link").await.unwrap();
    window.click("form button[type=submit]").await.unwrap();
    window.wait_for_text("break-glass").await.unwrap();
    album.page(&window, "overview-break-glass").await.unwrap();
    window.go(&link).await.unwrap();
    if window.has("form button[type=submit]").await.unwrap() {
        window.click("form button[type=submit]").await.unwrap();
    }
    window
        .wait_for_text("This link does not work")
        .await
        .unwrap();
    album.page(&window, "sign-in-link-spent").await.unwrap();
    window.close().await.unwrap();

    let window = Window::open(driver, &forward.origin, Scripts::On)
        .await
        .unwrap();
    sign_in(
        &window,
        "/kubeflow-admin/profiles",
        ADMIN,
        ADMIN_PASSWORD,
        None,
    )
    .await;
    window.close().await.unwrap();
}

async fn add_ana(admin: &Window, album: &Album) -> String {
    admin.wait_for_text("Add user").await.unwrap();
    album.page(admin, "users").await.unwrap();
    admin.press("Add user").await.unwrap();
    admin
        .wait_for_path("/kubeflow-admin/users/new")
        .await
        .unwrap();
    album.page(admin, "users-new").await.unwrap();
    admin.fill("#email", "ana@@example.com").await.unwrap();
    admin.click("main form button.pf-m-primary").await.unwrap();
    admin.wait_for_text("There is a problem").await.unwrap();
    album.page(admin, "users-new-error").await.unwrap();
    admin.fill("#email", ANA).await.unwrap();
    admin.fill("#profile", "ana").await.unwrap();
    admin.fill("#quota-known-0", "4").await.unwrap();
    admin.fill("#quota-known-1", "16Gi").await.unwrap();
    admin.click("main form button.pf-m-primary").await.unwrap();
    admin
        .wait_for_text("Nothing has been changed yet")
        .await
        .unwrap();
    album.page(admin, "operation-plan").await.unwrap();
    admin.click("main form button.pf-m-primary").await.unwrap();
    admin.wait_for_text("Show the password once").await.unwrap();
    album.page(admin, "operation-done").await.unwrap();
    admin.press("Show the password once").await.unwrap();
    admin.wait_for_text("Shown once").await.unwrap();
    album.page(admin, "operation-password").await.unwrap();
    admin
        .find("[data-password]")
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
}

/// Every other page, as it is with something in it.
async fn look_around(admin: &Window, album: &Album) {
    let pages = [
        ("overview", "/"),
        ("users-ana", "/users/of/ana@example.com"),
        ("users-remove", "/users/of/ana@example.com/remove"),
        ("profiles", "/profiles"),
        ("profiles-new", "/profiles/new"),
        ("profile-ana", "/profiles/of/ana"),
        ("quota-edit", "/profiles/of/ana/quota"),
        ("profile-delete", "/profiles/of/ana/delete"),
        ("operations", "/operations"),
        ("activity", "/activity"),
        ("account", "/account"),
        ("sessions", "/sessions"),
        ("no-such-page", "/no-such-page"),
    ];
    for (name, path) in pages {
        admin.go(&format!("/kubeflow-admin{path}")).await.unwrap();
        album.page(admin, name).await.unwrap();
    }
}

async fn ana_works(driver: &Driver, origin: &str, album: &Album, password: &str) {
    let ana = Window::open(driver, origin, Scripts::On).await.unwrap();
    sign_in(&ana, "/kubeflow-admin/mine", ANA, password, None).await;
    ana.wait_for_text("My profiles").await.unwrap();
    assert!(ana.text().await.unwrap().contains("16Gi"));
    album.page(&ana, "mine").await.unwrap();
    ana.go("/kubeflow-admin/users").await.unwrap();
    let text = ana.text().await.unwrap();
    assert!(!text.contains(ADMIN), "{text}");
    album.page(&ana, "users-forbidden").await.unwrap();
    ana.close().await.unwrap();
}

async fn the_audit_log_names_the_administrator(lab: &Lab) {
    for (resource, name) in [("profiles", "ana"), ("passwords", "")] {
        let written = lab
            .audit_entry(|entry| {
                entry.resource == resource
                    && ["create", "patch"].contains(&entry.verb.as_str())
                    && (name.is_empty() || entry.name == name)
                    && entry.impersonated_user.as_deref() == Some(ADMIN)
            })
            .await
            .unwrap();
        assert_eq!(
            written.user,
            "system:serviceaccount:kubeflow-admin:kubeflow-admin"
        );
    }
}

/// The same job once more with scripts off, to the end of the operation.
async fn without_scripts(driver: &Driver, origin: &str) {
    let admin = Window::open(driver, origin, Scripts::Off).await.unwrap();
    sign_in(
        &admin,
        "/kubeflow-admin/users/new",
        ADMIN,
        ADMIN_PASSWORD,
        None,
    )
    .await;
    admin.fill("#email", "ben@example.com").await.unwrap();
    admin.fill("#profile", "ben").await.unwrap();
    admin.click("main form button.pf-m-primary").await.unwrap();
    admin
        .wait_for_text("Nothing has been changed yet")
        .await
        .unwrap();
    admin.click("main form button.pf-m-primary").await.unwrap();
    admin.wait_for_text("Show the password once").await.unwrap();
    admin.close().await.unwrap();
}
