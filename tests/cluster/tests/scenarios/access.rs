//! Who sees and does what: decided by Kubernetes, shown by the dashboard, proved by the audit log.

use lab::dashboard::run_operation;
use lab::stand_in::kfam::Binding;

use crate::world::{PASSWORD, add_user, admin, admin_named, plan_user, world};

#[tokio::test]
async fn writes_are_made_as_the_signed_in_person() {
    let (lab, _) = world().await;
    let writer = "writer@example.com";
    let mut browser = admin_named(writer).await;
    add_user(&mut browser, "audited@example.com", "audited").await;
    for (resource, verb) in [("passwords", "patch"), ("profiles", "patch")] {
        let entry = lab
            .audit_entry(|entry| {
                entry.resource == resource
                    && entry.verb == verb
                    && entry.impersonated_user.as_deref() == Some(writer)
                    && entry.user.ends_with(":kubeflow-admin:kubeflow-admin")
            })
            .await
            .unwrap();
        assert!(entry.code < 300, "{entry:?}");
    }
}

#[tokio::test]
async fn our_own_service_account_writes_nothing_in_its_own_name() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "by-whom@example.com", "by-whom").await;
    let own: Vec<_> = lab
        .audit_log()
        .unwrap()
        .into_iter()
        .filter(|entry| {
            entry.user.ends_with(":kubeflow-admin:kubeflow-admin")
                && entry.impersonated_user.is_none()
        })
        .filter(|entry| !["get", "list", "watch"].contains(&entry.verb.as_str()))
        .filter(|entry| !entry.resource.ends_with("subjectaccessreviews"))
        .collect();
    assert!(own.is_empty(), "{own:#?}");
}

#[tokio::test]
async fn a_plain_user_sees_their_own_profile_and_nothing_else() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let password = add_user(&mut browser, "ana@example.com", "ana").await;
    let mut ana = dashboard
        .signed_in("ana@example.com", &password)
        .await
        .unwrap();
    let home = ana.get("/kubeflow-admin/").await.unwrap();
    assert_eq!(home.path, "/kubeflow-admin/mine");
    home.expect_text("ana").unwrap();
    home.expect_text("8Gi").unwrap();
    assert!(
        !home.body.contains("/kubeflow-admin/users"),
        "offered what is not theirs"
    );
    for path in [
        "/kubeflow-admin/users",
        "/kubeflow-admin/users/new",
        "/kubeflow-admin/users/of/plain@example.com",
        "/kubeflow-admin/profiles",
        "/kubeflow-admin/profiles/of/ana",
        "/kubeflow-admin/activity",
        "/kubeflow-admin/operations",
        "/kubeflow-admin/sessions",
    ] {
        let page = ana.get(path).await.unwrap();
        assert_eq!(page.status, 403, "{path}");
        page.expect_text("This is not open to you").unwrap();
        assert!(
            !page.body.contains("reader@example.com"),
            "{path} tells about others"
        );
    }
}

#[tokio::test]
async fn sec_29_a_read_only_administrator_sees_everything_and_is_offered_nothing() {
    let (lab, dashboard) = world().await;
    let mut reader = dashboard
        .signed_in("reader@example.com", PASSWORD)
        .await
        .unwrap();
    for path in [
        "/kubeflow-admin/",
        "/kubeflow-admin/users",
        "/kubeflow-admin/profiles",
        "/kubeflow-admin/activity",
    ] {
        let page = reader.get(path).await.unwrap();
        assert_eq!(
            (page.status.as_u16(), page.path.as_str()),
            (200, path),
            "{}",
            page.text()
        );
        assert!(
            !page.body.contains("/users/new"),
            "{path} offers to add a user"
        );
        assert!(
            !page.body.contains("/profiles/new"),
            "{path} offers to create a profile"
        );
    }
    let account = reader.get("/kubeflow-admin/account").await.unwrap();
    account
        .expect_text("RBAC: allowed by ClusterRoleBinding")
        .unwrap();
    let before = lab.audit_log().unwrap().len();
    for (path, fields) in [
        (
            "/kubeflow-admin/users/new",
            vec![("email", "x@example.com")],
        ),
        (
            "/kubeflow-admin/users/of/plain@example.com/reset-password",
            vec![],
        ),
        ("/kubeflow-admin/users/of/plain@example.com/remove", vec![]),
        (
            "/kubeflow-admin/profiles/new",
            vec![("name", "x"), ("owner", "x@example.com")],
        ),
        ("/kubeflow-admin/sessions/x/end", vec![]),
    ] {
        let page = reader.submit(&account, path, &fields).await.unwrap();
        assert_eq!(page.status, 403, "{path}");
    }
    let writes: Vec<_> = lab
        .audit_log()
        .unwrap()
        .into_iter()
        .skip(before)
        .filter(|entry| entry.impersonated_user.as_deref() == Some("reader@example.com"))
        .filter(|entry| !["get", "list", "watch"].contains(&entry.verb.as_str()))
        .collect();
    assert!(writes.is_empty(), "{writes:#?}");
}

#[tokio::test]
#[expect(clippy::similar_names, reason = "the names are the words of the trade")]
async fn somebody_else_s_plan_is_not_mine_to_start() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "not-yet@example.com", "not-yet").await;
    let mut plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    assert_eq!(plain.get(&plan.path).await.unwrap().status, 404);
    let mut reader = dashboard
        .signed_in("reader@example.com", PASSWORD)
        .await
        .unwrap();
    let seen = reader.get(&plan.path).await.unwrap();
    assert_eq!(seen.status, 200);
    let account = reader.get("/kubeflow-admin/account").await.unwrap();
    let refused = reader
        .submit(&account, &format!("{}/start", plan.path), &[])
        .await
        .unwrap();
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn sec_21_rights_that_were_taken_away_are_gone_within_a_minute() {
    let (lab, _) = world().await;
    let dashboard = lab::dashboard::Dashboard::start(lab).await.unwrap();
    lab.add_password("brief@example.com", PASSWORD)
        .await
        .unwrap();
    lab.apply_yaml(BRIEF).await.unwrap();
    let mut brief = dashboard
        .signed_in("brief@example.com", PASSWORD)
        .await
        .unwrap();
    assert_eq!(
        brief.get("/kubeflow-admin/users").await.unwrap().status,
        200
    );
    let mut stream = brief
        .stream("/kubeflow-admin/events?list=users")
        .await
        .unwrap();
    stream
        .wait_for("ready", std::time::Duration::from_secs(5))
        .await
        .unwrap();
    let bindings: kube::Api<k8s_openapi::api::rbac::v1::ClusterRoleBinding> =
        kube::Api::all(lab.client());
    bindings
        .delete("test-brief", &kube::api::DeleteParams::default())
        .await
        .unwrap();
    let mut status = 200;
    for _ in 0..65 {
        status = brief
            .get("/kubeflow-admin/users")
            .await
            .unwrap()
            .status
            .as_u16();
        if status == 403 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert_eq!(status, 403);
    stream
        .wait_for("ended", std::time::Duration::from_secs(10))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_contributor_is_what_kfam_would_have_written() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "host@example.com", "host").await;
    let profile = browser
        .get("/kubeflow-admin/profiles/of/host")
        .await
        .unwrap();
    let fields = [("email", "guest@example.com"), ("role", "edit")];
    let plan = browser
        .submit(
            &profile,
            "/kubeflow-admin/profiles/of/host/contributors",
            &fields,
        )
        .await
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let listed = lab
        .kfam()
        .list_bindings(Some("guest@example.com"), None, None)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    let binding = Binding::new("guest@example.com", "host", "edit");
    lab.kfam()
        .delete_binding("host@example.com", &binding)
        .await
        .unwrap();
    assert!(
        lab.kfam()
            .list_bindings(Some("guest@example.com"), None, None)
            .await
            .unwrap()
            .is_empty()
    );
}

const BRIEF: &str = r"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: test-brief}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-viewer}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: brief@example.com}]
";
