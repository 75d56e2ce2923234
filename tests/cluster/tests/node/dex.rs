//! Dex as Kubeflow installs it: a Deployment that reads its `ConfigMap` when it starts.

use std::time::Duration;

use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api,
    api::{ListParams, Patch, PatchParams},
};
use lab::{http_client, waiting};
use serde_json::json;

use crate::{shared_node, turn_at_dex};

#[tokio::test]
async fn dex_is_ready_and_answers_on_the_nodes_port() {
    let Some(lab) = shared_node().await else {
        return;
    };
    let _turn = turn_at_dex().await;
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), "auth");
    let dex = deployments.get("dex").await.unwrap();
    assert_eq!(dex.status.unwrap().ready_replicas, Some(1));
    let url = format!("{}/dex/.well-known/openid-configuration", lab.dex_url());
    let answer = http_client::get(&url).await.unwrap();
    let discovery: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
    assert_eq!(
        discovery["issuer"],
        "http://dex.auth.svc.cluster.local:5556/dex"
    );
}

#[tokio::test]
async fn a_restart_of_dex_brings_a_new_pod_and_ends() {
    let Some(lab) = shared_node().await else {
        return;
    };
    let _turn = turn_at_dex().await;
    let pods: Api<Pod> = Api::namespaced(lab.client(), "auth");
    let names = async || -> anyhow::Result<Vec<String>> {
        let listed = pods.list(&ListParams::default().labels("app=dex")).await?;
        Ok(listed
            .into_iter()
            .filter_map(|pod| pod.metadata.name)
            .collect())
    };
    let before = names().await.unwrap();
    let annotation = json!({ "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" });
    let patch = json!({ "spec": { "template": { "metadata": { "annotations": annotation } } } });
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), "auth");
    deployments
        .patch("dex", &PatchParams::default(), &Patch::Merge(patch))
        .await
        .unwrap();
    waiting::until("only a new pod is left", Duration::from_mins(2), || async {
        let now = names().await?;
        Ok((now.len() == 1 && now != before).then_some(()))
    })
    .await
    .unwrap();
}
