//! `kubeflow-admin menu-link`, with the ServiceAccount that `deploy/components/menu-link` makes for it.

use std::path::PathBuf;
use std::process::Output;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use lab::{Lab, dashboard};

use crate::world::world;

/// As Kubeflow 1.9 and later ship it, shortened, with an entry of the installation's own.
const SHIPPED: &str = r#"{
    "menuLinks": [
        {"type": "item", "link": "/jupyter/", "text": "Notebooks", "icon": "book"},
        {
            "type": "section", "text": "Pipelines", "icon": "kubeflow:pipeline-centered",
            "items": [ {"type": "item", "link": "/pipeline/#/runs", "text": "Runs"} ]
        },
        {"type": "item", "link": "/mlflow/", "text": "MLflow", "icon": "assessment"}
    ],
    "externalLinks": [],
    "quickLinks": [ {"text": "Create a notebook", "desc": "Jupyter", "link": "/jupyter/new?namespace=kubeflow"} ]
}"#;

async fn prepare(lab: &Lab) -> PathBuf {
    world().await;
    let rbac = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/components/menu-link/rbac.yaml"
    );
    let rbac = std::fs::read_to_string(rbac).unwrap();
    lab.apply_yaml(&rbac).await.unwrap();
    lab.service_account_kubeconfig("kubeflow-admin", "kubeflow-admin-menu-link")
        .await
        .unwrap()
}

async fn put_menu(lab: &Lab, links: &str) {
    let map = serde_json::json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "centraldashboard-config", "namespace": "kubeflow"},
        "data": {"links": links, "settings": "{\"DASHBOARD_FORCE_IFRAME\": true}"},
    });
    lab.apply_yaml(&map.to_string()).await.unwrap();
}

async fn menu(lab: &Lab) -> (String, String) {
    let maps: Api<ConfigMap> = Api::namespaced(lab.client(), "kubeflow");
    let map = maps.get("centraldashboard-config").await.unwrap();
    let mut data = map.data.unwrap();
    (
        data.remove("links").unwrap(),
        data.remove("settings").unwrap(),
    )
}

async fn run(kubeconfig: &std::path::Path, arguments: &[&str]) -> Output {
    tokio::process::Command::new(dashboard::program().unwrap())
        .arg("menu-link")
        .args(arguments)
        .env("KUBEFLOW_ADMIN_KUBECONFIG", kubeconfig)
        .output()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_menu_gets_one_entry_keeps_the_rest_and_gives_it_back() {
    let lab = Lab::shared().await;
    let kubeconfig = prepare(lab).await;
    put_menu(lab, SHIPPED).await;
    for _ in 0..2 {
        let output = run(&kubeconfig, &["add"]).await;
        assert!(output.status.success(), "{output:?}");
    }
    let (links, settings) = menu(lab).await;
    let read: serde_json::Value = serde_json::from_str(&links).unwrap();
    let entry = serde_json::json!({
        "type": "item", "link": "/kubeflow-admin/", "text": "Administration", "icon": "supervisor-account",
    });
    assert_eq!(read["menuLinks"].as_array().unwrap().len(), 4);
    assert_eq!(read["menuLinks"][3], entry);
    assert_eq!(settings, "{\"DASHBOARD_FORCE_IFRAME\": true}");

    let output = run(&kubeconfig, &["remove"]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(menu(lab).await.0, SHIPPED);
    // What nobody asked for is not written either.
    let output = run(&kubeconfig, &["remove"]).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("nothing was changed"), "{said}");

    let broken = "{\"menuLinks\": [ oops ]}";
    put_menu(lab, broken).await;
    let output = run(&kubeconfig, &["add"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("left alone"),
        "{said}"
    );
    assert_eq!(menu(lab).await.0, broken);
}

#[tokio::test]
async fn the_account_for_the_menu_may_touch_no_other_config_map() {
    let lab = Lab::shared().await;
    let kubeconfig = prepare(lab).await;
    for other in [
        ["--namespace", "auth", "--config-map", "dex"],
        ["--namespace", "kubeflow", "--config-map", "other"],
    ] {
        let output = run(&kubeconfig, &[&["add"][..], &other].concat()).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("does not allow"),
            "{said}"
        );
    }
}
