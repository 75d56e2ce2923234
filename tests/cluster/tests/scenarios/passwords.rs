//! Passwords and the logins that have them: disabled and enabled, set by their owners with a link, changed by themselves.

mod disabling;
mod link;
mod own;

use std::time::Duration;

use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, ListParams};
use lab::Lab;
use lab::browser::{Browser, Page};
use lab::dashboard::run_operation;
use lab::waiting;

/// Page of a person, once the dashboard has seen their login.
async fn person(browser: &mut Browser, email: &str) -> Page {
    let path = format!("/kubeflow-admin/users/of/{email}");
    for _ in 0..100 {
        let page = browser.get(&path).await.unwrap();
        if page.status == 200 {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{email} is not on the list of users");
}

/// Presses a button of a person's page, and has the planned operation done.
async fn press(browser: &mut Browser, email: &str, button: &str) -> Page {
    let page = person(browser, email).await;
    let path = format!("/kubeflow-admin/users/of/{email}/{button}");
    let plan = browser.submit(&page, &path, &[]).await.unwrap();
    let done = run_operation(browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    done
}

/// Until the watch of the dashboard has seen it too.
async fn until_page_says(browser: &Browser, email: &str, words: &str) {
    let path = format!("/kubeflow-admin/users/of/{email}");
    let found = waiting::until(words, Duration::from_secs(10), || async {
        let page = browser.clone().get(&path).await?;
        Ok(page.text().contains(words).then_some(()))
    });
    found.await.unwrap();
}

async fn password_object(lab: &Lab, email: &str) -> DynamicObject {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("dex.coreos.com", "v1", "Password"));
    let all: Api<DynamicObject> = Api::namespaced_with(lab.client(), "auth", &kind);
    let all = all.list(&ListParams::default()).await.unwrap();
    let found = all.into_iter().find(|one| one.data["email"] == email);
    found.unwrap()
}
