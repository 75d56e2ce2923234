//! What the program asks of the API server in its own name, against what `deploy/base/rbac.yaml` grants it.

use std::collections::BTreeSet;
use std::time::Duration;

use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use lab::dashboard::{Dashboard, run_operation};
use lab::{AuditEntry, Lab, waiting};
use serde::Deserialize;
use serde_json::json;

use crate::reach::PROFILES_CONFIG;
use crate::world::{PASSWORD, add_user, make_admin, world};

const OWN: &str = "system:serviceaccount:kubeflow-admin:kubeflow-admin";
const REGISTRAR: &str = "kubeflow-admin:registrar";
const OWN_ROLE: &str = "kubeflow-admin-server";
/// The object's name for the client id `kubeflow-admin`.
const OUR_CLIENT: &str = "nn2wezlgnrxxollbmrwws3wl6koojbbcemsq";
const REGISTRAR_ROLE: &str = "kubeflow-admin-registrar";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    api_groups: Vec<String>,
    resources: Vec<String>,
    verbs: Vec<String>,
    #[serde(default)]
    resource_names: Vec<String>,
}

#[derive(Deserialize)]
struct Document {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

/// `verb resource.group`, or `verb resource.group/name` where only that name is granted.
type Rights = BTreeSet<String>;

fn granted(role: &str) -> Rights {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/base/rbac.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let documents: Vec<Document> = serde_saphyr::from_multiple(&text).unwrap();
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

async fn everything_that_is_done(lab: &Lab) {
    make_admin(lab, "inspector@example.com").await;
    spoil_our_client(lab).await;
    let dashboard = Dashboard::start(lab).await.unwrap();
    let mut admin = dashboard
        .signed_in("inspector@example.com", PASSWORD)
        .await
        .unwrap();
    lab.apply_yaml(PROFILES_CONFIG).await.unwrap();
    add_user(&mut admin, "inspected@example.com", "inspected").await;
    let profile = admin
        .get("/kubeflow-admin/profiles/of/inspected")
        .await
        .unwrap();
    let share = [("email", "guest@example.com"), ("role", "edit")];
    let path = "/kubeflow-admin/profiles/of/inspected/contributors";
    let plan = admin.submit(&profile, path, &share).await.unwrap();
    run_operation(&mut admin, &plan).await.unwrap();
    let mut emergency = dashboard.broken_glass().await.unwrap();
    let path = "/kubeflow-admin/users/of/inspected@example.com/remove";
    let form = emergency.get(path).await.unwrap();
    let fields = [
        ("with_contributions", "yes"),
        ("profile", "inspected"),
        ("confirm", "inspected@example.com"),
    ];
    let plan = emergency.submit(&form, path, &fields).await.unwrap();
    run_operation(&mut emergency, &plan).await.unwrap();
}

#[tokio::test]
async fn sec_41_what_the_server_asks_is_what_the_manifest_grants() {
    let (lab, _) = world().await;
    everything_that_is_done(lab).await;
    let log = lab.audit_log().unwrap();
    let mut unused = granted(OWN_ROLE);
    let mut unused_by_registrar = granted(REGISTRAR_ROLE);
    let (all, registrar) = (unused.clone(), unused_by_registrar.clone());
    for entry in log.iter().filter(|entry| entry.user == OWN) {
        match entry.impersonated_user.as_deref() {
            None if entry.code < 400 => {
                let right = used(&all, entry);
                let right = right.unwrap_or_else(|| panic!("not in the manifest: {entry:#?}"));
                unused.remove(right);
            }
            Some(REGISTRAR) if entry.code < 300 => {
                unused.remove("impersonate users.");
                if let Some(right) = used(&registrar, entry) {
                    unused_by_registrar.remove(right);
                }
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
}
