//! Bad input and bad weather: a clear message, what was typed kept, nothing half done.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::DeleteParams;
use lab::Lab;
use lab::dashboard::Dashboard;
use sqlx::Connection as _;

use crate::world::{ADMIN, PASSWORD, add_user, admin, world};

#[tokio::test]
async fn bad_input_is_named_at_its_field_kept_and_changes_nothing() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "taken@example.com", "taken").await;
    let before = lab.audit_log().unwrap().len();
    let path = "/kubeflow-admin/users/new";
    let form = browser.get(path).await.unwrap();
    for (field, typed, wanted) in [
        ("email", "ana", "An e-mail address has one @"),
        ("email", "a@b@example.com", "An e-mail address has one @"),
        ("email", "*@example.com", "byte for byte"),
        ("email", "taken@example.com", "already has a login"),
        ("email", "TAKEN@Example.com", "already has a login"),
        (
            "profile",
            "john.doe",
            "lower-case letters, digits and - only",
        ),
        ("profile", "taken", "A profile named taken exists already"),
        ("profile", "kube-x", "belongs to Kubernetes"),
        ("profile", "auth", "belongs to Kubernetes"),
        ("quota_amount", "5GB", "Write an amount as Kubernetes does"),
        ("quota_amount", "-1", "cannot be negative"),
        ("quota_amount", "four", "Write an amount as Kubernetes does"),
    ] {
        let mut fields = vec![("with_profile", "yes"), ("quota_name", "cpu")];
        for (name, good) in [
            ("email", "new@example.com"),
            ("profile", "brand-new"),
            ("quota_amount", "1"),
        ] {
            fields.push((name, if name == field { typed } else { good }));
        }
        let page = browser.submit(&form, path, &fields).await.unwrap();
        assert_eq!(page.status, 422, "{field}={typed}: {}", page.text());
        page.expect_text("There is a problem").unwrap();
        page.expect_text(wanted).unwrap();
        assert!(page.body.contains("<title>Error: "), "{field}={typed}");
        assert!(
            page.body.contains(&format!("value=\"{typed}\"")),
            "{typed} was not kept"
        );
    }
    let writes = lab.audit_log().unwrap().into_iter().skip(before);
    let writes: Vec<_> = writes
        .filter(|entry| entry.impersonated_user.is_some() && entry.name.contains("brand-new"))
        .collect();
    assert!(writes.is_empty(), "{writes:#?}");
}

#[tokio::test]
async fn what_only_the_api_server_knows_is_told_at_the_field_too() {
    let mut browser = admin().await;
    let path = "/kubeflow-admin/profiles/new";
    let form = browser.get(path).await.unwrap();
    // A namespace that is no profile.
    let (lab, _) = world().await;
    lab.apply_yaml("{apiVersion: v1, kind: Namespace, metadata: {name: somebody-elses}}")
        .await
        .unwrap();
    let fields = [
        ("name", "somebody-elses"),
        ("owner", "ana@example.com"),
        ("quota_name", "cpu"),
        ("quota_amount", "1"),
    ];
    let page = browser.submit(&form, path, &fields).await.unwrap();
    assert_eq!(page.status, 422, "{}", page.text());
    page.expect_text("somebody-elses").unwrap();
    // A key that Kubernetes has no quota for.
    let fields = [
        ("name", "fine"),
        ("owner", "ana@example.com"),
        ("quota_name", "nvidia.com/gpu"),
        ("quota_amount", "1"),
    ];
    let page = browser.submit(&form, path, &fields).await.unwrap();
    assert_eq!(page.status, 422);
    page.expect_text("write requests.nvidia.com/gpu").unwrap();
}

#[tokio::test]
async fn an_api_server_that_is_gone_is_a_page_and_comes_back() {
    let lab = Lab::control_plane().await.unwrap();
    lab.add_password(ADMIN, PASSWORD).await.unwrap();
    let dashboard = Dashboard::start(&lab).await.unwrap();
    let mut browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    let form = browser.get("/kubeflow-admin/users/new").await.unwrap();
    lab.stop_api_server().await.unwrap();
    let fields = [("email", "later@example.com")];
    let page = browser
        .submit(&form, "/kubeflow-admin/users/new", &fields)
        .await
        .unwrap();
    assert_eq!(page.status, 503, "{}", page.text());
    page.expect_text("The Kubernetes API does not answer")
        .unwrap();
    page.expect_text("Nothing was changed").unwrap();
    let kept = page.input("email");
    assert_eq!(kept.as_deref(), Some("later@example.com"));
    lab.start_api_server().await.unwrap();
    let page = browser
        .submit(&form, "/kubeflow-admin/users/new", &fields)
        .await
        .unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
}

#[tokio::test]
async fn a_missing_right_names_verb_and_resource() {
    let (lab, dashboard) = world().await;
    // May add logins and list everything, but not create profiles.
    lab.add_password("half@example.com", PASSWORD)
        .await
        .unwrap();
    lab.apply_yaml(HALF).await.unwrap();
    let mut half = dashboard
        .signed_in("half@example.com", PASSWORD)
        .await
        .unwrap();
    let plan = crate::world::plan_user(&mut half, "nobody@example.com", "nobody").await;
    assert_eq!(plan.status, 403, "{}", plan.text());
    plan.expect_text("profiles").unwrap();
    plan.expect_text("Nothing was changed").unwrap();
    let kept = plan.input("email");
    assert_eq!(kept.as_deref(), Some("nobody@example.com"));
}

#[tokio::test]
async fn without_its_database_the_program_does_not_serve_and_says_why() {
    let (lab, _) = world().await;
    let mut dashboard = Dashboard::start(lab).await.unwrap();
    let mut browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    dashboard.kill();
    dashboard.set_environment("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    dashboard.launch().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(
        browser.get("/kubeflow-admin/").await.is_err(),
        "it serves without a database"
    );
    for _ in 0..100 {
        if dashboard.log_text().contains("database") || dashboard.log_text().contains("cannot open")
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{}", dashboard.log_text());
}

#[tokio::test]
async fn a_locked_database_is_a_page_and_the_form_is_not_lost() {
    let (lab, _) = world().await;
    let dashboard = Dashboard::start(lab).await.unwrap();
    let mut browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    let form = browser.get("/kubeflow-admin/users/new").await.unwrap();
    let mut other = sqlx::SqliteConnection::connect(dashboard.database())
        .await
        .unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let fields = [("email", "patient@example.com")];
    let page = browser
        .submit(&form, "/kubeflow-admin/users/new", &fields)
        .await
        .unwrap();
    assert_eq!(page.status, 503, "{}", page.text());
    page.expect_text("KA-STORE").unwrap();
    page.expect_text("Nothing was changed").unwrap();
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    let page = browser
        .submit(&form, "/kubeflow-admin/users/new", &fields)
        .await
        .unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
}

#[tokio::test]
async fn a_database_that_breaks_while_it_runs_is_a_page() {
    let (lab, _) = world().await;
    let dashboard = Dashboard::start(lab).await.unwrap();
    let mut browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    let file = dashboard
        .database()
        .trim_start_matches("sqlite:")
        .to_owned();
    std::fs::write(&file, vec![b'x'; 65536]).unwrap();
    let journal = std::fs::File::options()
        .write(true)
        .open(format!("{file}-wal"));
    journal.unwrap().set_len(0).unwrap();
    let page = browser.get("/kubeflow-admin/users").await.unwrap();
    assert_eq!(page.status, 503, "{}", page.text());
    page.expect_text("KA-STORE").unwrap();
    assert!(!page.text().contains(&file), "{}", page.text());
}

/// A lab of its own: what is missing here would be missed by every other scenario.
#[tokio::test]
async fn a_missing_crd_is_named_and_the_rest_goes_on() {
    let lab = Lab::control_plane().await.unwrap();
    lab.add_password(ADMIN, PASSWORD).await.unwrap();
    let crds: Api<CustomResourceDefinition> = Api::all(lab.client());
    crds.delete("profiles.kubeflow.org", &DeleteParams::default())
        .await
        .unwrap();
    let dashboard = Dashboard::start(&lab).await.unwrap();
    let mut browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    for _ in 0..100 {
        let page = browser.get("/kubeflow-admin/profiles").await.unwrap();
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(
            !page.text().contains("No profiles yet"),
            "absent is not unknown"
        );
        if page.text().contains("does not know profiles") {
            let users = browser.get("/kubeflow-admin/users").await.unwrap();
            users.expect_text(ADMIN).unwrap();
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!(
        "{}",
        browser
            .get("/kubeflow-admin/profiles")
            .await
            .unwrap()
            .text()
    );
}

const HALF: &str = r"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: test-half}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-viewer}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: half@example.com}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: test-half, namespace: auth}
rules:
- {apiGroups: [dex.coreos.com], resources: [passwords], verbs: [get, list, create, patch, delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: test-half, namespace: auth}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: test-half}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: half@example.com}]
";
