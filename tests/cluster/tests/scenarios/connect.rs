//! How to reach Kubeflow: what the cluster says, and what is said to those who may not look.

use crate::world::{PASSWORD, add_user, admin, world};

#[tokio::test]
async fn the_gateway_s_service_is_read_and_an_ordinary_person_gets_what_always_holds() {
    let (lab, dashboard) = world().await;
    lab.apply_yaml(GATEWAY).await.unwrap();
    let mut browser = admin().await;
    let page = browser.get("/kubeflow-admin/connect").await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    for wanted in [
        "Service istio-system/istio-ingressgateway is of type NodePort.",
        "kubectl -n istio-system port-forward svc/istio-ingressgateway 8081:80",
    ] {
        page.expect_text(wanted).unwrap();
    }
    let password = add_user(&mut browser, "connected@example.com", "connected").await;
    let mut person = dashboard
        .signed_in("connected@example.com", &password)
        .await
        .unwrap();
    let page = person.get("/kubeflow-admin/connect").await.unwrap();
    for wanted in [
        "Your account may not see what is installed",
        "kubectl -n istio-system port-forward svc/istio-ingressgateway 8081:80",
        "Kubeflow 1.9 and newer",
        "client.list_experiments(namespace=\"connected\")",
        "\"login\": \"connected@example.com\"",
    ] {
        page.expect_text(wanted).unwrap();
    }
    assert!(!page.body.contains(":32223"), "{}", page.text());
}

#[tokio::test]
async fn owners_see_their_contributors_and_those_see_only_themselves() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    let owner_password = add_user(&mut browser, "hosting@example.com", "hosting").await;
    lab.add_password("guest@example.com", PASSWORD)
        .await
        .unwrap();
    let profile = "/kubeflow-admin/profiles/of/hosting";
    let page = browser.get(profile).await.unwrap();
    let fields = [("email", "guest@example.com"), ("role", "edit")];
    let path = format!("{profile}/contributors");
    let plan = browser.submit(&page, &path, &fields).await.unwrap();
    lab::dashboard::run_operation(&mut browser, &plan)
        .await
        .unwrap();
    let mut owner = dashboard
        .signed_in("hosting@example.com", &owner_password)
        .await
        .unwrap();
    let mine = owner.get("/kubeflow-admin/mine").await.unwrap();
    mine.expect_text("guest@example.com (edit)").unwrap();
    mine.expect_text("Usage over time").unwrap();
    let mut guest = dashboard
        .signed_in("guest@example.com", PASSWORD)
        .await
        .unwrap();
    let mine = guest.get("/kubeflow-admin/mine").await.unwrap();
    mine.expect_text("hosting").unwrap();
    assert!(!mine.body.contains("Contributors</h3>"), "{}", mine.text());
}

const GATEWAY: &str = "{apiVersion: v1, kind: Service, metadata: {name: istio-ingressgateway, namespace: istio-system}, \
    spec: {type: NodePort, selector: {istio: ingressgateway}, \
    ports: [{name: http2, port: 80, nodePort: 32223}, {name: https, port: 443, nodePort: 32443}]}}";
