//! Pods, names, ports and volumes.

use std::{path::Path, time::Duration};

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use kube::{Api, api::LogParams};
use lab::{Lab, http_client, waiting};

use crate::shared_node;

const BUSYBOX: &str = "localhost/lab/busybox:1";

/// Runs a pod to its end and gives what it wrote.
async fn run(lab: &Lab, name: &str, image: &str, rest: &str) -> String {
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: default}}\n\
         spec:\n  restartPolicy: Never\n  containers:\n  - name: it\n    image: {image}\n{rest}"
    );
    lab.apply_yaml(&pod).await.unwrap();
    let pods: Api<Pod> = Api::namespaced(lab.client(), "default");
    waiting::until("the pod ends", Duration::from_mins(1), || async {
        let phase = pods.get(name).await?.status.and_then(|status| status.phase);
        Ok(phase.filter(|phase| phase == "Succeeded" || phase == "Failed"))
    })
    .await
    .unwrap();
    pods.logs(name, &LogParams::default()).await.unwrap()
}

fn command(script: &str) -> String {
    format!("    command: [sh, -c, '{script}']\n")
}

#[tokio::test]
async fn a_pod_runs_and_its_log_can_be_read() {
    let Some(lab) = shared_node().await else {
        return;
    };
    assert_eq!(
        run(lab, "greeter", BUSYBOX, &command("echo hello")).await,
        "hello\n"
    );
}

#[tokio::test]
async fn a_pod_finds_services_by_name() {
    let Some(lab) = shared_node().await else {
        return;
    };
    let script = command(
        "nslookup kubernetes.default.svc.cluster.local; wget -qO- http://dex.auth:5556/dex/healthz",
    );
    let said = run(lab, "seeker", BUSYBOX, &script).await;
    assert!(said.contains("10.96.0.1"), "{said}");
    assert!(said.contains("Health check passed"), "{said}");
}

#[tokio::test]
async fn a_node_port_is_reachable_from_the_test_and_from_the_namespace() {
    let Some(lab) = shared_node().await else {
        return;
    };
    lab.apply_yaml(&format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: server, namespace: default, labels: {{app: server}}}}\n\
         spec:\n  containers:\n  - name: it\n    image: {BUSYBOX}\n    \
         command: [sh, -c, 'echo served > /tmp/index.html; httpd -f -p 8080 -h /tmp']\n---\n\
         apiVersion: v1\nkind: Service\nmetadata: {{name: server, namespace: default}}\n\
         spec:\n  type: NodePort\n  selector: {{app: server}}\n  ports: [{{port: 80, targetPort: 8080, nodePort: 31080}}]\n"
    ))
    .await
    .unwrap();
    let url = format!("http://{}:31080/index.html", lab.node_address().unwrap());
    let body = waiting::until("the server answers", Duration::from_mins(1), || async {
        let answer = http_client::get(&url).await?;
        Ok(answer.status().is_success().then(|| answer.into_body()))
    })
    .await
    .unwrap();
    assert_eq!(body, "served\n");
    let inside = lab
        .command_in_namespace("busybox")
        .unwrap()
        .args(["wget", "-qO-", &url])
        .output()
        .await
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&inside.stdout), "served\n");
}

#[tokio::test]
async fn a_claim_without_a_class_binds_and_keeps_what_is_written() {
    let Some(lab) = shared_node().await else {
        return;
    };
    lab.apply_yaml(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: default}\n\
         spec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n",
    )
    .await
    .unwrap();
    let volume = "    volumeMounts: [{name: data, mountPath: /data}]\n  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n";
    let write = format!("{}{volume}", command("echo kept > /data/file"));
    run(lab, "writer", BUSYBOX, &write).await;
    let read = format!("{}{volume}", command("cat /data/file"));
    assert_eq!(run(lab, "reader", BUSYBOX, &read).await, "kept\n");
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(lab.client(), "default");
    let status = claims.get("data").await.unwrap().status.unwrap();
    assert_eq!(status.phase.as_deref(), Some("Bound"));
}

#[tokio::test]
async fn a_program_built_here_runs_as_nobody_with_its_libraries() {
    let Some(lab) = shared_node().await else {
        return;
    };
    lab.load_own_image(Path::new("/usr/bin/id"), "own-program:lab")
        .await
        .unwrap();
    let said = run(lab, "own-program", "own-program:lab", "").await;
    assert!(said.starts_with("uid=65532 "), "{said}");
    // Names are looked up by glibc, not by busybox.
    lab.load_own_image(Path::new("/usr/bin/getent"), "getent:lab")
        .await
        .unwrap();
    let arguments = "    args: [hosts, dex.auth.svc.cluster.local]\n";
    let said = run(lab, "getent", "getent:lab", arguments).await;
    assert!(said.starts_with("10.96."), "{said}");
}

#[tokio::test]
async fn kubectl_works_in_the_namespace() {
    let Some(lab) = shared_node().await else {
        return;
    };
    let mut kubectl = lab.command_in_namespace("kubectl").unwrap();
    let output = kubectl
        .args(["get", "nodes", "-o", "name"])
        .output()
        .await
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "node/lab\n");
}
