//! What the scenarios stand on: the machine, the folder for screenshots, a forwarded port.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Result;
use lab::installed::NAMESPACE;
use lab::{Lab, binaries, node, waiting};
use screen::{Album, Window, driver};
use tokio::net::TcpStream;
use tokio::process::Child;

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
    let child = tokio::process::Command::new(binaries::kubectl().await?)
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

/// From a deep link through Dex's own page back to the deep link.
pub(crate) async fn sign_in(
    window: &Window,
    wanted: &str,
    email: &str,
    password: &str,
    album: Option<&Album>,
) {
    window.go(wanted).await.unwrap();
    window
        .wait_for_path("/kubeflow-admin/sign-in")
        .await
        .unwrap();
    if let Some(album) = album {
        album.page(window, "sign-in").await.unwrap();
    }
    window.press("Sign in with Dex").await.unwrap();
    window.wait_for_path("/dex/auth/local").await.unwrap();
    window.fill("#login", email).await.unwrap();
    window.fill("#password", password).await.unwrap();
    window.click("#submit-login").await.unwrap();
    window.wait_for_path(wanted).await.unwrap();
}
