//! An owner who administers nothing else: sees who works in their profile, and changes it as far as Kubernetes lets them.

use lab::Lab;
use lab::browser::Browser;
use lab::dashboard::{run_operation, wait_for_operation};
use lab::stand_in::kfam::Binding;

use crate::reach::eventually;
use crate::world::{PASSWORD, add_user, admin, world};

/// Signed in as the owner of a new profile.
async fn owner_of(profile: &str) -> Browser {
    let (_, dashboard) = world().await;
    let email = format!("{profile}-owner@example.com");
    let password = add_user(&mut admin().await, &email, profile).await;
    dashboard.signed_in(&email, &password).await.unwrap()
}

/// What the component `owners-manage-contributors` gives every owner, for one of them: the lab is shared.
async fn let_manage(lab: &Lab, profile: &str) {
    lab.apply_yaml(&ROLE.replace(LABEL, "")).await.unwrap();
    let binding = format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: manages, namespace: {profile}}}, \
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-owners-manage-contributors}}, \
         subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: {profile}-owner@example.com}}]}}"
    );
    lab.apply_yaml(&binding).await.unwrap();
}

fn page_of(profile: &str) -> String {
    format!("/kubeflow-admin/mine/{profile}/contributors")
}

async fn here(lab: &Lab, person: &str) -> Vec<(String, String)> {
    let found = lab.kfam().list_bindings(Some(person), None, None).await;
    let found = found.unwrap().into_iter();
    found.map(|one| (one.namespace, one.role)).collect()
}

#[tokio::test]
async fn an_owner_whom_kubernetes_does_not_let_is_told_what_to_ask_for() {
    let (lab, _) = world().await;
    let mut owner = owner_of("owned-asks").await;
    let mine = eventually(&mut owner, "/kubeflow-admin/mine", "owned-asks").await;
    mine.expect_text("Manage contributors").unwrap();
    let page = owner.get(&page_of("owned-asks")).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    page.expect_text("create authorizationpolicies.security.istio.io")
        .unwrap();
    page.expect_text("owners-manage-contributors").unwrap();
    assert!(!page.body.contains("name=\"email\""), "a form is offered");
    // Whoever sends the form all the same is refused, and nothing is there afterwards.
    let token = owner.get("/kubeflow-admin/account").await.unwrap();
    let fields = [("email", "owned-guest@example.com"), ("role", "edit")];
    let refused = owner
        .submit(&token, &page_of("owned-asks"), &fields)
        .await
        .unwrap();
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(here(lab, "owned-guest@example.com").await, []);
}

#[tokio::test]
async fn an_owner_whom_kubernetes_lets_adds_and_removes_people_as_themselves() {
    let (lab, _) = world().await;
    let mut owner = owner_of("owned-does").await;
    let_manage(lab, "owned-does").await;
    let path = page_of("owned-does");
    let form = eventually(&mut owner, &path, "Add contributor").await;
    for (email, why) in [
        ("nobody", "An e-mail address has one @"),
        ("owned-does-owner@example.com", "needs no further role"),
    ] {
        let fields = [("email", email), ("role", "edit")];
        let wrong = owner.submit(&form, &path, &fields).await.unwrap();
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        wrong.expect_text(why).unwrap();
        assert!(wrong.body.contains(email), "not kept");
    }
    let before = lab.audit_log().unwrap().len();
    let fields = [("email", "owned-friend@example.com"), ("role", "view")];
    let plan = owner.submit(&form, &path, &fields).await.unwrap();
    let done = run_operation(&mut owner, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    done.expect_text("See your profiles").unwrap();
    let place = |role: &str| (String::from("owned-does"), role.to_owned());
    assert_eq!(here(lab, "owned-friend@example.com").await, [place("view")]);
    let log = lab.audit_log().unwrap();
    let written: Vec<_> = log
        .iter()
        .skip(before)
        .filter(|entry| entry.verb == "create" && entry.name.contains("owned-friend"))
        .map(|entry| entry.impersonated_user.as_deref())
        .collect();
    assert!(!written.is_empty(), "nothing was written");
    assert!(
        written
            .iter()
            .all(|who| *who == Some("owned-does-owner@example.com")),
        "{written:?}"
    );
    // Another role takes the place of the first, removing ends it, and undoing brings it back.
    eventually(&mut owner, &path, "owned-friend@example.com").await;
    let fields = [("email", "owned-friend@example.com"), ("role", "edit")];
    let plan = owner.submit(&form, &path, &fields).await.unwrap();
    run_operation(&mut owner, &plan).await.unwrap();
    assert_eq!(here(lab, "owned-friend@example.com").await, [place("edit")]);
    let remove = format!("{path}/remove");
    let fields = [("user", "owned-friend@example.com"), ("role", "edit")];
    let page = eventually(&mut owner, &path, "owned-friend@example.com as edit").await;
    let plan = owner.submit(&page, &remove, &fields).await.unwrap();
    let done = run_operation(&mut owner, &plan).await.unwrap();
    assert_eq!(here(lab, "owned-friend@example.com").await, []);
    let undo = format!("{}/undo", done.path);
    let undoing = owner.submit(&done, &undo, &[]).await.unwrap();
    let end = wait_for_operation(&mut owner, undoing.path).await.unwrap();
    assert!(end.body.contains("data-state=\"undone\""), "{}", end.text());
    assert_eq!(here(lab, "owned-friend@example.com").await, [place("edit")]);
}

#[tokio::test]
async fn sec_24_an_owner_reaches_no_contributors_of_anybody_else() {
    let (lab, _) = world().await;
    let mut owner = owner_of("owned-mine").await;
    let_manage(lab, "owned-mine").await;
    owner_of("owned-theirs").await;
    eventually(&mut owner, &page_of("owned-mine"), "Add contributor").await;
    let token = owner.get("/kubeflow-admin/account").await.unwrap();
    for profile in ["owned-theirs", "no-such-profile", "kubeflow"] {
        let path = page_of(profile);
        let seen = owner.get(&path).await.unwrap();
        assert_eq!(seen.status, 404, "{profile}");
        assert!(!seen.body.contains("owned-theirs-owner"), "{profile}");
        let fields = [("email", "owned-spy@example.com"), ("role", "admin")];
        let sent = owner.submit(&token, &path, &fields).await.unwrap();
        assert_eq!(sent.status, 404, "{profile}");
        let fields = [("user", "owned-spy@example.com"), ("role", "admin")];
        let remove = format!("{path}/remove");
        let sent = owner.submit(&token, &remove, &fields).await.unwrap();
        assert_eq!(sent.status, 404, "{profile}");
    }
    assert_eq!(here(lab, "owned-spy@example.com").await, []);
}

#[tokio::test]
async fn a_contributor_with_edit_keeps_nothing_and_one_with_admin_does() {
    let (lab, dashboard) = world().await;
    let owner = "owned-shared-owner@example.com";
    owner_of("owned-shared").await;
    for (person, role, status) in [
        ("owned-editor@example.com", "edit", 404),
        ("owned-keeper@example.com", "admin", 200),
    ] {
        lab.add_password(person, PASSWORD).await.unwrap();
        let pair = Binding::new(person, "owned-shared", role);
        lab.kfam().create_binding(owner, &pair).await.unwrap();
        let mut browser = dashboard.signed_in(person, PASSWORD).await.unwrap();
        eventually(&mut browser, "/kubeflow-admin/mine", "owned-shared").await;
        let page = browser.get(&page_of("owned-shared")).await.unwrap();
        assert_eq!(page.status, status, "{person}: {}", page.text());
    }
}

const ROLE: &str =
    include_str!("../../../../deploy/components/owners-manage-contributors/cluster-role.yaml");
const LABEL: &str =
    "  labels:\n    rbac.authorization.kubeflow.org/aggregate-to-kubeflow-admin: \"true\"\n";
