//! `make demo`: a control plane and Dex on this machine, some people in it, and the dashboard on port 8080.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Result;
use lab::dashboard::{Dashboard, Options};
use lab::people::{self, PASSWORD};
use lab::{Lab, dex_pod};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<()> {
    say(
        "Building what is missing and starting Kubernetes and Dex; the first time takes some minutes …",
    );
    let lab = Arc::new(Lab::control_plane().await?);
    // So that static logins can be changed as well, which needs a Dex that can be restarted.
    let pod = dex_pod::imitate(lab.clone(), dex_pod::Dex::StartedAnew).await?;
    people::move_in(&lab).await?;
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
    tokio::task::spawn_blocking(move || drop((dashboard, pod, lab))).await?;
    Ok(())
}

fn say(line: &str) {
    // A closed pipe is the reader's decision.
    let _ = writeln!(std::io::stdout(), "{line}");
}
