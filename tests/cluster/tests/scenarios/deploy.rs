//! `deploy/`: every overlay, and all components at once, as kustomize builds them and the API server judges them.

use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::PostParams;
use lab::{Lab, binaries, settings};
use serde_json::{Value, json};

use crate::world::world;

fn root() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    path.canonicalize().unwrap()
}

async fn kubectl(lab: &Lab, arguments: &[&str]) -> String {
    let output = tokio::process::Command::new(binaries::kubectl().await.unwrap())
        .env("KUBECONFIG", lab.kubeconfig())
        .args(arguments)
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The base with every component, as somebody with all wishes would combine them.
fn everything() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let up = "../".repeat(place.components().count() - 1);
    let deploy = format!("{up}{}", root().strip_prefix("/").unwrap().display());
    let components = std::fs::read_dir(root().join("components")).unwrap();
    let components: Vec<String> = components
        .map(|entry| {
            format!(
                "{deploy}/components/{}",
                entry.unwrap().file_name().display()
            )
        })
        .collect();
    let text = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
        "resources": [format!("{deploy}/base")], "components": components,
    });
    std::fs::write(place.join("kustomization.yaml"), text.to_string()).unwrap();
    folder
}

fn folders() -> Vec<PathBuf> {
    let overlays = std::fs::read_dir(root().join("overlays")).unwrap();
    let mut all: Vec<PathBuf> = overlays.map(|entry| entry.unwrap().path()).collect();
    all.push(root().join("base"));
    all
}

/// Tries it on the API server and gives the objects.
async fn tried(lab: &Lab, folder: &Path) -> Vec<Value> {
    let built = kubectl(lab, &["kustomize", folder.to_str().unwrap()]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &built).unwrap();
    let apply = [
        "apply",
        "--server-side",
        "--force-conflicts",
        "--dry-run=server",
    ];
    let file = ["-f", file.path().to_str().unwrap()];
    kubectl(lab, &[&apply[..], &file].concat()).await;
    serde_saphyr::from_multiple(&built).unwrap()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|one| one["kind"] == kind).collect()
}

/// The pods that Deployments and Jobs would make.
fn pods(objects: &[Value]) -> Vec<Value> {
    let workloads = of_kind(objects, "Deployment");
    let workloads = workloads.into_iter().chain(of_kind(objects, "Job"));
    workloads
        .map(|one| {
            let template = &one["spec"]["template"];
            json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": "judged", "namespace": "kubeflow-admin", "labels": template["metadata"]["labels"]},
                "spec": template["spec"],
            })
        })
        .collect()
}

async fn admitted(lab: &Lab, pod: Value) -> Result<Pod, kube::Error> {
    let api: Api<Pod> = Api::namespaced(lab.client(), "kubeflow-admin");
    let try_it = PostParams {
        dry_run: true,
        field_manager: None,
    };
    api.create(&try_it, &serde_json::from_value(pod).unwrap())
        .await
}

/// A real API server: the sandbox has neither the documents that kubectl validates with nor Pod Security admission.
async fn with_accounts() -> Option<&'static Lab> {
    if settings::Server::chosen().unwrap() == settings::Server::Sandbox {
        return None;
    }
    let (lab, _) = world().await;
    let rbac = root().join("components/menu-link/rbac.yaml");
    let rbac = std::fs::read_to_string(rbac).unwrap();
    lab.apply_yaml(&rbac).await.unwrap();
    Some(lab)
}

#[tokio::test]
async fn every_overlay_is_accepted_and_its_pods_pass_the_restricted_level() {
    let Some(lab) = with_accounts().await else {
        return;
    };
    let combined = everything();
    let mut all = folders();
    all.push(combined.path().to_owned());
    for folder in all {
        let objects = tried(lab, &folder).await;
        let pods = pods(&objects);
        assert!(!pods.is_empty(), "{}", folder.display());
        for pod in pods {
            let judged = admitted(lab, pod).await;
            judged.unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
        }
    }
}

#[tokio::test]
async fn the_namespace_refuses_a_pod_that_asks_for_more() {
    let Some(lab) = with_accounts().await else {
        return;
    };
    let mut pod = pods(&tried(lab, &root().join("base")).await).remove(0);
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = json!(true);
    let refused = admitted(lab, pod).await.unwrap_err().to_string();
    assert!(refused.contains("restricted"), "{refused}");
}

#[tokio::test]
async fn service_budget_and_policies_find_the_pod_and_only_the_service_s_port_leads_to_it() {
    let Some(lab) = with_accounts().await else {
        return;
    };
    let combined = everything();
    let objects = tried(lab, combined.path()).await;
    let template = &of_kind(&objects, "Deployment")[0]["spec"]["template"];
    let labels = &template["metadata"]["labels"];
    let ours = json!({"app.kubernetes.io/name": "kubeflow-admin"});
    assert_eq!(labels["app.kubernetes.io/name"], "kubeflow-admin");
    for service in of_kind(&objects, "Service") {
        assert_eq!(service["spec"]["selector"], ours);
        assert_eq!(service["spec"]["ports"].as_array().unwrap().len(), 1);
        assert_eq!(service["spec"]["ports"][0]["targetPort"], "http");
    }
    for budget in of_kind(&objects, "PodDisruptionBudget") {
        assert_eq!(budget["spec"]["selector"]["matchLabels"], ours);
    }
    let policies = of_kind(&objects, "NetworkPolicy");
    let in_ours = policies
        .iter()
        .filter(|policy| policy["metadata"]["namespace"] == "kubeflow-admin");
    for policy in in_ours {
        assert_eq!(policy["spec"]["podSelector"]["matchLabels"], ours);
        for rule in policy["spec"]["ingress"].as_array().into_iter().flatten() {
            let open = rule["from"].is_null();
            let expected = if open { 8080 } else { 9090 };
            assert_eq!(rule["ports"][0]["port"], expected, "{policy}");
        }
    }
}

#[tokio::test]
async fn two_replicas_share_a_database_and_have_no_volume() {
    let Some(lab) = with_accounts().await else {
        return;
    };
    let objects = tried(lab, &root().join("overlays/postgres")).await;
    assert_eq!(
        of_kind(&objects, "PersistentVolumeClaim"),
        [&json!(null); 0]
    );
    let spec = &of_kind(&objects, "Deployment")[0]["spec"];
    assert_eq!(spec["replicas"], 2);
    let text = spec.to_string();
    assert!(text.contains("kubeflow-admin-database"), "{text}");
    assert!(
        !text.contains("sqlite") && !text.contains("claimName"),
        "{text}"
    );
}
