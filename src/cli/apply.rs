//! `kubeflow-admin apply`: a release in one pass, with the rights of a kubeconfig.

mod words;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{complain, connect, say};
use crate::cluster::Acting;
use crate::config::Apply;
use crate::domain::{Actor, ObjectRef};
use crate::install::plan::{Choices, Plan, PlanError, plan};
use crate::install::run::{Ending, Runner};
use crate::install::stream;

const FAILED: u8 = 1;
const NOT_BEGUN: u8 = 2;
const PAUSED: u8 = 3;

pub async fn run(options: Apply) -> ExitCode {
    match apply(&options).await {
        Ok(Ending::Complete) => ExitCode::SUCCESS,
        Ok(Ending::WithFailures | Ending::Stopped) => ExitCode::from(FAILED),
        Ok(Ending::Paused) => ExitCode::from(PAUSED),
        Err(error) => {
            complain(&error);
            complain(&anyhow::anyhow!("nothing was applied"));
            ExitCode::from(NOT_BEGUN)
        }
    }
}

async fn apply(options: &Apply) -> anyhow::Result<Ending> {
    let text = text_of(&options.file).await?;
    check_digest(&text, options.sha256.as_deref())?;
    let manifests = match stream::read(&text) {
        Ok(manifests) => manifests,
        Err(wrong) => bail!("this text cannot be applied:\n{}", words::wrong(&wrong)),
    };
    drop(text);
    let choices = Choices {
        take_over: options.take_over.iter().cloned().collect(),
        delete: parsed(&options.delete)?,
    };
    let acting = acting(options).await?;
    let plan = match plan(&acting, manifests, &choices).await {
        Ok(plan) => plan,
        Err(PlanError::Wrong(wrong)) => {
            bail!(
                "this text cannot be applied here:\n{}",
                words::wrong(&wrong)
            )
        }
        Err(error) => return Err(error).context("cannot look at the cluster"),
    };
    for line in words::plan(&plan) {
        say(&line);
    }
    check_plan(&plan, options)?;
    if options.dry_run {
        say("Dry run: nothing was applied.");
        return Ok(Ending::Complete);
    }
    Ok(go(&acting, &plan, &choices.take_over, options).await)
}

/// The whole text, up to a byte more than the limit.
pub(super) async fn text_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || read_to_limit(&file)).await?
}

fn read_to_limit(file: &Path) -> anyhow::Result<Vec<u8>> {
    let limit = u64::try_from(stream::LIMIT)? + 1;
    let mut text = Vec::new();
    if file == Path::new("-") {
        let read = std::io::stdin().lock().take(limit).read_to_end(&mut text);
        read.context("cannot read the text from standard input")?;
    } else {
        let name = file.display();
        let open = std::fs::File::open(file).with_context(|| format!("cannot open {name}"))?;
        let read = open.take(limit).read_to_end(&mut text);
        read.with_context(|| format!("cannot read {name}"))?;
    }
    Ok(text)
}

/// SEC-35: whoever gives a digest gets that text or nothing.
fn check_digest(text: &[u8], wanted: Option<&str>) -> anyhow::Result<()> {
    let Some(wanted) = wanted else {
        return Ok(());
    };
    let good = wanted.len() == 64 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(good, "--sha256 takes 64 hexadecimal digits");
    let found = format!("{:x}", Sha256::digest(text));
    ensure!(
        found.eq_ignore_ascii_case(wanted),
        "the text is not the one that was asked for: its SHA-256 is {found}"
    );
    Ok(())
}

fn parsed(objects: &[String]) -> anyhow::Result<Vec<ObjectRef>> {
    let parsed = objects.iter().map(|text| text.parse::<ObjectRef>());
    parsed.collect::<Result<_, _>>().map_err(anyhow::Error::msg)
}

async fn acting(options: &Apply) -> anyhow::Result<Acting> {
    let cluster = connect(options.kubeconfig.as_deref(), options.context.as_deref()).await?;
    Ok(cluster.acting_as(&Actor::kubeconfig())?)
}

fn check_plan(plan: &Plan, options: &Apply) -> anyhow::Result<()> {
    if !plan.may_start() {
        bail!("decide about the objects above first");
    }
    let removed = plan.left_out.len();
    if removed > 0 && !options.leave_out_removed {
        bail!(
            "this Kubernetes does not serve {removed} of the objects; --leave-out-removed goes on without them"
        );
    }
    Ok(())
}

/// Runs the plan and prints what happens. The first Ctrl-C pauses.
async fn go(acting: &Acting, plan: &Plan, take_over: &BTreeSet<String>, options: &Apply) -> Ending {
    let stop = CancellationToken::new();
    let (events, mut happened) = mpsc::unbounded_channel();
    let pausing = stop.clone();
    let listening = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            say("Pausing: what is on its way is finished.");
            pausing.cancel();
        }
    });
    let printing = tokio::spawn(async move {
        let mut summary = words::Summary::default();
        while let Some(event) = happened.recv().await {
            summary.take(&event);
            for line in words::event(&event) {
                say(&line);
            }
        }
        summary
    });
    let runner = Runner {
        acting,
        take_over,
        patience: options.patience,
        stop: &stop,
        events,
    };
    let ending = runner.run(plan).await;
    drop(runner);
    listening.abort();
    if let Ok(summary) = printing.await {
        for line in summary.words(ending, plan) {
            say(&line);
        }
    }
    ending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_35_a_text_with_another_digest_is_refused() {
        let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(check_digest(b"abc", None).is_ok());
        assert!(check_digest(b"abc", Some(right)).is_ok());
        assert!(check_digest(b"abc", Some(&right.to_uppercase())).is_ok());
        for wrong in [
            "",
            "ba78",
            &right.replace('b', "c"),
            &format!("{right} "),
            "abc",
        ] {
            assert!(check_digest(b"abc", Some(wrong)).is_err(), "{wrong}");
        }
        assert!(check_digest(b"abcd", Some(right)).is_err());
    }
}
