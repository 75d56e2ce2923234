//! Running a program of the host to its end.

use anyhow::{Context, Result, bail};
use tokio::process::Command;

/// Gives its standard output; an error carries what it wrote to the other one.
pub(crate) async fn run(arguments: &[&str]) -> Result<String> {
    let what = arguments.join(" ");
    let (program, rest) = arguments.split_first().context("no command")?;
    let output = Command::new(program)
        .args(rest)
        .output()
        .await
        .with_context(|| format!("starting {what}"))?;
    if !output.status.success() {
        bail!("{what}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
