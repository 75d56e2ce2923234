//! The stand-in of the profile controller writes what the real one was seen to write.

use std::time::Duration;

use k8s_openapi::api::{
    core::v1::{Namespace, ResourceQuota},
    rbac::v1::RoleBinding,
};
use kube::{
    Api, ResourceExt,
    api::{
        ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams,
    },
};
use lab::{Lab, waiting};
use serde_json::{Value, json};

pub(crate) fn profiles(lab: &Lab) -> Api<DynamicObject> {
    Api::all_with(
        lab.client(),
        &ApiResource::from_gvk(&GroupVersionKind::gvk("kubeflow.org", "v1", "Profile")),
    )
}

pub(crate) fn policies(lab: &Lab, namespace: &str) -> Api<DynamicObject> {
    let kind = GroupVersionKind::gvk("security.istio.io", "v1", "AuthorizationPolicy");
    Api::namespaced_with(lab.client(), namespace, &ApiResource::from_gvk(&kind))
}

/// Creates a Profile and waits for its finalizer, the last thing the controller writes.
pub(crate) async fn ready_profile(lab: &Lab, name: &str, owner: &str, quota: Value) {
    let profile = serde_json::from_value(json!({
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": { "name": name },
        "spec": { "owner": { "kind": "User", "name": owner }, "resourceQuotaSpec": quota },
    }))
    .unwrap();
    let profiles = profiles(lab);
    profiles
        .create(&PostParams::default(), &profile)
        .await
        .unwrap();
    waiting::until(
        "the Profile has its finalizer",
        Duration::from_secs(20),
        || async {
            Ok(profiles
                .get(name)
                .await?
                .finalizers()
                .contains(&"profile-finalizer".to_owned())
                .then_some(()))
        },
    )
    .await
    .unwrap();
}

fn hard() -> Value {
    json!({ "hard": { "cpu": "4", "memory": "8Gi", "requests.nvidia.com/gpu": "1" } })
}

/// Who wrote which fields, the API server's own `kube-controller-manager` aside.
fn managers(object: &impl ResourceExt) -> Vec<(String, String)> {
    let entries = object.managed_fields().iter();
    let pairs = entries.map(|entry| {
        (
            entry.manager.clone().unwrap(),
            entry.operation.clone().unwrap(),
        )
    });
    pairs
        .filter(|(manager, _)| manager != "kube-controller-manager")
        .collect()
}

fn by_controller() -> Vec<(String, String)> {
    vec![("profile-controller".into(), "Update".into())]
}

#[tokio::test]
async fn a_profile_gets_its_namespace() {
    let lab = Lab::shared().await;
    ready_profile(lab, "ana", "ana@example.com", hard()).await;
    let namespace = Api::<Namespace>::all(lab.client())
        .get("ana")
        .await
        .unwrap();
    let labels = json!({
        "app.kubernetes.io/part-of": "kubeflow-profile",
        "istio-injection": "enabled",
        "katib.kubeflow.org/metrics-collector-injection": "enabled",
        "kubernetes.io/metadata.name": "ana",
        "pipelines.kubeflow.org/enabled": "true",
        "serving.kubeflow.org/inferenceservice": "enabled",
    });
    assert_eq!(json!(namespace.labels()), labels);
    assert_eq!(
        json!(namespace.annotations()),
        json!({ "owner": "ana@example.com" })
    );
    let uid = profiles(lab).get("ana").await.unwrap().uid();
    let reference = json!([{
        "apiVersion": "kubeflow.org/v1",
        "blockOwnerDeletion": true,
        "controller": true,
        "kind": "Profile",
        "name": "ana",
        "uid": uid,
    }]);
    assert_eq!(json!(namespace.owner_references()), reference);
    assert_eq!(managers(&namespace), by_controller());
}

#[tokio::test]
async fn a_profile_gets_its_quota_and_its_status_stays_empty() {
    let lab = Lab::shared().await;
    ready_profile(
        lab,
        "quota",
        "ana@example.com",
        json!({ "hard": { "cpu": "2000m", "memory": "1024Mi" } }),
    )
    .await;
    let quotas: Api<ResourceQuota> = Api::namespaced(lab.client(), "quota");
    let quota = quotas.get("kf-resource-quota").await.unwrap();
    assert_eq!(
        json!(quota.spec),
        json!({ "hard": { "cpu": "2", "memory": "1Gi" } })
    );
    assert_eq!(managers(&quota), by_controller());
    let profile = profiles(lab).get("quota").await.unwrap();
    assert_eq!(profile.data["status"], Value::Null);
    let written_back = json!({ "hard": { "cpu": "2", "memory": "1Gi" } });
    assert_eq!(profile.data["spec"]["resourceQuotaSpec"], written_back);
}

#[tokio::test]
async fn an_emptied_quota_is_removed() {
    let lab = Lab::shared().await;
    ready_profile(lab, "emptied", "ana@example.com", hard()).await;
    let patch = Patch::Merge(json!({ "spec": { "resourceQuotaSpec": null } }));
    profiles(lab)
        .patch("emptied", &PatchParams::default(), &patch)
        .await
        .unwrap();
    let quotas: Api<ResourceQuota> = Api::namespaced(lab.client(), "emptied");
    waiting::until("the quota is gone", Duration::from_secs(10), || async {
        Ok(quotas
            .get_opt("kf-resource-quota")
            .await?
            .is_none()
            .then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_profile_gets_its_bindings() {
    let lab = Lab::shared().await;
    ready_profile(lab, "bindings", "ana@example.com", hard()).await;
    let bindings: Api<RoleBinding> = Api::namespaced(lab.client(), "bindings");
    let role = |name: &str| json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name });

    let owner = bindings.get("namespaceAdmin").await.unwrap();
    let subject = json!([{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "ana@example.com" }]);
    assert_eq!(
        json!(owner.annotations()),
        json!({ "role": "admin", "user": "ana@example.com" })
    );
    assert_eq!(
        (json!(owner.role_ref), json!(owner.subjects)),
        (role("kubeflow-admin"), subject)
    );
    assert_eq!(managers(&owner), by_controller());

    for (name, cluster_role) in [
        ("default-editor", "kubeflow-edit"),
        ("default-viewer", "kubeflow-view"),
    ] {
        let binding = bindings.get(name).await.unwrap();
        let subject = json!([{ "kind": "ServiceAccount", "name": name, "namespace": "bindings" }]);
        assert_eq!(
            (json!(binding.role_ref), json!(binding.subjects)),
            (role(cluster_role), subject)
        );
    }
}

#[tokio::test]
async fn a_profile_gets_its_policy() {
    let lab = Lab::shared().await;
    ready_profile(lab, "policy", "ana@example.com", hard()).await;
    let policy = policies(lab, "policy")
        .get("ns-owner-access-istio")
        .await
        .unwrap();
    let rules = json!([
        {
            "from": [{ "source": { "principals": [
                "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
                "cluster.local/ns/kubeflow/sa/ml-pipeline-ui",
            ] } }],
            "when": [{ "key": "request.headers[kubeflow-userid]", "values": ["ana@example.com"] }],
        },
        { "when": [{ "key": "source.namespace", "values": ["policy"] }] },
        { "to": [{ "operation": { "paths": ["/healthz", "/metrics", "/wait-for-drain"] } }] },
        {
            "from": [{ "source": { "principals": [
                "cluster.local/ns/kubeflow/sa/notebook-controller-service-account",
            ] } }],
            "to": [{ "operation": { "methods": ["GET"], "paths": ["*/api/kernels"] } }],
        },
    ]);
    assert_eq!(policy.data["spec"], json!({ "rules": rules }));
    assert_eq!(
        json!(policy.annotations()),
        json!({ "role": "admin", "user": "ana@example.com" })
    );
    let written_as = policy.managed_fields()[0].api_version.clone();
    assert_eq!(written_as.as_deref(), Some("security.istio.io/v1beta1"));
    assert_eq!(managers(&policy), by_controller());
}

#[tokio::test]
async fn an_owner_change_alone_stops_silently_until_the_annotation_follows() {
    let lab = Lab::shared().await;
    ready_profile(lab, "handed-over", "ana@example.com", hard()).await;
    let patch = Patch::Merge(json!({
        "spec": { "owner": { "name": "eva@example.com" }, "resourceQuotaSpec": { "hard": { "cpu": "9" } } },
    }));
    profiles(lab)
        .patch("handed-over", &PatchParams::default(), &patch)
        .await
        .unwrap();
    let quotas: Api<ResourceQuota> = Api::namespaced(lab.client(), "handed-over");
    let bindings: Api<RoleBinding> = Api::namespaced(lab.client(), "handed-over");
    // Its way of stopping is to write the Profile back without a change: a request to wait for.
    lab.audit_entry(|entry| {
        let by_stand_in =
            entry.user == "system:serviceaccount:kubeflow:profiles-controller-service-account";
        by_stand_in
            && entry.verb == "update"
            && entry.name == "handed-over"
            && entry.resource == "profiles"
    })
    .await
    .unwrap();
    let cpu = |quota: ResourceQuota| quota.spec.unwrap().hard.unwrap()["cpu"].0.clone();
    assert_eq!(cpu(quotas.get("kf-resource-quota").await.unwrap()), "4");

    let patch =
        Patch::Merge(json!({ "metadata": { "annotations": { "owner": "eva@example.com" } } }));
    let namespaces: Api<Namespace> = Api::all(lab.client());
    namespaces
        .patch("handed-over", &PatchParams::default(), &patch)
        .await
        .unwrap();
    waiting::until("the quota follows", Duration::from_secs(10), || async {
        Ok((cpu(quotas.get("kf-resource-quota").await?) == "9").then_some(()))
    })
    .await
    .unwrap();
    let owner = bindings.get("namespaceAdmin").await.unwrap();
    assert_eq!(owner.subjects.unwrap()[0].name, "eva@example.com");
    assert_eq!(
        owner.metadata.annotations.unwrap()["user"],
        "ana@example.com",
        "annotations keep the old owner"
    );
}

#[tokio::test]
async fn the_deletion_of_a_profile_ends_with_its_namespace() {
    let lab = Lab::shared().await;
    ready_profile(lab, "deleted", "ana@example.com", hard()).await;
    profiles(lab)
        .delete("deleted", &DeleteParams::default())
        .await
        .unwrap();
    let namespaces: Api<Namespace> = Api::all(lab.client());
    waiting::until(
        "Profile and namespace are gone",
        Duration::from_secs(40),
        || async {
            let profile = profiles(lab).get_opt("deleted").await?;
            let namespace = namespaces.get_opt("deleted").await?;
            Ok((profile.is_none() && namespace.is_none()).then_some(()))
        },
    )
    .await
    .unwrap();
}
