//! As many profiles as Kubernetes is made for, put where objects are kept as if they had been restored from a backup:
//! created one by one through the API they would take minutes.

use serde::Serialize;
use serde_json::{Value, json};

use super::password;
use super::people::email;
use crate::sandbox::api::objects::Collection;
use crate::sandbox::api::{Api, rbac};
use crate::sandbox::profile_controller::objects as kubeflow;
use crate::sandbox::profile_controller::profile::Profile;

/// The limit that Kubernetes states for namespaces.
const PROFILES: usize = 10_000;
const FIRST_NAMES: [&str; 8] = [
    "ada", "bruno", "cleo", "dario", "edda", "fynn", "greta", "hanna",
];

/// A login and a profile for everybody, with all that the profile controller would have made.
pub(super) fn restore(api: &Api, hash: &str) {
    let now = api.now().to_string();
    let shelf = Shelf { api, now };
    for number in 0..PROFILES {
        let name = format!("{}-{number:05}", FIRST_NAMES[number % FIRST_NAMES.len()]);
        let user_id = format!("{number:08x}-0000-4000-9000-000000000000");
        let login = password(&email(&name), hash, &user_id);
        shelf.put(("dex.coreos.com", "passwords"), &login);
        let profile = shelf.put(("kubeflow.org", "profiles"), &profile(&name));
        if let Ok(profile) = serde_json::from_value(profile) {
            furnish(&shelf, &profile);
        }
    }
    api.announce();
}

fn profile(name: &str) -> Value {
    json!({
        "apiVersion": "kubeflow.org/v1", "kind": "Profile",
        "metadata": { "name": name, "finalizers": ["profile-finalizer"] },
        "spec": {
            "owner": { "kind": "User", "name": email(name) },
            "resourceQuotaSpec": { "hard": { "cpu": "8", "memory": "32Gi", "requests.storage": "100Gi" } },
        },
    })
}

fn furnish(shelf: &Shelf<'_>, profile: &Profile) {
    shelf.put(("", "namespaces"), &kubeflow::namespace(profile));
    let policies = ("security.istio.io", "authorizationpolicies");
    shelf.put(policies, &kubeflow::owner_policy(profile));
    let bindings = (rbac::GROUP, "rolebindings");
    for (account, role) in [
        ("default-editor", "kubeflow-edit"),
        ("default-viewer", "kubeflow-view"),
    ] {
        let made = kubeflow::service_account(profile, account);
        shelf.put(("", "serviceaccounts"), &made);
        let binding = kubeflow::account_binding(profile, account, role);
        shelf.put(bindings, &binding);
    }
    shelf.put(bindings, &kubeflow::owner_binding(profile));
    shelf.put(("", "resourcequotas"), &kubeflow::quota(profile));
}

/// Where objects are kept.
struct Shelf<'a> {
    api: &'a Api,
    now: String,
}

impl Shelf<'_> {
    /// Puts an object there as it would be after its creation; gives it as it was written, with its new identity.
    fn put(&self, (group, plural): (&str, &str), object: &impl Serialize) -> Value {
        let mut whole = serde_json::to_value(object).unwrap_or_default();
        whole["metadata"]["uid"] = uuid::Uuid::now_v7().to_string().into();
        whole["metadata"]["creationTimestamp"] = self.now.clone().into();
        whole["metadata"]["generation"] = 1.into();
        if plural == "namespaces" {
            whole["spec"] = json!({ "finalizers": ["kubernetes"] });
            whole["status"] = json!({ "phase": "Active" });
        }
        if plural == "resourcequotas" {
            whole["status"] = untouched(&whole["spec"]["hard"]);
        }
        let mut kept = whole.clone();
        if let Some(fields) = kept.as_object_mut() {
            // Its kind is known by where it is.
            fields.remove("apiVersion");
            fields.remove("kind");
        }
        let collection = Collection::new(group, plural);
        self.api.world().objects.put(&collection, kept);
        whole
    }
}

/// The status of a quota of which nothing is used.
fn untouched(hard: &Value) -> Value {
    let names = hard.as_object().into_iter().flat_map(|hard| hard.keys());
    let used: serde_json::Map<String, Value> =
        names.map(|name| (name.clone(), "0".into())).collect();
    json!({ "hard": hard, "used": used })
}
