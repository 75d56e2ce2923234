//! Waiting for something to become true, with a deadline and a reason when it does not.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::processes::Process;

const PAUSE: Duration = Duration::from_millis(50);

/// Asks `probe` until it gives something. Its errors count as "not yet" and are told at the end.
pub async fn until<T, F>(what: &str, limit: Duration, mut probe: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let start = Instant::now();
    loop {
        let answer = probe().await;
        match answer {
            Ok(Some(value)) => return Ok(value),
            Ok(None) if start.elapsed() > limit => bail!("{what}: not within {limit:?}"),
            Err(problem) if start.elapsed() > limit => {
                return Err(problem).with_context(|| format!("{what}: not within {limit:?}"));
            }
            Ok(None) | Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Like [`until`], but gives up at once, with its log, when the process ends.
pub(crate) async fn until_ready<F>(
    process: &Process,
    limit: Duration,
    mut probe: impl FnMut() -> F,
) -> Result<()>
where
    F: Future<Output = bool>,
{
    let start = Instant::now();
    while !probe().await {
        process.ensure_running()?;
        if start.elapsed() > limit {
            bail!(
                "not ready within {limit:?}; it wrote:\n{}",
                process.log_end()
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
