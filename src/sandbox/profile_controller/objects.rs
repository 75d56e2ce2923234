//! What the profile controller and KFAM write, as whole objects.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        core::v1::{Namespace, ResourceQuota, ResourceQuotaSpec, ServiceAccount},
        rbac::v1::{RoleBinding, RoleRef, Subject},
    },
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference},
};
use kube::{
    Resource, ResourceExt,
    api::{ApiResource, DynamicObject, GroupVersionKind},
};
use serde_json::{Value, json};

use super::profile::Profile;

const GATEWAY: &str = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account";
const PIPELINE_UI: &str = "cluster.local/ns/kubeflow/sa/ml-pipeline-ui";
const NOTEBOOK_CONTROLLER: &str =
    "cluster.local/ns/kubeflow/sa/notebook-controller-service-account";
const RBAC: &str = "rbac.authorization.k8s.io";

/// Labels of every profile's namespace, in the releases before 1.10.2 and in 1.11.
pub const LABELS: [(&str, &str); 4] = [
    ("katib.kubeflow.org/metrics-collector-injection", "enabled"),
    ("serving.kubeflow.org/inferenceservice", "enabled"),
    ("pipelines.kubeflow.org/enabled", "true"),
    ("app.kubernetes.io/part-of", "kubeflow-profile"),
];

/// The annotation by which the controller recognises its namespace.
pub const OWNER: &str = "owner";
/// The annotations by which KFAM recognises a binding.
pub const USER: &str = "user";
/// See [`USER`].
pub const ROLE: &str = "role";

/// Both programs still write version v1beta1.
pub fn policy_resource() -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(
        "security.istio.io",
        "v1beta1",
        "AuthorizationPolicy",
    ))
}

pub fn namespace(profile: &Profile) -> Namespace {
    let mut labels: BTreeMap<String, String> =
        LABELS.map(|(key, value)| (key.into(), value.into())).into();
    labels.insert("istio-injection".into(), "enabled".into());
    Namespace {
        metadata: ObjectMeta {
            name: Some(profile.name_any()),
            annotations: Some([(OWNER.to_owned(), profile.spec.owner.name.clone())].into()),
            labels: Some(labels),
            owner_references: owner_references(profile),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    }
}

pub fn service_account(profile: &Profile, name: &str) -> ServiceAccount {
    ServiceAccount {
        metadata: owned(profile, name),
        ..ServiceAccount::default()
    }
}

/// Gives a `ServiceAccount` of the namespace its role.
pub fn account_binding(profile: &Profile, name: &str, cluster_role: &str) -> RoleBinding {
    let subject = Subject {
        kind: "ServiceAccount".into(),
        name: name.into(),
        namespace: Some(profile.name_any()),
        api_group: None,
    };
    RoleBinding {
        metadata: owned(profile, name),
        role_ref: role_ref(cluster_role),
        subjects: Some(vec![subject]),
    }
}

/// `namespaceAdmin`: the owner's role.
pub fn owner_binding(profile: &Profile) -> RoleBinding {
    let owner = &profile.spec.owner;
    let group = if owner.api_group.is_empty() {
        RBAC.to_owned()
    } else {
        owner.api_group.clone()
    };
    let subject = Subject {
        kind: owner.kind.clone(),
        name: owner.name.clone(),
        namespace: (!owner.namespace.is_empty()).then(|| owner.namespace.clone()),
        api_group: Some(group),
    };
    let mut metadata = owned(profile, "namespaceAdmin");
    metadata.annotations = Some(annotations(&owner.name, "admin"));
    RoleBinding {
        metadata,
        role_ref: role_ref("kubeflow-admin"),
        subjects: Some(vec![subject]),
    }
}

pub fn quota(profile: &Profile) -> ResourceQuota {
    let wanted = profile.spec.resource_quota_spec.clone();
    ResourceQuota {
        metadata: owned(profile, "kf-resource-quota"),
        spec: Some(ResourceQuotaSpec {
            hard: Some(wanted.hard),
            scope_selector: wanted.scope_selector,
            scopes: (!wanted.scopes.is_empty()).then_some(wanted.scopes),
        }),
        status: None,
    }
}

/// `ns-owner-access-istio`: what may reach the pods of the namespace.
pub fn owner_policy(profile: &Profile) -> DynamicObject {
    let (name, owner) = (profile.name_any(), &profile.spec.owner.name);
    let mut metadata = owned(profile, "ns-owner-access-istio");
    metadata.annotations = Some(annotations(owner, "admin"));
    policy(
        metadata,
        &json!([
            person_rule(owner),
            { "when": [{ "key": "source.namespace", "values": [name] }] },
            { "to": [{ "operation": { "paths": ["/healthz", "/metrics", "/wait-for-drain"] } }] },
            {
                "from": [{ "source": { "principals": [NOTEBOOK_CONTROLLER] } }],
                "to": [{ "operation": { "methods": ["GET"], "paths": ["*/api/kernels"] } }],
            },
        ]),
    )
}

/// The name that KFAM gives to both objects of a contributor.
pub fn contributor_name(user: &str, role: &str) -> String {
    let mut name = String::new();
    for character in format!("user-{user}-clusterrole-{role}").chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name
}

/// A contributor's role, as KFAM makes it.
pub fn contributor_binding(name: &str, namespace: &str, user: &str, role: &str) -> RoleBinding {
    let subject = Subject {
        kind: "User".into(),
        name: user.into(),
        namespace: None,
        api_group: Some(RBAC.into()),
    };
    RoleBinding {
        metadata: contributor_metadata(name, namespace, annotations(user, role)),
        role_ref: role_ref(&format!("kubeflow-{role}")),
        subjects: Some(vec![subject]),
    }
}

/// A contributor's way through the mesh, as KFAM makes it.
pub fn contributor_policy(name: &str, namespace: &str, user: &str, role: &str) -> DynamicObject {
    policy(
        contributor_metadata(name, namespace, annotations(user, role)),
        &json!([person_rule(user)]),
    )
}

fn person_rule(user: &str) -> Value {
    json!({
        "from": [{ "source": { "principals": [GATEWAY, PIPELINE_UI] } }],
        "when": [{ "key": "request.headers[kubeflow-userid]", "values": [user] }],
    })
}

fn policy(metadata: ObjectMeta, rules: &Value) -> DynamicObject {
    DynamicObject {
        types: Some(kube::api::TypeMeta {
            api_version: "security.istio.io/v1beta1".into(),
            kind: "AuthorizationPolicy".into(),
        }),
        metadata,
        data: json!({ "spec": { "rules": rules } }),
    }
}

fn owned(profile: &Profile, name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        namespace: Some(profile.name_any()),
        owner_references: owner_references(profile),
        ..ObjectMeta::default()
    }
}

fn contributor_metadata(
    name: &str,
    namespace: &str,
    annotations: BTreeMap<String, String>,
) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        namespace: Some(namespace.into()),
        annotations: Some(annotations),
        ..ObjectMeta::default()
    }
}

fn owner_references(profile: &Profile) -> Option<Vec<OwnerReference>> {
    let mut reference = profile.controller_owner_ref(&())?;
    reference.block_owner_deletion = Some(true);
    Some(vec![reference])
}

fn annotations(user: &str, role: &str) -> BTreeMap<String, String> {
    [
        (USER.to_owned(), user.to_owned()),
        (ROLE.to_owned(), role.to_owned()),
    ]
    .into()
}

fn role_ref(cluster_role: &str) -> RoleRef {
    RoleRef {
        api_group: RBAC.into(),
        kind: "ClusterRole".into(),
        name: cluster_role.into(),
    }
}
