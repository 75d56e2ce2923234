//! What the scenarios share: one lab, one dashboard, people to be.

use std::sync::atomic::{AtomicU32, Ordering};

use k8s_openapi::api::core::v1::Pod;
use lab::Lab;
use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, password_of, run_operation};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub(crate) const PASSWORD: &str = "correct-horse-battery";
pub(crate) const ADMIN: &str = "admin@example.com";

/// One dashboard for all scenarios that need no other settings.
pub(crate) async fn world() -> (&'static Lab, &'static Dashboard) {
    static DASHBOARD: OnceCell<Dashboard> = OnceCell::const_new();
    let lab = Lab::shared().await;
    let dashboard = DASHBOARD
        .get_or_init(|| async {
            for person in [ADMIN, "reader@example.com", "plain@example.com"] {
                lab.add_password(person, PASSWORD).await.unwrap();
            }
            lab.apply_yaml(READER).await.unwrap();
            Dashboard::start(lab).await.unwrap()
        })
        .await;
    (lab, dashboard)
}

/// A browser of an administrator of one's own: accounts are throttled, and scenarios run side by side.
pub(crate) async fn admin() -> Browser {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let email = format!("admin-{}@example.com", NEXT.fetch_add(1, Ordering::Relaxed));
    admin_named(&email).await
}

pub(crate) async fn admin_named(email: &str) -> Browser {
    let (lab, dashboard) = world().await;
    make_admin(lab, email).await;
    dashboard.signed_in(email, PASSWORD).await.unwrap()
}

/// Somebody new with every right.
pub(crate) async fn make_admin(lab: &Lab, email: &str) {
    lab.add_password(email, PASSWORD).await.unwrap();
    let name = email.replace('@', "-at-");
    lab.apply_yaml(&format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: test-{name}}}, \
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}, \
         subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: {email}}}]}}"
    ))
    .await
    .unwrap();
}

/// The plan of “add user” with a profile of the same name.
pub(crate) async fn plan_user(browser: &mut Browser, email: &str, profile: &str) -> Page {
    let form = browser.get("/kubeflow-admin/users/new").await.unwrap();
    assert_eq!(form.status, 200, "{}", form.text());
    let fields = [
        ("email", email),
        ("username", ""),
        ("with_profile", "yes"),
        ("profile", profile),
        ("quota_name", "cpu"),
        ("quota_amount", "4"),
        ("quota_name", "memory"),
        ("quota_amount", "8Gi"),
    ];
    browser
        .submit(&form, "/kubeflow-admin/users/new", &fields)
        .await
        .unwrap()
}

/// Adds a user with a profile; gives the receipt's password.
pub(crate) async fn add_user(browser: &mut Browser, email: &str, profile: &str) -> String {
    let plan = plan_user(browser, email, profile).await;
    let done = run_operation(browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    password_of(browser, &done).await.unwrap()
}

/// A Pod of one container with these resources; what it runs is nowhere to be had.
pub(crate) fn pod_with(resources: &Value) -> Pod {
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "try-"},
        "spec": {"containers": [{"name": "c", "image": "example.com/c:1", "resources": resources}]},
    }))
    .unwrap()
}

/// A read-only administrator, as an installation would make one: may list, may not write.
const READER: &str = r"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: test-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-viewer}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader@example.com}]
";
