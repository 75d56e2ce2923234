//! Commands: parse, call, print.

pub mod access;
pub mod apply;
pub mod contributor;
pub mod declared;
pub mod demo;
mod demo_folder;
mod demo_history;
mod demo_import;
pub mod doctor;
pub mod health;
pub mod menu_link;
pub mod operation;
pub mod profile;
pub mod quota;
pub mod serve;
mod shell;
pub mod sign_in_link;
mod stopping;
pub mod user;

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use crate::clock::Clock;
use crate::cluster::{self, Cluster, Identity};

/// Prints a line of output; a closed pipe is the reader's decision.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints why a command failed, with its causes.
pub fn complain(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "kubeflow-admin: {error:#}");
}

/// The cluster with the rights of a kubeconfig.
async fn connect(kubeconfig: Option<&Path>, context: Option<&str>) -> anyhow::Result<Cluster> {
    Cluster::connect(&cluster::Settings {
        kubeconfig: kubeconfig.map(Path::to_owned),
        context: context.map(str::to_owned),
        identity: Some(Identity::Kubeconfig),
        impersonated: None,
        clock: || Clock.now(),
    })
    .await
    .context("cannot reach the Kubernetes API")
}
