//! A release from a file on a page: what is wrong with it, its plan, its waves, and every way to be interrupted.

use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::Api;
use kube::api::{Patch, PatchParams};
use lab::browser::{Browser, Page};
use lab::dashboard::{run_operation, start_operation, wait_for_operation};
use lab::killable::Killable;
use lab::waiting::until;
use serde_json::json;

use crate::world::{ADMIN, PASSWORD, admin, world};

const NEW: &str = "/kubeflow-admin/installation/apply";

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n")
}

fn map(place: &str, name: &str, value: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: {place}\ndata:\n  key: {value}\n"
    )
}

fn secret(place: &str, name: &str, value: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: {place}\nstringData:\n  key: {value}\n"
    )
}

/// A webhook that nobody ever asks, behind a Service without endpoints: its wave waits.
fn webhook(place: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: hook\n  namespace: {place}\nspec:\n  ports:\n  - port: 443\n\
         ---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: {place}-hook\nwebhooks:\n\
         - name: hook.example.com\n  admissionReviewVersions: [v1]\n  sideEffects: None\n  failurePolicy: Fail\n  clientConfig:\n    caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\n    service:\n      name: hook\n      namespace: {place}\n\
         \u{20} rules:\n  - apiGroups: [nothing.example.com]\n    apiVersions: [v1]\n    operations: [CREATE]\n    resources: [nothings]\n"
    )
}

/// What the Service waits for.
async fn answer_the_webhook(place: &str) {
    let (lab, _) = world().await;
    lab.apply_yaml(&format!(
        "{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: hook-1, namespace: {place}, labels: \
         {{kubernetes.io/service-name: hook}}}}, addressType: IPv4, endpoints: [{{addresses: [192.0.2.1], conditions: \
         {{ready: true}}}}], ports: [{{name: '', port: 443, protocol: TCP}}]}}"
    ))
    .await
    .unwrap();
}

async fn upload(browser: &mut Browser, text: &str, fields: &[(&str, &str)]) -> Page {
    let form = browser.get(NEW).await.unwrap();
    assert_eq!(form.status, 200, "{}", form.text());
    browser
        .upload(&form, NEW, fields, ("release.yaml", text))
        .await
        .unwrap()
}

async fn value(place: &str, name: &str) -> Option<String> {
    let maps: Api<ConfigMap> = Api::namespaced(world().await.0.client(), place);
    let found = maps.get_opt(name).await.unwrap();
    found.map(|one| one.data.unwrap()["key"].clone())
}

async fn objects(browser: &mut Browser, plan: &Page, query: &str) -> Page {
    let path = format!("{}/objects{query}", plan.path);
    let page = browser.get(&path).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    page
}

async fn waits(browser: &mut Browser, path: &str, wanted: &str) -> Page {
    let page = until(wanted, Duration::from_secs(40), || {
        let (mut browser, path, wanted) = (browser.clone(), path.to_owned(), wanted.to_owned());
        async move {
            let page = browser.get(&path).await?;
            Ok(page.text().contains(&wanted).then_some(page))
        }
    });
    page.await.unwrap()
}

#[tokio::test]
async fn a_text_with_faults_is_answered_line_by_line_and_nothing_is_applied() {
    let mut browser = admin().await;
    let good = namespace("release-never");
    let bad = map("release-never", "bad", "hunter2");
    let cases = [
        (
            "tabs",
            bad.replace("  key", "\tkey"),
            "12 ConfigMap release-never/bad a tab stands",
        ),
        (
            "twice",
            format!("{bad}{bad}"),
            "this object is there twice, first at line 5",
        ),
        (
            "unknown",
            bad.replace("v1\n", "example.org/v1\n"),
            "knows the kind example.org/v1 ConfigMap",
        ),
        ("cut", bad.trim_end().to_owned(), "it seems to be cut"),
        ("no file", String::new(), ""),
    ];
    for (name, bad, expected) in cases {
        let text = format!("{good}{bad}");
        let page = if name == "no file" {
            let form = browser.get(NEW).await.unwrap();
            browser.upload(&form, NEW, &[], ("", "")).await.unwrap()
        } else {
            upload(&mut browser, &text, &[("leave_out", "yes")]).await
        };
        assert_eq!(page.status, 422, "{name}: {}", page.text());
        page.expect_text("There is a problem").unwrap();
        page.expect_text(expected).unwrap();
        assert!(!page.body.contains("hunter2"), "{name}: {}", page.body);
        if name != "no file" {
            assert!(
                page.body
                    .contains("name=\"leave_out\" value=\"yes\" checked"),
                "{name}"
            );
        }
    }
    let spaces: Api<Namespace> = Api::all(world().await.0.client());
    assert!(spaces.get_opt("release-never").await.unwrap().is_none());
}

#[tokio::test]
async fn a_release_is_planned_object_by_object_applied_as_the_person_and_then_unchanged() {
    let mut browser = admin().await;
    let place = "release-whole";
    let text = format!(
        "{}{}{}",
        namespace(place),
        map(place, "one", "a"),
        secret(place, "hidden", "hunter3")
    )
    .replace('\n', "\r\n");
    let plan = upload(&mut browser, &text, &[]).await;
    plan.expect_text("Namespaces: apply 1 object").unwrap();
    plan.expect_text("Accounts, rights and configuration: apply 2 objects")
        .unwrap();
    plan.expect_text("This cannot be undone").unwrap();
    let all = objects(&mut browser, &plan, "").await;
    all.expect_text("3 objects: 3 new.").unwrap();
    let some = objects(&mut browser, &plan, "?q=hidden&fate=new").await;
    assert!(
        some.text().contains("Secret release-whole/hidden"),
        "{}",
        some.text()
    );
    assert!(
        !some.text().contains("release-whole/one"),
        "{}",
        some.text()
    );
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert!(!done.body.contains("/undo\""), "{}", done.body);
    done.expect_text("All 3 objects are as the text says: 3 were applied")
        .unwrap();
    assert_eq!(value(place, "one").await.as_deref(), Some("a"));
    let secrets: Api<Secret> = Api::namespaced(world().await.0.client(), place);
    assert!(secrets.get_opt("hidden").await.unwrap().is_some());
    let record = format!("/kubeflow-admin/activity?operation={}", done.last_segment());
    let record = browser.get(&record).await.unwrap();
    record.expect_text("Release applied").unwrap();
    for page in [&plan, &all, &some, &done, &record] {
        assert!(!page.body.contains("hunter3"), "{}", page.body);
    }
    let again = upload(&mut browser, &text, &[]).await;
    let all = objects(&mut browser, &again, "").await;
    all.expect_text("3 objects: 3 unchanged.").unwrap();
}

#[tokio::test]
async fn fields_of_others_are_taken_over_when_the_person_says_so() {
    let mut browser = admin().await;
    let place = "release-owned";
    world().await.0.apply_yaml(&namespace(place)).await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(world().await.0.client(), place);
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"key": "theirs"}});
    let params = PatchParams::apply("somebody-else");
    maps.patch("one", &params, &Patch::Apply(&theirs))
        .await
        .unwrap();
    let plan = upload(&mut browser, &map(place, "one", "ours"), &[]).await;
    plan.expect_text("Take these fields over from somebody-else")
        .unwrap();
    let start = format!("{}/start", plan.path);
    let refused = browser.submit(&plan, &start, &[]).await.unwrap();
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert_eq!(value(place, "one").await.as_deref(), Some("theirs"));
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert_eq!(value(place, "one").await.as_deref(), Some("ours"));
}

#[tokio::test]
async fn what_is_refused_or_gone_is_named_and_does_not_start_until_it_is_planned_otherwise() {
    let mut browser = admin().await;
    let place = "release-gone";
    world().await.0.apply_yaml(&namespace(place)).await.unwrap();
    let bad = map(place, "Bad_Name", "a");
    let plan = upload(&mut browser, &bad, &[]).await;
    plan.expect_text("This plan does not start").unwrap();
    plan.expect_text("Refused: ConfigMap release-gone/Bad_Name (line 1)")
        .unwrap();
    let start = format!("{}/start", plan.path);
    assert!(!plan.body.contains(&format!("action=\"{start}\"><")));
    let refused = browser.submit(&plan, &start, &[]).await.unwrap();
    assert_eq!(refused.status, 409, "{}", refused.text());
    let gone = format!(
        "{}---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {{name: old, namespace: {place}}}\n",
        map(place, "stays", "a")
    );
    let plan = upload(&mut browser, &gone, &[]).await;
    plan.expect_text("gone since Kubernetes 1.25").unwrap();
    plan.expect_text("This plan does not start").unwrap();
    let form = format!("{NEW}?again={}", plan.last_segment());
    let form = browser.get(&form).await.unwrap();
    form.expect_text("The text of release.yaml is kept")
        .unwrap();
    let fields = [("again", plan.last_segment()), ("leave_out", "yes")];
    let plan = browser.upload(&form, NEW, &fields, ("", "")).await.unwrap();
    plan.expect_text("Left out: PodDisruptionBudget release-gone/old")
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert_eq!(value(place, "stays").await.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_release_that_waits_is_paused_and_goes_on_from_there() {
    let mut browser = admin().await;
    let place = "release-paused";
    let text = format!(
        "{}{}{}",
        namespace(place),
        map(place, "one", "a"),
        webhook(place)
    );
    let plan = upload(&mut browser, &text, &[]).await;
    let running = start_operation(&mut browser, &plan).await.unwrap();
    let waiting = waits(&mut browser, &running.path, "to have a ready endpoint").await;
    let stop = format!("{}/stop", plan.path);
    browser.submit(&waiting, &stop, &[]).await.unwrap();
    let paused = wait_for_operation(&mut browser, plan.path.clone())
        .await
        .unwrap();
    paused.expect_text("Paused as asked").unwrap();
    answer_the_webhook(place).await;
    let resume = format!("{}/resume", plan.path);
    browser.submit(&paused, &resume, &[]).await.unwrap();
    let done = wait_for_operation(&mut browser, plan.path.clone())
        .await
        .unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
}

#[tokio::test]
async fn a_release_whose_program_was_killed_is_taken_over_and_secrets_are_asked_for_again() {
    let (lab, _) = world().await;
    let mut world = Killable::start(lab, ADMIN, PASSWORD).await.unwrap();
    let place = "release-killed";
    let text = format!(
        "{}{}{}{}",
        namespace(place),
        map(place, "one", "a"),
        secret(place, "hidden", "hunter4"),
        webhook(place)
    );
    let plan = upload(&mut world.browser, &text, &[]).await;
    world.dashboard.kill();
    world.dashboard.start_again().await.unwrap();
    let started = start_operation(&mut world.browser, &plan).await.unwrap();
    let failed = wait_for_operation(&mut world.browser, started.path)
        .await
        .unwrap();
    failed.expect_text("Give the text again").unwrap();
    let form = format!("{}/text", plan.path);
    let form = world.browser.get(&form).await.unwrap();
    let other = text.replace("key: a", "key: b");
    let page = world
        .browser
        .upload(&form, &form.path, &[], ("other.yaml", &other));
    let page = page.await.unwrap();
    assert_eq!(page.status, 422, "{}", page.text());
    page.expect_text("This is another text").unwrap();
    let page = world
        .browser
        .upload(&form, &form.path, &[], ("same.yaml", &text));
    let page = page.await.unwrap();
    let resume = format!("{}/resume", plan.path);
    let running = world.browser.submit(&page, &resume, &[]).await.unwrap();
    waits(
        &mut world.browser,
        &running.path,
        "to have a ready endpoint",
    )
    .await;
    world.dashboard.kill();
    world.dashboard.start_again().await.unwrap();
    waits(
        &mut world.browser,
        &running.path,
        "to have a ready endpoint",
    )
    .await;
    answer_the_webhook(place).await;
    let done = wait_for_operation(&mut world.browser, plan.path.clone())
        .await
        .unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert!(!world.dashboard.log_text().contains("hunter4"));
    let secrets: Api<Secret> = Api::namespaced(lab.client(), place);
    assert!(secrets.get_opt("hidden").await.unwrap().is_some());
}

#[tokio::test]
async fn sec_26_a_release_is_applied_with_the_rights_of_the_person() {
    let (lab, dashboard) = world().await;
    let place = "release-foreign";
    lab.apply_yaml(&namespace(place)).await.unwrap();
    // May repair the installation, and write no ConfigMap of others.
    let mut operator = dashboard.broken_glass().await.unwrap();
    let page = upload(&mut operator, &map(place, "one", "a"), &[]).await;
    page.expect_text("forbidden").unwrap();
    assert_eq!(value(place, "one").await, None);
    // May only read.
    let mut reader = dashboard
        .signed_in("reader@example.com", PASSWORD)
        .await
        .unwrap();
    assert_eq!(reader.get(NEW).await.unwrap().status, 403);
}

#[tokio::test]
async fn sec_16_no_field_of_a_secret_is_in_the_database() {
    let (lab, _) = world().await;
    let mut world = Killable::start(lab, ADMIN, PASSWORD).await.unwrap();
    let place = "release-stored";
    let text = format!(
        "{}{}{}",
        namespace(place),
        map(place, "one", "canary-of-a-map"),
        secret(place, "hidden", "canary-of-a-secret")
    );
    upload(&mut world.browser, &text, &[]).await;
    let Some(file) = world.dashboard.database().strip_prefix("sqlite:") else {
        return;
    };
    let file = file.split('?').next().unwrap().to_owned();
    let mut stored = Vec::new();
    for ending in ["", "-wal"] {
        stored.extend(std::fs::read(format!("{file}{ending}")).unwrap_or_default());
    }
    let stored = String::from_utf8_lossy(&stored).into_owned();
    assert!(stored.contains("canary-of-a-map"));
    assert!(!stored.contains("canary-of-a-secret"));
}
