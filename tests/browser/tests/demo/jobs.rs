//! What administrators come for, from the sign-in to the proof: with scripts, and without.

use std::time::Duration;

use lab::demo::Demo;
use screen::{Driver, Scripts, Window};

use crate::place::{self, ADMIN, GO_ON, PASSWORD, by_dex};

const TAKE_OVER: &str = ".ka-conflict input[type=checkbox]";
const QUOTA: &str = "/kubeflow-admin/profiles/of/churn/quota";

#[tokio::test]
async fn the_main_jobs_are_done_with_scripts_and_without() {
    if !place::is_possible() {
        return;
    }
    let driver = Driver::start().await.unwrap();
    for scripts in [Scripts::On, Scripts::Off] {
        let demo = Demo::start().await.unwrap();
        let users = "/kubeflow-admin/users";
        let admin = by_dex((&driver, &demo), scripts, (ADMIN, PASSWORD), users);
        let admin = admin.await.unwrap();
        let password = add_user(&admin).await;
        the_newcomer_signs_in((&driver, &demo), scripts, &password).await;
        set_quota(&admin, scripts).await;
        remove_user(&admin).await;
        repair(&admin).await;
        search(&admin).await;
        admin.close().await.unwrap();
    }
}

async fn add_user(admin: &Window) -> String {
    admin.press("Add user").await.unwrap();
    let form = "/kubeflow-admin/users/new";
    admin.wait_for_path(form).await.unwrap();
    admin.fill("#email", "newcomer@example.com").await.unwrap();
    admin.fill("#profile", "newcomer").await.unwrap();
    admin.fill("#quota-known-0", "4").await.unwrap();
    admin.click(GO_ON).await.unwrap();
    run_plan(admin).await;
    admin.press("Show the password once").await.unwrap();
    admin.wait_for_text("Shown once").await.unwrap();
    let password = admin.find("[data-password]").await.unwrap();
    password.text().await.unwrap()
}

/// Starts what is planned and waits until it is done.
async fn run_plan(admin: &Window) {
    let planned = "Nothing has been changed yet";
    admin.wait_for_text(planned).await.unwrap();
    // What others have set is taken over, which is asked for.
    if admin.has(TAKE_OVER).await.unwrap() {
        admin.click(TAKE_OVER).await.unwrap();
    }
    admin.click(GO_ON).await.unwrap();
    admin.wait_for("[data-state=done]").await.unwrap();
}

async fn the_newcomer_signs_in(place: (&Driver, &Demo), scripts: Scripts, password: &str) {
    let person = ("newcomer@example.com", password);
    let newcomer = by_dex(place, scripts, person, "/kubeflow-admin/mine");
    let newcomer = newcomer.await.unwrap();
    newcomer.wait_for_text("newcomer").await.unwrap();
    newcomer.go("/kubeflow-admin/users").await.unwrap();
    let text = newcomer.text().await.unwrap();
    assert!(!text.contains(ADMIN), "{text}");
    newcomer.close().await.unwrap();
}

async fn set_quota(admin: &Window, scripts: Scripts) {
    admin.go(QUOTA).await.unwrap();
    admin.fill("#quota-known-0", "plenty").await.unwrap();
    admin.fill("#quota-known-1", "48Gi").await.unwrap();
    admin.click(GO_ON).await.unwrap();
    admin.wait_for_text("There is a problem").await.unwrap();
    for (field, typed) in [("#quota-known-0", "plenty"), ("#quota-known-1", "48Gi")] {
        let kept = admin.attribute(field, "value").await.unwrap();
        assert_eq!(kept, typed, "what was typed is kept");
    }
    if scripts == Scripts::On {
        assert_eq!(admin.focus().await.unwrap().id, "error-summary");
    }
    admin.fill("#quota-known-0", "12").await.unwrap();
    admin.click(GO_ON).await.unwrap();
    run_plan(admin).await;
    admin.go("/kubeflow-admin/profiles/of/churn").await.unwrap();
    let text = admin.text().await.unwrap();
    assert!(text.contains("12") && text.contains("48Gi"), "{text}");
}

async fn remove_user(admin: &Window) {
    let page = "/kubeflow-admin/users/of/wanda@example.com/remove";
    admin.go(page).await.unwrap();
    admin.click("fieldset input[type=checkbox]").await.unwrap();
    admin.fill("#confirm", "wanda").await.unwrap();
    admin.click(GO_ON).await.unwrap();
    admin.wait_for_text("There is a problem").await.unwrap();
    let still = admin.has("fieldset input[type=checkbox]:checked").await;
    assert!(still.unwrap(), "what was ticked is kept");
    admin.fill("#confirm", "wanda@example.com").await.unwrap();
    admin.click(GO_ON).await.unwrap();
    run_plan(admin).await;
    admin.go("/kubeflow-admin/users?q=wanda").await.unwrap();
    admin.wait_for_text("No user matches").await.unwrap();
    admin.go("/kubeflow-admin/profiles?q=wanda").await.unwrap();
    admin.wait_for_text("No profile matches").await.unwrap();
}

/// None of the demo's classes is the default one.
async fn repair(admin: &Window) {
    let page = "/kubeflow-admin/checks/of/default-class";
    admin.go(page).await.unwrap();
    admin
        .click("form[action$='/checks/repair'] button")
        .await
        .unwrap();
    run_plan(admin).await;
    // Whoever asks to look again within seconds is told what was just seen.
    for _ in 0..20 {
        admin.go("/kubeflow-admin/checks").await.unwrap();
        admin.press("Look again").await.unwrap();
        admin.go(page).await.unwrap();
        let text = admin.text().await.unwrap();
        if !text.contains("None of them is marked as the default one") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the repair did not repair");
}

async fn search(admin: &Window) {
    admin.fill("#everything", "vision\n").await.unwrap();
    admin.wait_for_path("/kubeflow-admin/search").await.unwrap();
    admin.press("vision-team").await.unwrap();
    let found = "/kubeflow-admin/profiles/of/vision-team";
    admin.wait_for_path(found).await.unwrap();
}
