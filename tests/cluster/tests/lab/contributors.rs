//! The stand-in of KFAM: naming, and the rules that make it refuse.

use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::{Api, ResourceExt, api::DeleteParams};
use lab::{
    Lab,
    stand_in::kfam::{Binding, Refused},
};
use serde_json::json;

use crate::profiles::{policies, ready_profile};

const OWNER: &str = "ana@example.com";
const NAME: &str = "user-bob-ross-example-com-clusterrole-edit";

#[tokio::test]
async fn a_contributor_is_listed_and_removed_again() {
    let lab = Lab::shared().await;
    ready_profile(lab, "shared-with-bob", OWNER, json!({})).await;
    let (kfam, bob) = (
        lab.kfam(),
        Binding::new("Bob.Ross@example.com", "shared-with-bob", "edit"),
    );
    kfam.create_binding(OWNER, &bob).await.unwrap();

    let bindings: Api<RoleBinding> = Api::namespaced(lab.client(), "shared-with-bob");
    let written = bindings.get(NAME).await.unwrap();
    assert_eq!(
        json!(written.annotations()),
        json!({ "role": "edit", "user": "Bob.Ross@example.com" })
    );
    assert!(written.owner_references().is_empty());
    assert_eq!(written.managed_fields()[0].manager.as_deref(), Some("kfam"));
    let policy = policies(lab, "shared-with-bob").get(NAME).await.unwrap();
    let when = &policy.data["spec"]["rules"][0]["when"];
    assert_eq!(
        *when,
        json!([{ "key": "request.headers[kubeflow-userid]", "values": ["Bob.Ross@example.com"] }])
    );

    let owner = Binding::new(OWNER, "shared-with-bob", "admin");
    let mut listed = kfam
        .list_bindings(None, Some("shared-with-bob"), None)
        .await
        .unwrap();
    listed.sort_by(|one, other| one.user.cmp(&other.user));
    assert_eq!(listed, [bob.clone(), owner]);
    assert_eq!(
        kfam.list_bindings(Some("Bob.Ross@example.com"), None, None)
            .await
            .unwrap(),
        std::slice::from_ref(&bob)
    );
    assert_eq!(
        kfam.list_bindings(Some("bob.ross@example.com"), None, None)
            .await
            .unwrap(),
        []
    );

    kfam.delete_binding(OWNER, &bob).await.unwrap();
    assert_eq!(
        kfam.list_bindings(Some("Bob.Ross@example.com"), None, None)
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn only_the_owner_may_add_a_contributor() {
    let lab = Lab::shared().await;
    ready_profile(lab, "not-bobs", OWNER, json!({})).await;
    let bob = Binding::new("bob@example.com", "not-bobs", "admin");
    let refused = lab
        .kfam()
        .create_binding("bob@example.com", &bob)
        .await
        .unwrap_err();
    assert!(matches!(refused, Refused::Unauthorized(_)), "{refused}");
    let bindings: Api<RoleBinding> = Api::namespaced(lab.client(), "not-bobs");
    assert!(
        bindings
            .get_opt(&bob.object_name())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn half_a_pair_cannot_be_removed_through_kfam() {
    let lab = Lab::shared().await;
    ready_profile(lab, "half-a-pair", OWNER, json!({})).await;
    let (kfam, pat) = (
        lab.kfam(),
        Binding::new("pat@example.com", "half-a-pair", "edit"),
    );
    kfam.create_binding(OWNER, &pat).await.unwrap();
    policies(lab, "half-a-pair")
        .delete(&pat.object_name(), &DeleteParams::default())
        .await
        .unwrap();
    kfam.delete_binding(OWNER, &pat).await.unwrap_err();
    let bindings: Api<RoleBinding> = Api::namespaced(lab.client(), "half-a-pair");
    assert!(
        bindings
            .get_opt(&pat.object_name())
            .await
            .unwrap()
            .is_some()
    );
}
