//! What is asked of the API server, against what `deploy/base` grants: nothing missing, nothing unused; for the program
//! itself, for its registrar, and for the writes of people who are operators and nothing more.

use std::collections::BTreeSet;
use std::time::Duration;

use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams};
use lab::browser::Browser;
use lab::dashboard::{Dashboard, run_operation, undo_operation};
use lab::{AuditEntry, Lab, dex_pod, waiting};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use crate::reach::PROFILES_CONFIG;
use crate::world::{PASSWORD, add_user, make_admin, world};

const OWN: &str = "system:serviceaccount:kubeflow-admin:kubeflow-admin";
const REGISTRAR: &str = "kubeflow-admin:registrar";
const SELF_SERVICE: &str = "kubeflow-admin:self-service";
const SELF_SERVICE_ROLE: &str = "kubeflow-admin-self-service";
const OWN_ROLE: &str = "kubeflow-admin-server";
/// The object's name for the client id `kubeflow-admin`.
const OUR_CLIENT: &str = "nn2wezlgnrxxollbmrwws3wl6koojbbcemsq";
const REGISTRAR_ROLE: &str = "kubeflow-admin-registrar";
const OPERATOR_ROLE: &str = "kubeflow-admin-operator";
/// Whoever came in by a one-time link: an operator, by the binding in `deploy/base`.
const OPERATOR: &str = "kubeflow-admin:break-glass";
/// Reading is not done as the person: the dashboard shows what it has watched, to whom a review allows it.
const READS: [&str; 3] = ["get", "list", "watch"];

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    api_groups: Vec<String>,
    resources: Vec<String>,
    verbs: Vec<String>,
    #[serde(default)]
    resource_names: Vec<String>,
}

#[derive(Clone, Deserialize)]
struct Document {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Clone, Deserialize)]
struct Metadata {
    name: String,
}

/// `verb resource.group`, or `verb resource.group/name` where only that name is granted.
type Rights = BTreeSet<String>;

fn granted(role: &str) -> Rights {
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/base/");
    let documents = ["rbac.yaml", "operator-roles.yaml"].map(|file| {
        let text = std::fs::read_to_string(format!("{base}{file}")).unwrap();
        serde_saphyr::from_multiple::<Document>(&text).unwrap()
    });
    let documents = documents.concat();
    documents
        .iter()
        .filter(|one| one.kind.ends_with("Role") && one.metadata.name == role)
        .flat_map(|one| &one.rules)
        .flat_map(rights)
        .collect()
}

fn rights(rule: &Rule) -> Vec<String> {
    let mut all = Vec::new();
    for group in &rule.api_groups {
        for resource in &rule.resources {
            for verb in &rule.verbs {
                let right = format!("{verb} {resource}.{group}");
                if rule.resource_names.is_empty() {
                    all.push(right);
                } else {
                    all.extend(
                        rule.resource_names
                            .iter()
                            .map(|name| format!("{right}/{name}")),
                    );
                }
            }
        }
    }
    all
}

/// The right of `granted` that an answered request made use of.
fn used<'a>(granted: &'a Rights, entry: &AuditEntry) -> Option<&'a String> {
    let plain = format!("{} {}.{}", entry.verb, entry.resource, entry.group);
    let named = format!("{plain}/{}", entry.name);
    granted
        .get(&plain)
        .or_else(|| granted.get(&named))
        .or_else(|| {
            // A list or watch of one object names it in a field selector.
            granted.iter().find(|right| {
                right.strip_prefix(&plain).is_some_and(|rest| {
                    rest.strip_prefix('/')
                        .is_some_and(|name| entry.uri.contains(&format!("metadata.name%3D{name}")))
                })
            })
        })
}

/// Somebody adds an address to our client at Dex: sign-in goes on, and the next start mends it.
async fn spoil_our_client(lab: &Lab) {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(
        "dex.coreos.com",
        "v1",
        "OAuth2Client",
    ));
    let clients: Api<DynamicObject> = Api::namespaced_with(lab.client(), "auth", &kind);
    let ours = waiting::until("our client at Dex", Duration::from_secs(30), || async {
        Ok(clients.get_opt(OUR_CLIENT).await?)
    });
    let mut uris = ours.await.unwrap().data["redirectURIs"].clone();
    uris.as_array_mut()
        .unwrap()
        .push(json!("https://elsewhere.example/"));
    let patch = Patch::Merge(json!({"redirectURIs": uris}));
    clients
        .patch(OUR_CLIENT, &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// A restart of Dex is watched with the program's own rights.
async fn migrate_the_shipped_user_and_undo(lab: &'static Lab, admin: &mut Browser) {
    let pod = dex_pod::imitate(lab, dex_pod::Dex::LeftAlone).await;
    pod.unwrap().for_ever();
    let person = "/kubeflow-admin/users/of/user@example.com";
    let page = admin.get(person).await.unwrap();
    let path = format!("{person}/migrate");
    let plan = admin.submit(&page, &path, &[]).await.unwrap();
    let done = run_operation(admin, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    undo_operation(admin, &done).await.unwrap();
}

/// What Dex keeps for somebody who signed in with `offline_access`, as far as it is looked at.
async fn stay_signed_in(lab: &Lab, email: &str) {
    let objects = format!(
        "{{apiVersion: dex.coreos.com/v1, kind: RefreshToken, metadata: {{name: inspected-token, namespace: auth}}, \
         clientID: kubeflow-oidc-authservice, claims: {{email: {email}, userID: ''}}}}\n---\n\
         {{apiVersion: dex.coreos.com/v1, kind: OfflineSessions, metadata: {{name: inspected-session, namespace: auth}}, \
         userID: {user}, connID: local}}",
        user = user_id(lab, email).await
    );
    lab.apply_yaml(&objects).await.unwrap();
}

async fn user_id(lab: &Lab, email: &str) -> String {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("dex.coreos.com", "v1", "Password"));
    let all: Api<DynamicObject> = Api::namespaced_with(lab.client(), "auth", &kind);
    let all = all.list(&ListParams::default()).await.unwrap();
    let found = all.iter().find(|one| one.data["email"] == email).unwrap();
    found.data["userID"].as_str().unwrap().to_owned()
}

/// Once, however many tests look at what it left in the audit log.
async fn everything_that_is_done(lab: &'static Lab) {
    static DONE: OnceCell<()> = OnceCell::const_new();
    DONE.get_or_init(|| do_everything(lab)).await;
}

async fn do_everything(lab: &'static Lab) {
    make_admin(lab, "inspector@example.com").await;
    spoil_our_client(lab).await;
    let dashboard = Dashboard::start(lab).await.unwrap();
    let mut admin = dashboard
        .signed_in("inspector@example.com", PASSWORD)
        .await
        .unwrap();
    lab.apply_yaml(PROFILES_CONFIG).await.unwrap();
    add_user(&mut admin, "inspected-host@example.com", "inspected-host").await;
    change_own_password(&mut admin).await;
    let mut operator = dashboard.broken_glass().await.unwrap();
    let users = "/kubeflow-admin/users/of/inspected@example.com";
    let profile = "/kubeflow-admin/profiles/of/inspected";
    let host = "/kubeflow-admin/profiles/of/inspected-host";
    add_user(&mut operator, "inspected@example.com", "inspected").await;
    stay_signed_in(lab, "inspected@example.com").await;
    for (page, path, fields) in [
        (
            host,
            format!("{host}/contributors"),
            vec![("email", "inspected@example.com"), ("role", "edit")],
        ),
        (
            &format!("{profile}/quota"),
            format!("{profile}/quota"),
            vec![
                ("quota_name", "cpu"),
                ("quota_amount", "6"),
                ("quota_name", "memory"),
                ("quota_amount", "8Gi"),
            ],
        ),
        (users, format!("{users}/reset-password"), vec![]),
        (
            &format!("{users}/remove"),
            format!("{users}/remove"),
            vec![
                ("with_contributions", "yes"),
                ("profile", "inspected"),
                ("confirm", "inspected@example.com"),
            ],
        ),
    ] {
        let form = operator.get(page).await.unwrap();
        let plan = operator.submit(&form, &path, &fields).await.unwrap();
        let ended = run_operation(&mut operator, &plan).await.unwrap();
        assert!(
            ended.body.contains("data-state=\"done\""),
            "{path}: {}",
            ended.text()
        );
    }
    keep_a_profile_up_and_undo(&mut operator, host).await;
    make_an_administrator_and_undo(&mut operator, "inspected-host@example.com").await;
    migrate_the_shipped_user_and_undo(lab, &mut operator).await;
}

async fn change_own_password(person: &mut Browser) {
    let path = "/kubeflow-admin/account/password";
    let form = person.get(path).await.unwrap();
    let new = "inspected-by-themselves";
    let fields = [("current", PASSWORD), ("password", new), ("again", new)];
    let page = person.submit(&form, path, &fields).await.unwrap();
    page.expect_text("Your password was changed").unwrap();
}

/// Defaults for containers, a freeze and another owner, each taken back.
async fn keep_a_profile_up_and_undo(operator: &mut Browser, profile: &str) {
    for (page, fields) in [
        (
            "quota",
            vec![
                ("quota:cpu", "4"),
                ("quota:memory", "8Gi"),
                ("defaults", "yes"),
                ("default_cpu_request", "100m"),
                ("default_memory_request", "128Mi"),
            ],
        ),
        ("freeze", vec![("reason", "inspected")]),
        ("owner", vec![("owner", "inspected-heir@example.com")]),
    ] {
        let path = format!("{profile}/{page}");
        let form = operator.get(&path).await.unwrap();
        let plan = operator.submit(&form, &path, &fields).await.unwrap();
        let done = run_operation(operator, &plan).await.unwrap();
        assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
        let undone = undo_operation(operator, &done).await.unwrap();
        assert!(
            undone.body.contains("data-state=\"undone\""),
            "{page}: {}",
            undone.text()
        );
    }
}

async fn make_an_administrator_and_undo(operator: &mut Browser, email: &str) {
    let path = "/kubeflow-admin/administrators/new";
    let form = operator.get(path).await.unwrap();
    let plan = operator.submit(&form, path, &[("email", email)]).await;
    let done = run_operation(operator, &plan.unwrap()).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    undo_operation(operator, &done).await.unwrap();
}

#[tokio::test]
async fn sec_41_what_the_server_asks_is_what_the_manifest_grants() {
    let (lab, _) = world().await;
    everything_that_is_done(lab).await;
    let log = lab.audit_log().unwrap();
    let mut unused = granted(OWN_ROLE);
    let mut unused_by_registrar = granted(REGISTRAR_ROLE);
    let mut unused_by_self_service = granted(SELF_SERVICE_ROLE);
    let (all, registrar) = (unused.clone(), unused_by_registrar.clone());
    let self_service = unused_by_self_service.clone();
    for entry in log.iter().filter(|entry| entry.user == OWN) {
        match entry.impersonated_user.as_deref() {
            None if entry.code < 400 => {
                let right = used(&all, entry);
                let right = right.unwrap_or_else(|| panic!("not in the manifest: {entry:#?}"));
                unused.remove(right);
            }
            Some(REGISTRAR) if entry.code < 300 => {
                unused.remove("impersonate users.");
                let right = used(&registrar, entry);
                let right = right.unwrap_or_else(|| panic!("not the registrar's: {entry:#?}"));
                unused_by_registrar.remove(right);
            }
            Some(SELF_SERVICE) if entry.code < 300 => {
                let right = used(&self_service, entry);
                let right = right.unwrap_or_else(|| panic!("not for one's own: {entry:#?}"));
                unused_by_self_service.remove(right);
            }
            Some(_) => {
                unused.remove("impersonate users.");
                for group in &entry.impersonated_groups {
                    unused.remove(&format!("impersonate groups./{group}"));
                }
            }
            None => {}
        }
    }
    assert_eq!(unused, Rights::new(), "granted and never used");
    assert_eq!(
        unused_by_registrar,
        Rights::new(),
        "granted to the registrar and never used"
    );
    assert_eq!(
        unused_by_self_service,
        Rights::new(),
        "granted for changing one's own password and never used"
    );
}

/// Granted, and written by no operator here. The Secret is written in the test `dex`, the StorageClass in `doctor` by a
/// cluster admin; a PodDefault is written by no test yet.
const NOT_HERE: [&str; 4] = [
    "create poddefaults.kubeflow.org",
    "delete poddefaults.kubeflow.org",
    "patch secrets./dex-passwords",
    "patch storageclasses.storage.k8s.io",
];

/// `bind` and the rights that exist only here are asked for and never a request of their own.
fn is_a_write(right: &str) -> bool {
    let verb = right.split(' ').next().unwrap();
    !READS.contains(&verb) && verb != "bind" && !right.ends_with(".kubeflow-admin")
}

#[tokio::test]
async fn sec_41_what_operators_write_is_what_their_role_grants() {
    let (lab, _) = world().await;
    everything_that_is_done(lab).await;
    let mut unused = granted(OPERATOR_ROLE);
    unused.retain(|right| is_a_write(right));
    let writes = unused.clone();
    let log = lab.audit_log().unwrap();
    let theirs = log.iter().filter(|entry| {
        entry.impersonated_user.as_deref() == Some(OPERATOR)
            && entry.code < 300
            && !READS.contains(&entry.verb.as_str())
    });
    for entry in theirs {
        let right = used(&writes, entry);
        let right = right.unwrap_or_else(|| panic!("not in the role: {entry:#?}"));
        unused.remove(right);
        if entry.verb == "patch" && entry.code == 201 {
            // An apply that creates needs both rights; the log names the one.
            unused.remove(&format!("create {}.{}", entry.resource, entry.group));
        }
    }
    for right in NOT_HERE {
        assert!(
            unused.remove(right),
            "{right} is used: strike it off the list"
        );
    }
    assert_eq!(unused, Rights::new(), "granted to operators and never used");
}
