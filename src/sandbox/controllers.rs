//! What kube-controller-manager does for a Kubeflow install: namespaces that end, objects whose owner is gone,
//! aggregated roles, the ServiceAccount `default`, and the count of what quotas limit.
//!
//! It makes requests like anybody else, so that its writes are watched and owned like anybody's.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::api::objects::{Change, Collection};
use super::api::quota::{self, Amounts};
use super::api::{Api, rbac};
use super::deployments;
use super::hands::{Hands, path_of};
use crate::domain::Quantity;

/// StorageClasses that name it get their volumes, which are as real as everything here.
const PROVISIONER: &str = "sandbox/memory";
const AGENT: &str = "kube-controller-manager/sandbox";

/// What turns true by waiting alone is looked at this often.
const PAUSE: Duration = Duration::from_secs(1);

/// The controllers, with the place in history up to which they have seen to everything.
pub struct Controllers {
    api: Api,
    hands: Hands,
    seen: u64,
}

impl Controllers {
    pub fn new(api: &Api) -> Self {
        Self {
            api: api.clone(),
            hands: Hands::new(api, AGENT),
            seen: 0,
        }
    }

    /// Sees to every change for as long as it is polled.
    pub async fn run(mut self) {
        let mut changes = self.api.changes();
        loop {
            changes.mark_unchanged();
            self.catch_up();
            tokio::select! {
                told = changes.changed() => if told.is_err() { return },
                () = tokio::time::sleep(PAUSE) => self.see_to_deployments(),
            }
        }
    }

    /// Sees to everything that has changed, and to what that changes in turn.
    pub fn catch_up(&mut self) {
        loop {
            let (changes, version) = {
                let world = self.api.world();
                let changes: Option<Vec<Change>> = world
                    .objects
                    .since(self.seen)
                    .map(|changes| changes.cloned().collect());
                (changes.unwrap_or_default(), world.objects.version())
            };
            if version == self.seen {
                return;
            }
            self.seen = version;
            self.see_to(&changes);
        }
    }

    fn see_to(&self, changes: &[Change]) {
        let touched: BTreeSet<&str> = changes
            .iter()
            .map(|change| {
                let (namespace, name) = &change.name;
                if change.collection.plural == "namespaces" {
                    name
                } else {
                    namespace
                }
            })
            .map(String::as_str)
            .filter(|namespace| !namespace.is_empty())
            .collect();
        if changes
            .iter()
            .any(|change| change.collection.plural == "storageclasses")
        {
            self.provide_everywhere();
        }
        if changes
            .iter()
            .any(|change| change.collection.plural == "clusterroles")
        {
            self.aggregate_roles();
        }
        for namespace in touched {
            self.see_to_namespace(namespace);
        }
        if changes
            .iter()
            .any(|change| change.after.is_none() || has_owners(change))
        {
            self.collect_garbage();
        }
    }

    fn see_to_namespace(&self, name: &str) {
        let namespaces = Collection::new("", "namespaces");
        let Some(namespace) = self.api.world().objects.get(&namespaces, "", name) else {
            return;
        };
        if !namespace["metadata"]["deletionTimestamp"].is_null() {
            self.empty(name, &namespace);
            return;
        }
        let accounts = Collection::new("", "serviceaccounts");
        if self
            .api
            .world()
            .objects
            .get(&accounts, name, "default")
            .is_none()
        {
            let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default", "namespace": name } });
            self.send(
                &Method::POST,
                &format!("/api/v1/namespaces/{name}/serviceaccounts"),
                &account,
            );
        }
        self.provide(name);
        self.count(name);
        deployments::see_to(&self.api, &self.hands, name);
    }

    /// A claim without a class gets the default one, and a claim with a class of this sandbox gets its volume.
    fn provide(&self, namespace: &str) {
        let claims = self
            .api
            .world()
            .objects
            .all(&Collection::new("", "persistentvolumeclaims"), namespace);
        for claim in claims
            .iter()
            .filter(|claim| claim["status"]["phase"] == "Pending")
        {
            let name = claim["metadata"]["name"].as_str().unwrap_or_default();
            let path = format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}");
            let Some(class) = self.class_of(claim) else {
                continue;
            };
            if claim["spec"]["storageClassName"].is_null() {
                let named = json!({ "spec": { "storageClassName": class } });
                self.send(&Method::PATCH, &path, &named);
                continue;
            }
            let volume = json!({ "spec": { "volumeName": format!("pvc-{namespace}-{name}") } });
            self.send(&Method::PATCH, &path, &volume);
            let bound = json!({ "status": {
                "phase": "Bound", "accessModes": claim["spec"]["accessModes"], "capacity": claim["spec"]["resources"]["requests"],
            } });
            self.send(&Method::PATCH, &format!("{path}/status"), &bound);
        }
    }

    fn provide_everywhere(&self) {
        let claims = Collection::new("", "persistentvolumeclaims");
        let all = self.api.world().objects.all(&claims, "");
        let namespaces: BTreeSet<&str> = all
            .iter()
            .filter_map(|claim| claim["metadata"]["namespace"].as_str())
            .collect();
        for namespace in namespaces {
            self.provide(namespace);
        }
    }

    /// The class of this sandbox that provides for a claim, if there is one.
    fn class_of(&self, claim: &Value) -> Option<String> {
        let classes = self
            .api
            .world()
            .objects
            .all(&Collection::new("storage.k8s.io", "storageclasses"), "");
        let named = claim["spec"]["storageClassName"].as_str();
        let is_default = |class: &Value| {
            class["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"]
                == "true"
        };
        let found = classes.iter().find(|class| {
            let fits = match named {
                Some(named) => class["metadata"]["name"] == named,
                None => is_default(class),
            };
            fits && class["provisioner"] == PROVISIONER
        })?;
        found["metadata"]["name"].as_str().map(str::to_owned)
    }

    /// In every namespace that has some.
    fn see_to_deployments(&self) {
        let collection = Collection::new("apps", "deployments");
        let all = self.api.world().objects.all(&collection, "");
        let namespaces: BTreeSet<&str> = all
            .iter()
            .filter(|one| !one["spec"]["minReadySeconds"].is_null())
            .filter_map(|one| one["metadata"]["namespace"].as_str())
            .collect();
        for namespace in namespaces {
            deployments::see_to(&self.api, &self.hands, namespace);
        }
    }

    /// Deletes what is in a namespace that ends, and lets it go when nothing is left.
    fn empty(&self, name: &str, namespace: &Value) {
        let collections = self.api.world().objects.collections();
        let mut left = false;
        for collection in collections {
            let objects = self.api.world().objects.all(&collection, name);
            for object in objects {
                left = true;
                if object["metadata"]["deletionTimestamp"].is_null()
                    && let Some(path) = self.path(&collection, &object)
                {
                    self.send(&Method::DELETE, &path, &Value::Null);
                }
            }
        }
        let holds = namespace["spec"]["finalizers"]
            .as_array()
            .is_some_and(|list| !list.is_empty());
        if !left && holds {
            let mut freed = (*namespace).clone();
            freed["apiVersion"] = "v1".into();
            freed["kind"] = "Namespace".into();
            freed["spec"]["finalizers"] = json!([]);
            self.send(
                &Method::PUT,
                &format!("/api/v1/namespaces/{name}/finalize"),
                &freed,
            );
        }
    }

    /// `status` of every quota of a namespace.
    fn count(&self, namespace: &str) {
        let quotas = Collection::new("", "resourcequotas");
        let all = self.api.world().objects.all(&quotas, namespace);
        if all.is_empty() {
            return;
        }
        let totals = quota::used(&self.api.world().objects, namespace);
        for object in all {
            let hard = &object["spec"]["hard"];
            let counted: Amounts = quota::amounts(hard)
                .into_keys()
                .map(|resource| {
                    let amount = totals.get(&resource).copied().unwrap_or(Quantity::ZERO);
                    (resource, amount)
                })
                .collect();
            let status = json!({ "hard": hard, "used": counted });
            if object["status"] == status {
                continue;
            }
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let mut changed = (*object).clone();
            changed["apiVersion"] = "v1".into();
            changed["kind"] = "ResourceQuota".into();
            changed["status"] = status;
            let path = format!("/api/v1/namespaces/{namespace}/resourcequotas/{name}/status");
            self.send(&Method::PUT, &path, &changed);
        }
    }

    /// Rules of roles that are put together from others by label.
    fn aggregate_roles(&self) {
        let roles = self
            .api
            .world()
            .objects
            .all(&Collection::new(rbac::GROUP, "clusterroles"), "");
        for role in &roles {
            let Some(selectors) = role["aggregationRule"]["clusterRoleSelectors"].as_array() else {
                continue;
            };
            let mut granted: Vec<Value> = Vec::new();
            let parts = roles
                .iter()
                .filter(|part| selectors.iter().any(|selector| selects(selector, part)));
            for rule in parts.flat_map(|part| part["rules"].as_array().into_iter().flatten()) {
                if !granted.contains(rule) {
                    granted.push(rule.clone());
                }
            }
            let before = role["rules"].as_array().cloned().unwrap_or_default();
            if before != granted {
                let name = role["metadata"]["name"].as_str().unwrap_or_default();
                let mut changed = (**role).clone();
                changed["apiVersion"] = format!("{}/v1", rbac::GROUP).into();
                changed["kind"] = "ClusterRole".into();
                changed["rules"] = granted.into();
                let path = format!("/apis/{}/v1/clusterroles/{name}", rbac::GROUP);
                self.send(&Method::PUT, &path, &changed);
            }
        }
    }

    /// Deletes objects all of whose owners are gone. O(objects), after a deletion only.
    fn collect_garbage(&self) {
        let (alive, orphans) = {
            let world = self.api.world();
            let mut alive = BTreeSet::new();
            let mut owned = Vec::new();
            for collection in world.objects.collections() {
                for object in world.objects.all(&collection, "") {
                    if let Some(uid) = object["metadata"]["uid"].as_str() {
                        alive.insert(uid.to_owned());
                    }
                    if object["metadata"]["ownerReferences"].is_array() {
                        owned.push((collection.clone(), object));
                    }
                }
            }
            (alive, owned)
        };
        for (collection, object) in orphans {
            let owners = object["metadata"]["ownerReferences"].as_array();
            let mut owners = owners.into_iter().flatten();
            let is_orphan =
                !owners.any(|owner| owner["uid"].as_str().is_some_and(|uid| alive.contains(uid)));
            if is_orphan
                && object["metadata"]["deletionTimestamp"].is_null()
                && let Some(path) = self.path(&collection, &object)
            {
                self.send(&Method::DELETE, &path, &Value::Null);
            }
        }
    }

    fn path(&self, collection: &Collection, object: &Value) -> Option<String> {
        let kind = {
            let world = self.api.world();
            let mut kinds = world.kinds.iter();
            kinds
                .find(|kind| kind.group == collection.group && kind.plural == collection.plural)?
                .clone()
        };
        Some(path_of(&kind, object))
    }

    /// A refusal is nothing to worry about: what was in the way changes, and then it is tried again.
    fn send(&self, method: &Method, path: &str, body: &Value) {
        if let Err(error) = self.hands.send(method, path, body) {
            tracing::debug!(%error, "sandbox.controller-refused");
        }
    }
}

fn has_owners(change: &Change) -> bool {
    let after = change.after.as_ref();
    after.is_some_and(|object| object["metadata"]["ownerReferences"].is_array())
}

fn selects(selector: &Value, role: &Value) -> bool {
    let labels = selector["matchLabels"].as_object();
    labels.is_some_and(|labels| {
        labels
            .iter()
            .all(|(key, value)| role["metadata"]["labels"].get(key) == Some(value))
    })
}
