//! Requirements of `docs/security.md`, by id, on the running program.

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use lab::browser::encode_form;

use crate::world::{ADMIN, PASSWORD, add_user, admin, world};

/// Pages for people with a session.
const PAGES: [&str; 14] = [
    "/kubeflow-admin/",
    "/kubeflow-admin/users",
    "/kubeflow-admin/users/new",
    "/kubeflow-admin/users/of/admin@example.com",
    "/kubeflow-admin/users/of/admin@example.com/remove",
    "/kubeflow-admin/profiles",
    "/kubeflow-admin/profiles/new",
    "/kubeflow-admin/operations",
    "/kubeflow-admin/activity",
    "/kubeflow-admin/account",
    "/kubeflow-admin/sessions",
    "/kubeflow-admin/mine",
    "/kubeflow-admin/operations/0190c1a8-0000-7000-8000-000000000000",
    "/kubeflow-admin/no-such-page",
];

#[tokio::test]
async fn sec_01_no_page_is_shown_without_a_session() {
    let (_, dashboard) = world().await;
    for path in PAGES {
        let page = dashboard.browser().get(path).await.unwrap();
        assert!(
            page.path.starts_with("/kubeflow-admin/sign-in?next="),
            "{path} leads to {}",
            page.path
        );
        assert!(!page.body.contains("reader@example.com"));
    }
}

#[tokio::test]
async fn sec_05_identity_headers_are_ignored() {
    let (_, dashboard) = world().await;
    let mut browser = dashboard.browser();
    browser.extra_headers = [
        "kubeflow-userid",
        "x-auth-request-email",
        "x-forwarded-user",
        "impersonate-user",
        "x_forwarded_user",
        "authorization",
    ]
    .map(|name| (name.to_owned(), ADMIN.to_owned()))
    .to_vec();
    for path in PAGES {
        let page = browser.get(path).await.unwrap();
        assert!(
            page.path.starts_with("/kubeflow-admin/sign-in"),
            "{path} leads to {}",
            page.path
        );
    }
    let mut plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    plain.extra_headers = browser.extra_headers;
    assert_eq!(
        plain.get("/kubeflow-admin/users").await.unwrap().status,
        403
    );
}

#[tokio::test]
async fn sec_09_health_says_nothing_and_is_matched_exactly() {
    let (_, dashboard) = world().await;
    let mut browser = dashboard.browser();
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ok\n")] {
        assert_eq!(browser.get(path).await.unwrap().body, body);
    }
    for path in [
        "/healthz/",
        "/healthz/../kubeflow-admin/users",
        "/readyz%2f",
    ] {
        let page = browser.get(path).await.unwrap();
        assert!(
            page.status == 404 || page.path.starts_with("/kubeflow-admin/sign-in"),
            "{path}: {}",
            page.status
        );
    }
}

#[tokio::test]
async fn sec_19_pages_without_a_session_tell_nothing_of_the_cluster() {
    let (_, dashboard) = world().await;
    for path in [
        "/kubeflow-admin/sign-in",
        "/kubeflow-admin/signed-out",
        "/kubeflow-admin/link?token=x",
        "/kubeflow-admin/set-password?token=x",
    ] {
        let page = dashboard.browser().get(path).await.unwrap();
        for secret in ["1.34", "v1.3", "svc.cluster.local", ADMIN] {
            assert!(!page.body.contains(secret), "{path} says {secret}");
        }
    }
}

#[tokio::test]
async fn sec_20_names_from_the_cluster_are_text_and_the_policy_is_strict() {
    let (lab, _) = world().await;
    lab.apply_yaml(HOSTILE).await.unwrap();
    let mut browser = admin().await;
    for _ in 0..50 {
        if browser
            .get("/kubeflow-admin/profiles?q=hostile")
            .await
            .unwrap()
            .text()
            .contains("hostile")
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for path in [
        "/kubeflow-admin/users",
        "/kubeflow-admin/users?q=%3Cscript%3E",
        "/kubeflow-admin/profiles",
        "/kubeflow-admin/profiles/of/hostile",
    ] {
        let page = browser.get(path).await.unwrap();
        assert_eq!(page.status, 200, "{path}");
        assert!(
            !page.body.contains("<script>alert"),
            "{path} holds markup from the cluster"
        );
        let policy = page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(
            !page.body.contains("style=") && !page.body.contains("onclick"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn sec_31_a_form_needs_its_token_and_our_own_origin() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    let form = browser.get("/kubeflow-admin/profiles/new").await.unwrap();
    let token = form.csrf().unwrap();
    let body = |token: &str| {
        encode_form(&[
            ("name", "forged"),
            ("owner", "x@example.com"),
            ("csrf", token),
        ])
    };
    let wrong = ["", "0", &token[..10]];
    for token in wrong {
        let answer = browser
            .post("/kubeflow-admin/profiles/new", &body(token))
            .await
            .unwrap();
        assert_eq!(answer.status(), 403, "token {token:?}");
    }
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
    ] {
        let mut forger = browser.clone();
        forger.extra_headers = vec![(name.to_owned(), value.to_owned())];
        let answer = forger
            .post("/kubeflow-admin/profiles/new", &body(&token))
            .await
            .unwrap();
        assert_eq!(answer.status(), 403, "{name}: {value}");
    }
    let namespaces: Api<Namespace> = Api::all(lab.client());
    assert!(namespaces.get_opt("forged").await.unwrap().is_none());
}

#[tokio::test]
async fn sec_32_no_sign_in_leads_to_another_site() {
    let (lab, dashboard) = world().await;
    crate::world::make_admin(lab, "redirected@example.com").await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "%2F%2Fevil.example",
    ] {
        let mut browser = dashboard.browser();
        let begin = format!("/kubeflow-admin/sign-in?next={next}");
        let page = browser
            .sign_in(&begin, "redirected@example.com", PASSWORD)
            .await
            .unwrap();
        assert_eq!(page.path, "/kubeflow-admin/", "{next}");
    }
}

#[tokio::test]
async fn sec_33_oversized_input_is_refused() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let huge = format!("email={}", "a".repeat(2 << 20));
    let answer = browser.post("/kubeflow-admin/users/new", &huge).await;
    assert!(answer.is_err() || answer.unwrap().status() == 400);
    let answer = dashboard
        .browser()
        .post("/dex/auth/local/login", &huge)
        .await;
    assert!(answer.is_err() || answer.unwrap().status() == 413);
}

#[tokio::test]
async fn sec_16_no_page_and_no_log_line_holds_a_secret() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    let password = add_user(&mut browser, "canary@example.com", "canary").await;
    let secret = our_client_secret(lab).await;
    let session = browser.cookies().values().cloned().collect::<Vec<_>>();
    let bcrypt = ["$2a$", "$2b$", "$2y$", "JDJhJ", "JDJiJ", "JDJ5J"];
    let clean = |place: &str, text: &str| {
        for trace in bcrypt {
            assert!(!text.contains(trace), "{place} holds a hash ({trace})");
        }
        for (what, canary) in [("a password", &password), ("our client's secret", &secret)] {
            assert!(!text.contains(canary.as_str()), "{place} holds {what}");
        }
        for cookie in &session {
            assert!(!text.contains(cookie.as_str()), "{place} holds a session");
        }
    };
    let more = [
        "/kubeflow-admin/users/of/canary@example.com",
        "/kubeflow-admin/profiles/of/canary",
        "/kubeflow-admin/activity?subject=canary",
    ];
    for path in PAGES.into_iter().chain(more) {
        let page = browser.get(path).await.unwrap();
        clean(path, &page.body);
    }
    clean("the log", &dashboard.log_text());
}

async fn our_client_secret(lab: &lab::Lab) -> String {
    use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(
        "dex.coreos.com",
        "v1",
        "OAuth2Client",
    ));
    let clients: Api<DynamicObject> = Api::namespaced_with(lab.client(), "auth", &kind);
    let ours = clients
        .get("nn2wezlgnrxxollbmrwws3wl6koojbbcemsq")
        .await
        .unwrap();
    ours.data["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sec_38_a_foreign_host_name_is_not_answered() {
    let (_, dashboard) = world().await;
    let mut browser = dashboard.browser();
    browser.extra_headers = vec![("host".to_owned(), "evil.example".to_owned())];
    let page = browser.get("/kubeflow-admin/sign-in").await.unwrap();
    assert_eq!(page.status, 421);
    page.expect_text("KUBEFLOW_ADMIN_HOSTS").unwrap();
}

#[tokio::test]
async fn sec_40_our_service_account_cannot_become_a_group_of_kubernetes() {
    let (lab, _) = world().await;
    let own = lab
        .service_account_kubeconfig("kubeflow-admin", "kubeflow-admin")
        .await
        .unwrap();
    for (user, groups) in [
        ("x@example.com", vec!["system:masters"]),
        ("x@example.com", vec!["kubeadm:cluster-admins"]),
        (
            "system:serviceaccount:kubeflow:profiles-controller-service-account",
            vec![],
        ),
    ] {
        let kubeconfig = kube::config::Kubeconfig::read_from(&own).unwrap();
        let mut config = kube::Config::from_custom_kubeconfig(
            kubeconfig,
            &kube::config::KubeConfigOptions::default(),
        )
        .await
        .unwrap();
        config.auth_info.impersonate = Some(user.to_owned());
        config.auth_info.impersonate_groups =
            Some(groups.iter().map(ToString::to_string).collect());
        let client = kube::Client::try_from(config).unwrap();
        let namespaces: Api<Namespace> = Api::all(client);
        let refused = namespaces
            .list(&kube::api::ListParams::default())
            .await
            .unwrap_err();
        assert!(
            matches!(&refused, kube::Error::Api(status) if status.code == 403),
            "{user} {groups:?}: {refused}"
        );
    }
}

#[tokio::test]
async fn sec_41_our_service_account_reads_secrets_only_by_name_and_creates_nothing() {
    let (lab, _) = world().await;
    let own = "system:serviceaccount:kubeflow-admin:kubeflow-admin";
    let client = lab
        .client_as(own, &["system:serviceaccounts", "system:authenticated"])
        .await
        .unwrap();
    let secrets: Api<k8s_openapi::api::core::v1::Secret> = Api::all(client.clone());
    assert!(
        secrets
            .list(&kube::api::ListParams::default())
            .await
            .is_err()
    );
    for (namespace, name, allowed) in [
        ("auth", "dex-passwords", true),
        ("auth", "dex-oidc-client", false),
        ("kubeflow", "any", false),
    ] {
        let secrets: Api<k8s_openapi::api::core::v1::Secret> =
            Api::namespaced(client.clone(), namespace);
        let answer = secrets.get_opt(name).await;
        assert_eq!(answer.is_ok(), allowed, "{namespace}/{name}: {answer:?}");
    }
    for (group, resource, verb) in [
        ("", "pods", "create"),
        ("", "pods/exec", "create"),
        ("", "secrets", "create"),
        ("rbac.authorization.k8s.io", "clusterroles", "escalate"),
        ("rbac.authorization.k8s.io", "clusterroles", "bind"),
        ("kubeflow.org", "profiles", "create"),
        ("kubeflow.org", "profiles", "delete"),
        ("dex.coreos.com", "passwords", "create"),
    ] {
        assert!(
            !may(&client, group, resource, verb).await,
            "{verb} {resource}.{group}"
        );
    }
}

async fn may(client: &kube::Client, group: &str, resource: &str, verb: &str) -> bool {
    use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let review = serde_json::from_value(serde_json::json!({
        "spec": {"resourceAttributes": {"group": group, "resource": resource, "subresource": subresource, "verb": verb}}
    }));
    let reviews: Api<SelfSubjectAccessReview> = Api::all(client.clone());
    let answer = reviews
        .create(&kube::api::PostParams::default(), &review.unwrap())
        .await
        .unwrap();
    answer.status.unwrap().allowed
}

const HOSTILE: &str = r#"
apiVersion: kubeflow.org/v1
kind: Profile
metadata: {name: hostile, annotations: {note: "<script>alert(1)</script>"}}
spec: {owner: {kind: User, name: "<script>alert(1)</script>@example.com"}}
"#;
