//! Where the scenarios happen: a fresh node with `deploy/` applied to it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use lab::image::Image;
use lab::{Lab, dashboard, node, waiting};
use screen::{Album, driver};
use tokio::net::TcpStream;
use tokio::process::Child;

const IMAGE: &str = "docker.io/library/kubeflow-admin:latest";
pub(crate) const NAMESPACE: &str = "kubeflow-admin";
const NODE_PORT: u16 = 30880;

/// Says what is missing and gives false, or gives true.
pub(crate) fn is_possible() -> bool {
    let mut obstacles = node::obstacles();
    obstacles.extend(driver::obstacles().into_iter().map(ToOwned::to_owned));
    if !obstacles.is_empty() {
        eprintln!(
            "skipped: the browser on a whole node needs {}",
            obstacles.join(", ")
        );
    }
    obstacles.is_empty()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Screenshots go below Cargo's target folder.
pub(crate) fn album() -> Result<Album> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    let axe = root().join("node_modules/axe-core/axe.min.js");
    Album::new(&folder, &axe)
}

/// Applies the NodePort overlay with kubectl, as the README says, and waits until the pod is ready.
pub(crate) async fn install(lab: &Lab) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let stripped = strip(&dashboard::program()?, folder.path()).await?;
    let image = Image::of_program(&stripped, IMAGE)
        .await?
        .link("/kubeflow-admin", "/usr/local/bin/kubeflow-admin");
    lab.load_image(&image).await?;
    let overlay = root().join("deploy/overlays/nodeport");
    kubectl(
        lab,
        &[
            "apply",
            "-k",
            overlay.to_str().context("a path that is not UTF-8")?,
        ],
    )
    .await?;
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), NAMESPACE);
    let ready = waiting::until(
        "the dashboard's pod is ready",
        Duration::from_mins(2),
        || async {
            let status = deployments.get("kubeflow-admin").await?.status;
            Ok(status.filter(|status| status.ready_replicas == Some(1)))
        },
    );
    match ready.await {
        Ok(_) => Ok(()),
        Err(problem) => {
            let said = kubectl(lab, &["-n", NAMESPACE, "describe", "pods"]).await?;
            let logs = kubectl(lab, &["-n", NAMESPACE, "logs", "deploy/kubeflow-admin"]).await;
            Err(problem.context(format!("{said}\n{logs:?}")))
        }
    }
}

/// A copy without debug information, a tenth of the size.
async fn strip(program: &Path, folder: &Path) -> Result<PathBuf> {
    let copy = folder.join("kubeflow-admin");
    let status = tokio::process::Command::new("strip")
        .arg("-o")
        .arg(&copy)
        .arg(program)
        .status()
        .await?;
    ensure!(status.success(), "strip {}: {status}", program.display());
    Ok(copy)
}

/// The address that a colleague's browser would use.
pub(crate) fn node_port(lab: &Lab) -> Result<String> {
    Ok(format!("http://{}:{NODE_PORT}", lab.node_address()?))
}

/// Runs kubectl as the cluster's administrator; gives what it printed.
pub(crate) async fn kubectl(lab: &Lab, arguments: &[&str]) -> Result<String> {
    let output = lab
        .command_in_namespace("kubectl")?
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

/// `kubectl sign-in-link` in the pod, as the README says: path and query of the link.
pub(crate) async fn sign_in_link(lab: &Lab) -> Result<String> {
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

/// A running `kubectl port-forward` on this machine.
pub(crate) struct Forward {
    _kubectl: Child,
    pub(crate) origin: String,
}

/// Port 8080 where it is free, another one where it is not.
pub(crate) async fn port_forward(lab: &Lab) -> Result<Forward> {
    let free = std::net::TcpListener::bind("127.0.0.1:8080")
        .or_else(|_| std::net::TcpListener::bind("127.0.0.1:0"))?;
    let port = free.local_addr()?.port();
    drop(free);
    let child = tokio::process::Command::new("kubectl")
        .env("KUBECONFIG", lab.kubeconfig())
        .args(["-n", NAMESPACE, "port-forward", "svc/kubeflow-admin"])
        .arg(format!("{port}:80"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    waiting::until("the forwarded port", Duration::from_secs(20), || async {
        Ok(TcpStream::connect(("127.0.0.1", port)).await.ok())
    })
    .await?;
    Ok(Forward {
        _kubectl: child,
        origin: format!("http://localhost:{port}"),
    })
}
