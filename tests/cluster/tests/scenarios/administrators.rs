//! Who administers and why, and that somebody always does. What is about the last one happens in a cluster of its own.

use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::Api;
use kube::api::{Patch, PatchParams};
use lab::Lab;
use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, run_operation, undo_operation, wait_for_operation};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::reach::eventually;
use crate::world::{PASSWORD, admin, make_admin, world};

const LIST: &str = "/kubeflow-admin/administrators";
const NEW: &str = "/kubeflow-admin/administrators/new";
const REMOVE: &str = "/kubeflow-admin/administrators/remove";
const OURS: &str = "kubeflow-admin-operators";

/// A cluster with nobody in it but those whom a test makes administrators.
async fn own_lab() -> &'static Lab {
    static LAB: OnceCell<Lab> = OnceCell::const_new();
    let started = LAB.get_or_try_init(Lab::control_plane).await;
    started.unwrap()
}

async fn subjects(lab: &Lab, binding: &str) -> Vec<String> {
    let all: Api<ClusterRoleBinding> = Api::all(lab.client());
    let found = all.get(binding).await.unwrap();
    let subjects = found.subjects.into_iter().flatten();
    subjects.map(|subject| subject.name).collect()
}

fn named(people: &[&str]) -> Value {
    let one = |person: &&str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": person});
    people.iter().map(one).collect()
}

async fn bind(lab: &Lab, name: &str, role: &str, people: &[&str]) {
    let object = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": named(people),
    });
    lab.apply_yaml(&object.to_string()).await.unwrap();
}

/// As somebody does with kubectl, whatever the dashboard thinks of it.
async fn edit_by_hand(lab: &Lab, name: &str, people: &[&str]) {
    let all: Api<ClusterRoleBinding> = Api::all(lab.client());
    let params = PatchParams {
        field_manager: Some("lab".to_owned()),
        ..PatchParams::default()
    };
    let patch = Patch::Merge(json!({"subjects": named(people)}));
    all.patch(name, &params, &patch).await.unwrap();
}

async fn plan_removal(browser: &mut Browser, person: &str, binding: &str) -> Page {
    let form = browser
        .get(&format!("{REMOVE}?kind=User&name={person}"))
        .await
        .unwrap();
    assert_eq!(form.status, 200, "{}", form.text());
    let fields = [("kind", "User"), ("name", person), ("binding", binding)];
    browser.submit(&form, REMOVE, &fields).await.unwrap()
}

#[tokio::test]
async fn an_administrator_is_added_told_with_the_reason_and_taken_back() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    lab.add_password("steward@example.com", PASSWORD)
        .await
        .unwrap();
    eventually(
        &mut browser,
        "/kubeflow-admin/users?q=steward",
        "steward@example.com",
    )
    .await;
    let form = browser.get(NEW).await.unwrap();
    whoever_cannot_sign_in_is_refused(&mut browser, &form).await;
    let plan = browser
        .submit(&form, NEW, &[("email", "Steward@example.com")])
        .await
        .unwrap();
    plan.expect_text("User steward@example.com: kubeflow-admin-operator")
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let list = format!("{LIST}?q=steward");
    let shown = browser.get(&list).await.unwrap();
    for text in [OURS, "kubeflow-admin-operator", "Everything", "Yes"] {
        shown.expect_text(text).unwrap();
    }
    // They are one now: they see everything and may make others one.
    let mut steward = dashboard
        .signed_in("steward@example.com", PASSWORD)
        .await
        .unwrap();
    assert_eq!(steward.get(NEW).await.unwrap().status, 200);
    let again = browser
        .submit(&form, NEW, &[("email", "steward@example.com")])
        .await
        .unwrap();
    again.expect_text("is an administrator already").unwrap();

    undo_operation(&mut browser, &done).await.unwrap();
    let gone = browser.get(&list).await.unwrap();
    gone.expect_text("No administrator matches").unwrap();
    assert!(
        !subjects(lab, OURS)
            .await
            .contains(&"steward@example.com".to_owned())
    );
}

/// What was typed is kept.
async fn whoever_cannot_sign_in_is_refused(browser: &mut Browser, form: &Page) {
    for (typed, why) in [
        ("steward@@example.com", "steward@@example.com"),
        ("nobody-here@example.com", "has no login in Dex"),
    ] {
        let refused = browser.submit(form, NEW, &[("email", typed)]).await;
        let refused = refused.unwrap();
        assert_eq!(refused.status, 422);
        assert_eq!(refused.input("email").as_deref(), Some(typed));
        assert!(refused.body.contains(why), "{}", refused.text());
    }
}

#[tokio::test]
async fn one_of_several_subjects_goes_others_stay_and_another_owner_of_the_field_is_named() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    let both = ["crew-a@example.com", "crew-b@example.com"];
    bind(lab, "test-crew", "kubeflow-admin-operator", &both).await;
    let plan = plan_removal(&mut browser, both[0], "test-crew").await;
    // The lab wrote the binding: its manager owns the list.
    plan.expect_text("lab set").unwrap();
    let start = format!("{}/start", plan.path);
    let unconfirmed = browser.submit(&plan, &start, &[]).await.unwrap();
    assert_ne!(unconfirmed.status, 200, "{}", unconfirmed.text());
    assert_eq!(subjects(lab, "test-crew").await, both);
    browser
        .submit(&plan, &start, &[("take_over", "lab")])
        .await
        .unwrap();
    let done = wait_for_operation(&mut browser, plan.path.clone())
        .await
        .unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert_eq!(subjects(lab, "test-crew").await, [both[1]]);
    undo_operation(&mut browser, &done).await.unwrap();
    let mut back = subjects(lab, "test-crew").await;
    back.sort();
    assert_eq!(back, both);
}

#[tokio::test]
async fn sec_27_nobody_hands_out_or_takes_away_more_than_they_have() {
    let (lab, dashboard) = world().await;
    lab.add_password("limited@example.com", PASSWORD)
        .await
        .unwrap();
    make_admin(lab, "unlimited@example.com").await;
    bind(
        lab,
        "test-limited",
        "kubeflow-admin-operator",
        &["limited@example.com"],
    )
    .await;
    let mut limited = dashboard
        .signed_in("limited@example.com", PASSWORD)
        .await
        .unwrap();
    let binding = "test-unlimited-at-example.com";
    let refused = plan_removal(&mut limited, "unlimited@example.com", binding).await;
    assert_eq!(refused.status, 422);
    refused
        .expect_text("Kubernetes lets nobody change a binding whose role gives more than they have")
        .unwrap();
    assert_eq!(subjects(lab, binding).await, ["unlimited@example.com"]);
    let myself = plan_removal(&mut limited, "limited@example.com", "test-limited").await;
    assert_eq!(myself.status, 422);
    myself
        .expect_text("You cannot take it from yourself")
        .unwrap();
    // A reader is shown everything and offered nothing.
    let mut reader = dashboard
        .signed_in("reader@example.com", PASSWORD)
        .await
        .unwrap();
    let list = reader.get(LIST).await.unwrap();
    list.expect_text("Your account may not change who administers")
        .unwrap();
    assert_eq!(reader.get(NEW).await.unwrap().status, 403);
}

/// Two people who may do everything, and nobody else.
async fn two_of_them(
    lab: &Lab,
    people: [&str; 2],
    bindings: [&str; 2],
) -> (Dashboard, Browser, Browser) {
    for (person, binding) in people.into_iter().zip(bindings) {
        lab.add_password(person, PASSWORD).await.unwrap();
        bind(lab, binding, "cluster-admin", &[person]).await;
    }
    let dashboard = Dashboard::start(lab).await.unwrap();
    let first = dashboard.signed_in(people[0], PASSWORD).await.unwrap();
    let second = dashboard.signed_in(people[1], PASSWORD).await.unwrap();
    (dashboard, first, second)
}

/// The rules of the last administrator, one after the other: they are about everybody in the cluster.
#[tokio::test]
async fn sec_27_the_last_administrator_stays_whoever_asks_and_whenever() {
    let lab = own_lab().await;
    let people = ["first@example.com", "second@example.com"];
    let bindings = ["test-first", "test-second"];
    let (dashboard, mut first, mut second) = two_of_them(lab, people, bindings).await;
    remove_each_other(lab, &mut first, &mut second).await;
    refused_when_planned_and_when_done(lab, &dashboard).await;
}

/// Both plans are fine when they are made. Whatever comes first, one of the two is left.
async fn remove_each_other(lab: &Lab, first: &mut Browser, second: &mut Browser) {
    for round in 0..4 {
        bind(lab, "test-first", "cluster-admin", &["first@example.com"]).await;
        bind(lab, "test-second", "cluster-admin", &["second@example.com"]).await;
        let of_second = plan_removal(first, "second@example.com", "test-second").await;
        let of_first = plan_removal(second, "first@example.com", "test-first").await;
        let one = confirm(first, &of_second);
        let other = confirm(second, &of_first);
        let _ = tokio::join!(one, other);
        let left = [
            subjects(lab, "test-first").await,
            subjects(lab, "test-second").await,
        ]
        .concat();
        assert!(!left.is_empty(), "nobody was left in round {round}");
    }
}

async fn confirm(browser: &mut Browser, plan: &Page) -> Option<Page> {
    let start = format!("{}/start", plan.path);
    browser
        .submit(plan, &start, &[("take_over", "lab")])
        .await
        .ok()?;
    // Whoever has lost their rights may still see what is theirs.
    wait_for_operation(browser, plan.path.clone()).await.ok()
}

async fn refused_when_planned_and_when_done(lab: &Lab, dashboard: &Dashboard) {
    bind(lab, "test-first", "cluster-admin", &["first@example.com"]).await;
    bind(lab, "test-second", "cluster-admin", &["second@example.com"]).await;
    // Whoever asks, here somebody with a one-time link: of the two only one is bound when they ask.
    let mut operator = dashboard.broken_glass().await.unwrap();
    edit_by_hand(lab, "test-second", &[]).await;
    let refused = plan_removal(&mut operator, "first@example.com", "test-first").await;
    assert_eq!(refused.status, 422);
    refused.expect_text("Nobody would be left").unwrap();
    assert_eq!(subjects(lab, "test-first").await, ["first@example.com"]);
    // Everybody is in one binding that an operator may change: planned for one, then the other goes.
    let both = ["first@example.com", "second@example.com"];
    bind(lab, "test-pair", "kubeflow-admin-operator", &both).await;
    edit_by_hand(lab, "test-first", &[]).await;
    let plan = plan_removal(&mut operator, "second@example.com", "test-pair").await;
    edit_by_hand(lab, "test-pair", &["second@example.com"]).await;
    let failed = confirm(&mut operator, &plan).await.unwrap();
    assert!(
        failed.body.contains("data-state=\"failed\""),
        "{}",
        failed.text()
    );
    failed.expect_text("Nobody would be left").unwrap();
    assert_eq!(subjects(lab, "test-pair").await, ["second@example.com"]);
    let all: Api<ClusterRoleBinding> = Api::all(lab.client());
    let kept = all.get("test-pair").await.unwrap().metadata;
    let marks = kept.annotations.unwrap_or_default();
    assert!(!marks.contains_key("kubeflow-admin/leaving"), "{marks:?}");
}
