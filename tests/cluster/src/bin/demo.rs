//! `make demo`: a control plane and Dex on this machine, some people in it, and the dashboard on port 8080.

use std::io::Write as _;

use anyhow::Result;
use lab::Lab;
use lab::dashboard::{Dashboard, Options};
use tokio::signal::unix::{SignalKind, signal};

const PEOPLE: &str = r"
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: ana}, spec: {owner: {kind: User, name: ana@example.com}, resourceQuotaSpec: {hard: {cpu: '8', memory: 32Gi, requests.nvidia.com/gpu: '1'}}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: vision-team}, spec: {owner: {kind: User, name: ben@example.com}, resourceQuotaSpec: {hard: {cpu: '32', memory: 128Gi, requests.nvidia.com/gpu: '4', requests.storage: 2Ti}}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: forecasting}, spec: {owner: {kind: User, name: chloe@example.com}, resourceQuotaSpec: {hard: {cpu: '16', memory: 64Gi}}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: ml-course}, spec: {owner: {kind: User, name: Daniel@example.com}}}
";
const PASSWORD: &str = "demo-password";

#[tokio::main]
async fn main() -> Result<()> {
    say(
        "Building what is missing and starting Kubernetes and Dex; the first time takes some minutes …",
    );
    let lab = Lab::control_plane().await?;
    for person in ["admin", "ana", "ben", "chloe", "daniel", "emil"] {
        lab.add_password(&format!("{person}@example.com"), PASSWORD)
            .await?;
    }
    lab.apply_yaml(PEOPLE).await?;
    let environment = vec![(
        "KUBEFLOW_ADMIN_LISTEN".to_owned(),
        "127.0.0.1:8080".to_owned(),
    )];
    let dashboard = Dashboard::start_with(
        &lab,
        Options {
            environment,
            ..Options::default()
        },
    )
    .await?;
    let link = dashboard.sign_in_link().await?;
    say("");
    say("The dashboard:          http://localhost:8080/");
    say(&format!(
        "An administrator:       admin@example.com / {PASSWORD}"
    ));
    say(&format!(
        "Somebody without rights: ana@example.com / {PASSWORD}"
    ));
    say(&format!(
        "A link that signs in once, for ten minutes: http://localhost:8080{link}"
    ));
    say(&format!(
        "kubectl --kubeconfig {}",
        lab.kubeconfig().display()
    ));
    say("");
    say("Ctrl-C ends it; nothing stays behind.");
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome?,
        _ = terminated.recv() => {}
    }
    // Dropped off the async threads: it waits for processes to end.
    tokio::task::spawn_blocking(move || drop((dashboard, lab))).await?;
    Ok(())
}

fn say(line: &str) {
    // A closed pipe is the reader's decision.
    let _ = writeln!(std::io::stdout(), "{line}");
}
