//! One lab and one dashboard; tests take turns, because there is one Dex.

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Secret},
};
use kube::Api;
use kube::api::{Patch, PatchParams};
use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, password_of, run_operation, wait_for_operation};
use lab::{Lab, dex_pod};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

pub(crate) const PASSWORD: &str = "correct-horse-battery";
pub(crate) const ADMIN: &str = "admin@example.com";
pub(crate) const SHIPPED: &str = "12341234";
/// `12341234`, as Kubeflow ships it.
pub(crate) const SHIPPED_HASH: &str =
    "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72";

/// Everything that a test here needs, for as long as it is its turn.
pub(crate) struct World {
    pub(crate) lab: &'static Lab,
    pub(crate) admin: Browser,
    _turn: MutexGuard<'static, ()>,
}

/// Dex starts with this configuration, read from a Deployment as Kubeflow installs it.
pub(crate) async fn world(config: &str) -> World {
    static DASHBOARD: OnceCell<Dashboard> = OnceCell::const_new();
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    let lab = Lab::shared().await;
    let dashboard = DASHBOARD
        .get_or_init(|| async {
            let pod = dex_pod::imitate(lab, dex_pod::Dex::StartedAnew).await;
            pod.unwrap().for_ever();
            lab.add_password(ADMIN, PASSWORD).await.unwrap();
            lab.add_oauth_client("test", "secret", "/test")
                .await
                .unwrap();
            lab.apply_yaml(ADMINISTRATOR).await.unwrap();
            Dashboard::start(lab).await.unwrap()
        })
        .await;
    configure(lab, config).await;
    set_shipped_hash(lab).await;
    lab.start_dex().await.unwrap();
    let admin = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    World {
        lab,
        admin,
        _turn: turn,
    }
}

const ADMINISTRATOR: &str = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: test-admin}, \
     roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-operator}, \
     subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: admin@example.com}]}";

/// A configuration with these entries of `staticPasswords`.
pub(crate) fn with_entries(entries: &str) -> String {
    format!(
        "# Dex of the test; do not touch\nissuer: http://dex.auth.svc.cluster.local:5556/dex\nstorage:\n  type: kubernetes\n  \
         config:\n    inCluster: true\nweb:\n  http: 0.0.0.0:5556\noauth2:\n  skipApprovalScreen: true\nenablePasswordDB: true\n\
         staticPasswords:   # people\n{entries}staticClients:\n# the gateway\n- idEnv: OIDC_CLIENT_ID\n  \
         redirectURIs: [\"/oauth2/callback\"]\n  name: 'Dex Login Application'\n  secretEnv: OIDC_CLIENT_SECRET\n"
    )
}

/// As Kubeflow 1.9 and later have it.
pub(crate) const FROM_ENVIRONMENT: &str = "- email: user@example.com\n  hashFromEnv: DEX_USER_PASSWORD\n  username: user\n  userID: \"15841185641784\"\n";

fn maps(lab: &Lab) -> Api<ConfigMap> {
    Api::namespaced(lab.client(), "auth")
}

pub(crate) async fn configuration(lab: &Lab) -> String {
    let map = maps(lab).get("dex").await.unwrap();
    map.data.unwrap()["config.yaml"].clone()
}

pub(crate) async fn configure(lab: &Lab, text: &str) {
    let patch = Patch::Merge(json!({ "data": { "config.yaml": text } }));
    maps(lab)
        .patch("dex", &PatchParams::default(), &patch)
        .await
        .unwrap();
}

async fn set_shipped_hash(lab: &Lab) {
    let secrets: Api<Secret> = Api::namespaced(lab.client(), "auth");
    let patch = Patch::Merge(json!({ "stringData": { "DEX_USER_PASSWORD": SHIPPED_HASH } }));
    secrets
        .patch("dex-passwords", &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// How often the Deployment's template was changed so far.
pub(crate) async fn restarts(lab: &Lab) -> i64 {
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), "auth");
    let deployment = deployments.get("dex").await.unwrap();
    deployment.metadata.generation.unwrap()
}

impl World {
    /// The page of a person, as soon as the dashboard knows what it should.
    pub(crate) async fn person(&mut self, email: &str, wanted: &str) -> Page {
        let path = format!("/kubeflow-admin/users/of/{email}");
        for _ in 0..100 {
            let page = self.admin.get(&path).await.unwrap();
            if page.status == 200 && page.text().contains(wanted) {
                return page;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let page = self.admin.get(&path).await.unwrap();
        panic!("no “{wanted}” on {} {}: {}", page.status, path, page.text());
    }

    pub(crate) async fn plan(&mut self, from: &Page, action: &str) -> Page {
        let path = format!("{}/{action}", from.path);
        let plan = self.admin.submit(from, &path, &[]).await.unwrap();
        assert_eq!(plan.status, 200, "{}", plan.text());
        plan
    }

    pub(crate) async fn run(&mut self, plan: &Page) -> Page {
        run_operation(&mut self.admin, plan).await.unwrap()
    }

    pub(crate) async fn go_on(&mut self, page: &Page, how: &str) -> Page {
        let path = format!("{}/{how}", page.path);
        let next = self.admin.submit(page, &path, &[]).await.unwrap();
        wait_for_operation(&mut self.admin, next.path)
            .await
            .unwrap()
    }

    pub(crate) async fn password(&mut self, done: &Page) -> String {
        password_of(&mut self.admin, done).await.unwrap()
    }

    /// At Dex itself: the dashboard lets nobody try as often as these tests do.
    pub(crate) async fn signs_in(&self, email: &str, password: &str) -> bool {
        let begin = "/dex/auth?client_id=test&redirect_uri=/test&response_type=code&scope=openid";
        let mut browser = Browser::new(self.lab.dex_url());
        let page = browser.sign_in(begin, email, password).await.unwrap();
        page.path.starts_with("/test?code=")
    }
}

pub(crate) fn assert_state(page: &Page, state: &str) {
    let wanted = format!("data-state=\"{state}\"");
    assert!(page.body.contains(&wanted), "not {state}: {}", page.text());
}
