//! `lab`: the same lab the tests start, to look around in.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use lab::dashboard::Dashboard;
use lab::{Lab, binaries, dockerfile, installed, run_directory};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Compressed, with everything in it.
const LARGEST_IMAGE: u64 = 25_000_000;

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
    /// Say how large the image of the Dockerfile is with this program in it; more than 25 MB is an error.
    Image {
        /// A `kubeflow-admin`, linked statically.
        program: PathBuf,
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
        Command::Up { node: false } => control_plane().await,
        Command::Up { node: true } => node().await,
        Command::Build { node: false } => binaries::build_control_plane().await,
        Command::Build { node: true } => binaries::build_node().await,
        Command::Image { program } => image(&program).await,
        Command::Down => down(),
    }
}

/// The dashboard as a process beside the control plane.
async fn control_plane() -> Result<()> {
    let lab = Lab::control_plane().await?;
    let dashboard = Dashboard::start(&lab).await?;
    let (origin, link) = (dashboard.origin(), dashboard.sign_in_link().await?);
    stay(lab, &origin, &link).await
}

/// The dashboard as a pod on the node.
async fn node() -> Result<()> {
    let lab = Lab::node().await?;
    installed::install(&lab).await?;
    let (origin, link) = (
        installed::origin(&lab)?,
        installed::sign_in_link(&lab).await?,
    );
    stay(lab, &origin, &link).await
}

async fn stay(lab: Lab, origin: &str, link: &str) -> Result<()> {
    let lines = [
        format!("export KUBECONFIG={}", lab.kubeconfig().display()),
        format!("# dashboard      {origin}/"),
        format!("# signs in once  {origin}{link}"),
        format!("# API server     {}", lab.api_url()),
        format!("# Dex            {}/dex", lab.dex_url()),
        "# user           user@example.com, password 12341234".to_owned(),
        format!("# logs           {}", lab.directory().display()),
        "# Ctrl-C ends it and removes everything.".to_owned(),
    ];
    let mut output = std::io::stdout();
    for line in lines {
        writeln!(output, "{line}")?;
    }
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

async fn image(program: &Path) -> Result<()> {
    // It fails, or says so, on a program that is linked statically.
    let linked = std::process::Command::new("ldd").arg(program).output()?;
    ensure!(
        !String::from_utf8_lossy(&linked.stdout).contains("=>"),
        "{} is not linked statically",
        program.display()
    );
    let image = dockerfile::image(program, "kubeflow-admin:measured").await?;
    let (plain, size) = (program.metadata()?.len(), image.compressed_size().await?);
    writeln!(
        std::io::stdout(),
        "program {plain} bytes, image {size} bytes compressed, allowed {LARGEST_IMAGE}"
    )?;
    ensure!(size <= LARGEST_IMAGE, "the image is too large");
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
