//! Who can reach what, why somebody cannot, and what the API server says to a question.

use lab::Lab;
use lab::browser::{Browser, Page};
use lab::dashboard::run_operation;
use lab::dashboard::until_it_says;
use lab::stand_in::kfam::Binding;

use crate::repairs::delete_policy;
use crate::world::{PASSWORD, add_user, admin, world};

/// As Kubeflow installs it, under a name that ends in a hash; nothing runs from it here.
pub(crate) const PROFILES_CONFIG: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: profiles-config-5h9m86f79f, namespace: kubeflow}
data: {USERID_HEADER: kubeflow-userid, USERID_PREFIX: "", ADMIN: ""}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: profiles-deployment, namespace: kubeflow}
spec:
  replicas: 0
  selector: {matchLabels: {kustomize.component: profiles}}
  template:
    metadata: {labels: {kustomize.component: profiles}}
    spec:
      containers:
      - {name: manager, image: "example.com/profile-controller:v1.10.0", envFrom: [{configMapRef: {name: profiles-config-5h9m86f79f}}]}
      - {name: kfam, image: "example.com/kfam:v1.10.0", envFrom: [{configMapRef: {name: profiles-config-5h9m86f79f}}]}
"#;

/// Waits until a page says something: the watches take a moment.
pub(crate) async fn eventually(browser: &mut Browser, path: &str, wanted: &str) -> Page {
    until_it_says(browser, path, wanted).await.unwrap()
}

async fn contributor(lab: &Lab, owner: &str, person: &str, profile: &str, role: &str) {
    let binding = Binding::new(person, profile, role);
    lab.kfam().create_binding(owner, &binding).await.unwrap();
}

#[tokio::test]
async fn the_matrix_shows_every_right_with_its_source() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "mx-owner@example.com", "mx-team").await;
    contributor(
        lab,
        "mx-owner@example.com",
        "mx-guest@example.com",
        "mx-team",
        "edit",
    )
    .await;
    lab.apply_yaml(MATRIX).await.unwrap();
    let path = "/kubeflow-admin/access?by=lines&profile=mx-team&q=mx-";
    eventually(&mut browser, path, "mx-half@example.com").await;
    let lines = eventually(&mut browser, path, "mx-group").await;
    for (person, source) in [
        ("mx-owner@example.com", "Owner"),
        ("mx-guest@example.com", "Contributor"),
        ("mx-half@example.com", "Half a pair"),
        ("mx-group", "Another RoleBinding"),
        ("mx-root@example.com", "ClusterRoleBinding"),
    ] {
        lines.expect_text(person).unwrap();
        lines.expect_text(source).unwrap();
    }
    lines.expect_text("mx-root binds cluster-admin").unwrap();
    let person = browser
        .get("/kubeflow-admin/access?by=lines&q=mx-guest@example.com")
        .await
        .unwrap();
    person.expect_text("1–1 of 1 rights").unwrap();
    for by in ["people", "profiles"] {
        let matrix = browser
            .get(&format!(
                "/kubeflow-admin/access?by={by}&profile=mx-team&q=mx-"
            ))
            .await
            .unwrap();
        matrix.expect_text("mx-owner@example.com").unwrap();
        matrix.expect_text("All profiles").unwrap();
    }
    let trouble = browser
        .get("/kubeflow-admin/access?by=lines&profile=mx-team&state=trouble")
        .await
        .unwrap();
    trouble
        .expect_text("The AuthorizationPolicy is missing")
        .unwrap();
    assert!(!trouble.body.contains("mx-guest@example.com"));
}

#[tokio::test]
async fn the_export_holds_what_is_filtered_and_no_formula() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "csv-owner@example.com", "csv-team").await;
    lab.apply_yaml(FORMULA).await.unwrap();
    eventually(
        &mut browser,
        "/kubeflow-admin/access?by=lines&profile=csv-team",
        "HYPERLINK",
    )
    .await;
    let file = browser
        .get("/kubeflow-admin/access/export.csv?profile=csv-team&source=role-binding")
        .await
        .unwrap();
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        file.body,
        "person or group,kind,profile,role,source,object,until,not right\r\n\
         \"'=HYPERLINK(1)\",user,csv-team,view,role-binding,csv-odd binds kubeflow-view,,\r\n"
    );
    let record = browser.get("/kubeflow-admin/activity").await.unwrap();
    record.expect_text("Access exported").unwrap();
}

#[tokio::test]
async fn why_ana_cannot_get_in_is_found_and_put_right_with_one_button() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "why-owner@example.com", "why-team").await;
    lab.add_password("why-ana@example.com", PASSWORD)
        .await
        .unwrap();
    let path = "/kubeflow-admin/access/why?email=Why-Ana@example.com&profile=why-team";
    let page = eventually(&mut browser, path, "neither owner nor contributor").await;
    page.expect_text("why-ana@example.com cannot work in why-team")
        .unwrap();
    page.expect_text("Not looked at").unwrap();
    let fields = [("email", "why-ana@example.com"), ("role", "edit")];
    let fix = "/kubeflow-admin/profiles/of/why-team/contributors";
    assert!(
        page.body.contains(&format!("action=\"{fix}\"")),
        "{}",
        page.body
    );
    let plan = browser.submit(&page, fix, &fields).await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let page = eventually(&mut browser, path, "Nothing keeps why-ana@example.com out").await;
    page.expect_text("The API server allows to get pods")
        .unwrap();
    // Half of it goes: the chain breaks at exactly that half.
    delete_policy(lab, "why-team", "user-why-ana-example-com-clusterrole-edit").await;
    let page = eventually(&mut browser, path, "notebooks do not open").await;
    assert!(page.body.contains("ka-chain-broken"));
}

#[tokio::test]
async fn unknown_profiles_and_empty_fields_are_errors_at_the_field() {
    let mut browser = admin().await;
    let page = browser
        .get("/kubeflow-admin/access/why?email=a@example.com&profile=no-such-profile")
        .await
        .unwrap();
    assert_eq!(page.status, 422);
    page.expect_text("There is no profile named no-such-profile")
        .unwrap();
    let page = browser
        .get("/kubeflow-admin/access/may?user=&resource=pods&verb=get")
        .await
        .unwrap();
    assert_eq!(page.status, 422);
    page.expect_text("Enter the e-mail of the person").unwrap();
}

#[tokio::test]
async fn may_somebody_is_answered_in_the_api_server_s_words() {
    let (_, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "may-owner@example.com", "may-team").await;
    let ask = |user: &str, namespace: &str| {
        format!(
            "/kubeflow-admin/access/may?user={user}&verb=get&resource=pods/log&namespace={namespace}"
        )
    };
    let yes = browser
        .get(&ask("may-owner@example.com", "may-team"))
        .await
        .unwrap();
    yes.expect_text("Allowed").unwrap();
    yes.expect_text("namespaceAdmin").unwrap();
    let no = browser
        .get(&ask("may-owner@example.com", "kube-system"))
        .await
        .unwrap();
    no.expect_text("Denied").unwrap();
}

const MATRIX: &str = r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: user-mx-half-example-com-clusterrole-edit, namespace: mx-team, annotations: {user: mx-half@example.com, role: edit}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-edit}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: mx-half@example.com}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: mx-group-may-look, namespace: mx-team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: mx-group}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: mx-root}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: mx-root@example.com}]
";

const FORMULA: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: csv-odd, namespace: csv-team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "=HYPERLINK(1)"}]
"#;
