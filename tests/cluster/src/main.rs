//! `lab`: the same lab the tests start, to look around in.

use std::io::Write;

use anyhow::Result;
use clap::{Parser, Subcommand};
use lab::{Lab, binaries, run_directory};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A real Kubernetes with a real Dex on this machine.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the control plane and Dex, and stay until Ctrl-C.
    Up {
        /// Start a whole node, where pods run. Needs root.
        #[arg(long)]
        node: bool,
    },
    /// Build what is missing, and nothing else.
    Build {
        /// Also what only the whole node needs.
        #[arg(long)]
        node: bool,
    },
    /// Remove what killed runs left behind.
    Down,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| EnvFilter::new("lab=info,kube_client=off,warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    match Arguments::parse().command {
        Command::Up { node: false } => stay(Lab::control_plane().await?).await,
        Command::Up { node: true } => stay(Lab::node().await?).await,
        Command::Build { node: false } => binaries::build_control_plane().await,
        Command::Build { node: true } => binaries::build_node().await,
        Command::Down => down(),
    }
}

async fn stay(lab: Lab) -> Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "export KUBECONFIG={}", lab.kubeconfig().display())?;
    writeln!(output, "# API server     {}", lab.api_url())?;
    writeln!(output, "# Dex            {}/dex", lab.dex_url())?;
    writeln!(
        output,
        "# user           user@example.com, password 12341234"
    )?;
    writeln!(
        output,
        "# administrator  admin@example.com: cluster-admin, without a password at Dex"
    )?;
    writeln!(output, "# logs           {}", lab.directory().display())?;
    writeln!(output, "# Ctrl-C ends it and removes everything.")?;
    output.flush()?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome?,
        _ = terminated.recv() => {}
    }
    // Dropped off the async threads: it waits for processes to end.
    tokio::task::spawn_blocking(move || drop(lab)).await?;
    Ok(())
}

fn down() -> Result<()> {
    let removed = run_directory::remove_leftovers()?;
    writeln!(
        std::io::stdout(),
        "removed {} run(s): {}",
        removed.len(),
        removed.join(" ")
    )?;
    Ok(())
}
