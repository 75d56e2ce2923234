//! The dashboard as a pod: `deploy/` applied with kubectl to a whole node, as the README says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;

use crate::running::Lab;
use crate::{binaries, commands, dashboard, dockerfile, waiting};

pub const NAMESPACE: &str = "kubeflow-admin";
const IMAGE: &str = "docker.io/library/kubeflow-admin:latest";
/// As `deploy/overlays/nodeport` has it.
const NODE_PORT: u16 = 30880;

/// Applies the `NodePort` overlay and waits until the pod is ready.
pub async fn install(lab: &Lab) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let stripped = strip(&dashboard::program()?, folder.path()).await?;
    lab.load_image(&dockerfile::image(&stripped, IMAGE).await?)
        .await?;
    let overlay = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/overlays/nodeport");
    let overlay = overlay.to_str().context("a path that is not UTF-8")?;
    kubectl(lab, &["apply", "-k", overlay]).await?;
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), NAMESPACE);
    let ready = waiting::until("the dashboard's pod", Duration::from_mins(2), || async {
        let status = deployments.get("kubeflow-admin").await?.status;
        Ok(status.filter(|status| status.ready_replicas == Some(1)))
    });
    match ready.await {
        Ok(_) => Ok(()),
        Err(problem) => {
            let said = kubectl(lab, &["-n", NAMESPACE, "describe", "pods"]).await?;
            let logs = kubectl(lab, &["-n", NAMESPACE, "logs", "deploy/kubeflow-admin"]).await;
            Err(problem.context(format!("{said}\n{logs:?}")))
        }
    }
}

/// A copy without debug information, half the size.
async fn strip(program: &Path, folder: &Path) -> Result<PathBuf> {
    let copy = folder.join("kubeflow-admin");
    let (to, from) = (copy.to_str(), program.to_str());
    let (to, from) = to.zip(from).context("a path that is not UTF-8")?;
    commands::run(&["strip", "-o", to, from]).await?;
    Ok(copy)
}

/// `http://node:port`, the address that a colleague's browser would use.
pub fn origin(lab: &Lab) -> Result<String> {
    Ok(format!("http://{}:{NODE_PORT}", lab.node_address()?))
}

/// Runs kubectl as the cluster's administrator; gives what it printed.
pub async fn kubectl(lab: &Lab, arguments: &[&str]) -> Result<String> {
    let program = binaries::kubectl().await?;
    let output = lab
        .command_in_namespace(program.to_str().context("a path that is not UTF-8")?)?
        .args(arguments)
        .output()
        .await?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "kubectl {arguments:?}: {printed} {errors}"
    );
    Ok(printed)
}

/// `sign-in-link` in the pod: path and query of the link.
pub async fn sign_in_link(lab: &Lab) -> Result<String> {
    let exec = ["-n", NAMESPACE, "exec", "deploy/kubeflow-admin", "--"];
    let printed = kubectl(
        lab,
        &[&exec[..], &["/kubeflow-admin", "sign-in-link"]].concat(),
    )
    .await?;
    let link = printed
        .split_whitespace()
        .find_map(|word| word.strip_prefix("http://localhost:8080"));
    Ok(link
        .with_context(|| format!("no link: {printed}"))?
        .to_owned())
}
