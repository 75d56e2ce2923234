//! Contributors of which something is wrong: found, put right, and then as KFAM and the Central Dashboard expect them.

use kube::Api;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind};
use lab::Lab;
use lab::browser::Browser;
use lab::dashboard::{run_operation, undo_operation};
use lab::stand_in::kfam::Binding;
use serde_json::json;

use crate::reach::eventually;
use crate::world::{add_user, admin, world};

pub(crate) fn policies(lab: &Lab, namespace: &str) -> Api<DynamicObject> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(
        "security.istio.io",
        "v1beta1",
        "AuthorizationPolicy",
    ));
    Api::namespaced_with(lab.client(), namespace, &kind)
}

pub(crate) fn bindings(lab: &Lab, namespace: &str) -> Api<DynamicObject> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(
        "rbac.authorization.k8s.io",
        "v1",
        "RoleBinding",
    ));
    Api::namespaced_with(lab.client(), namespace, &kind)
}

pub(crate) async fn delete_policy(lab: &Lab, namespace: &str, name: &str) {
    policies(lab, namespace)
        .delete(name, &DeleteParams::default())
        .await
        .unwrap();
}

async fn repair(browser: &mut Browser, profile: &str, object: &str, wanted: &str) {
    let path = format!("/kubeflow-admin/profiles/of/{profile}");
    let page = eventually(browser, &path, wanted).await;
    let plan = browser
        .submit(
            &page,
            &format!("{path}/contributors/mend"),
            &[("object", object)],
        )
        .await
        .unwrap();
    let done = run_operation(browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
}

#[tokio::test]
async fn half_a_pair_is_completed_and_kfam_can_remove_it_again() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "half-owner@example.com", "half-team").await;
    let binding = Binding::new("half-ana@example.com", "half-team", "edit");
    lab.kfam()
        .create_binding("half-owner@example.com", &binding)
        .await
        .unwrap();
    let object = binding.object_name();
    delete_policy(lab, "half-team", &object).await;
    assert!(
        lab.kfam()
            .delete_binding("half-owner@example.com", &binding)
            .await
            .is_err()
    );
    repair(
        &mut browser,
        "half-team",
        &object,
        "The AuthorizationPolicy is missing",
    )
    .await;
    lab.kfam()
        .delete_binding("half-owner@example.com", &binding)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_annotation_for_somebody_else_and_a_policy_without_principals_are_put_right_and_undone()
{
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "odd-owner@example.com", "odd-team").await;
    lab.apply_yaml(ODD).await.unwrap();
    let object = "user-odd-ana-example-com-clusterrole-edit";
    let path = "/kubeflow-admin/profiles/of/odd-team";
    let page = eventually(
        &mut browser,
        path,
        "its annotation says odd-bob@example.com",
    )
    .await;
    page.expect_text("It names no source").unwrap();
    repair(&mut browser, "odd-team", object, "It names no source").await;
    let listed = lab
        .kfam()
        .list_bindings(Some("odd-ana@example.com"), Some("odd-team"), None)
        .await
        .unwrap();
    assert_eq!(
        listed,
        [Binding::new("odd-ana@example.com", "odd-team", "edit")]
    );
    let policy = policies(lab, "odd-team").get(object).await.unwrap();
    assert_eq!(
        policy.data["spec"]["rules"][0]["from"][0]["source"]["principals"],
        json!([
            "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
            "cluster.local/ns/kubeflow/sa/ml-pipeline-ui"
        ])
    );
    undo_last(&mut browser, "repair-contributor", object).await;
    let binding = bindings(lab, "odd-team").get(object).await.unwrap();
    assert_eq!(
        binding.metadata.annotations.unwrap()["user"],
        "odd-bob@example.com"
    );
    let policy = policies(lab, "odd-team").get(object).await.unwrap();
    assert!(policy.data["spec"]["rules"][0].get("from").is_none());
}

async fn undo_last(browser: &mut Browser, kind: &str, subject: &str) {
    let list = browser
        .get(&format!(
            "/kubeflow-admin/operations?kind={kind}&q={subject}"
        ))
        .await
        .unwrap();
    let at = list.body.find("/kubeflow-admin/operations/0").unwrap();
    let path: String = list.body[at..].chars().take_while(|c| *c != '"').collect();
    let page = browser.get(&path).await.unwrap();
    undo_operation(browser, &page).await.unwrap();
}

#[tokio::test]
async fn sec_24_only_what_is_a_contributor_s_is_removed() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "left-owner@example.com", "left-team").await;
    let binding = Binding::new("left-gone@example.com", "left-team", "edit");
    lab.kfam()
        .create_binding("left-owner@example.com", &binding)
        .await
        .unwrap();
    bindings(lab, "left-team")
        .delete(&binding.object_name(), &DeleteParams::default())
        .await
        .unwrap();
    let path = "/kubeflow-admin/profiles/of/left-team";
    let page = eventually(
        &mut browser,
        path,
        "only the way through Istio was left behind",
    )
    .await;
    let remove = format!("{path}/contributors/remove-remains");
    for name in [
        "namespaceAdmin",
        "default-editor",
        "ns-owner-access-istio",
        "../x",
    ] {
        let refused = browser
            .submit(&page, &remove, &[("object", name)])
            .await
            .unwrap();
        assert_eq!(refused.status, 404, "{name}");
    }
    let object = binding.object_name();
    let plan = browser
        .submit(&page, &remove, &[("object", &object)])
        .await
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert!(
        policies(lab, "left-team")
            .get_opt(&object)
            .await
            .unwrap()
            .is_none()
    );
}

const ODD: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: user-odd-ana-example-com-clusterrole-edit, namespace: odd-team, annotations: {user: odd-bob@example.com, role: edit}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-edit}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: odd-ana@example.com}]
---
apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata: {name: user-odd-ana-example-com-clusterrole-edit, namespace: odd-team, annotations: {user: odd-ana@example.com, role: edit}}
spec: {rules: [{when: [{key: "request.headers[kubeflow-userid]", values: [odd-ana@example.com]}]}]}
"#;
