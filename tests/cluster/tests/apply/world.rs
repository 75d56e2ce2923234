//! Clusters and the program, as these tests use them.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use lab::dashboard::program;
use lab::slow_cluster::{Delays, SlowCluster};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

pub(crate) const QUICK: Delays = Delays {
    pods: Duration::from_millis(500),
    certificates: Duration::from_millis(200),
    bundles: Duration::from_millis(200),
};

/// One cluster for all tests that stay in a namespace of their own.
pub(crate) async fn cluster() -> &'static SlowCluster {
    static SHARED: OnceCell<SlowCluster> = OnceCell::const_new();
    let started = SHARED.get_or_try_init(|| SlowCluster::start(QUICK)).await;
    started.unwrap_or_else(|problem| panic!("the cluster did not start: {problem:?}"))
}

pub(crate) fn command(kubeconfig: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program().unwrap());
    command
        .args(["apply", "--kubeconfig"])
        .arg(kubeconfig)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Gives the program a text on standard input and waits for its end.
pub(crate) async fn apply(
    cluster: &SlowCluster,
    text: &str,
    arguments: &[&str],
) -> (Option<i32>, String) {
    let arguments = [&["-f", "-"], arguments].concat();
    let mut child = command(cluster.kubeconfig(), &arguments).spawn().unwrap();
    feed(&mut child, text.as_bytes()).await;
    said(child.wait_with_output().await.unwrap())
}

async fn feed(child: &mut Child, text: &[u8]) {
    let mut input = child.stdin.take().unwrap();
    // A program that ends early does not read all of it.
    let _ = input.write_all(text).await;
}

pub(crate) fn said(output: Output) -> (Option<i32>, String) {
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// The folder with rendered releases, if somebody has one.
#[expect(
    clippy::disallowed_methods,
    reason = "where test data lies decides whoever starts the tests"
)]
pub(crate) fn rendered() -> Option<PathBuf> {
    let folder = std::env::var("KUBEFLOW_ADMIN_RENDERED").ok();
    if folder.is_none() {
        eprintln!("left out: KUBEFLOW_ADMIN_RENDERED names no folder with rendered releases");
    }
    folder.map(PathBuf::from)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how much is measured decides whoever starts the tests"
)]
pub(crate) fn compares() -> bool {
    std::env::var("LAB_COMPARE").is_ok()
}
