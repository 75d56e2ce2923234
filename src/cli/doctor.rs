//! `kubeflow-admin doctor`: looks at the installation with the rights of a kubeconfig and prints what it found.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;

use super::{complain, connect};
use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::config::{Doctor, Level, Output, Probe};
use crate::domain::{Actor, Finding, Severity};
use crate::features::doctor::check::Case;
use crate::features::doctor::run::Report;
use crate::features::doctor::{find_release, probe, report, run};

/// Nothing at the level that was asked for; something; not looked at.
const FOUND: u8 = 1;
const NOT_LOOKED: u8 = 2;

pub async fn run(options: &Doctor) -> ExitCode {
    match examine(options).await {
        Ok(worst) if worst.is_some_and(|worst| worst <= level(options.fail_on)) => {
            ExitCode::from(FOUND)
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(NOT_LOOKED)
        }
    }
}

/// Prints the report and gives the worst of its findings.
async fn examine(options: &Doctor) -> anyhow::Result<Option<Severity>> {
    let wanted = options.pre.as_deref().map(find_release).transpose()?;
    let cluster = connect(options.kubeconfig.as_deref(), options.context.as_deref()).await?;
    let actor = Actor::kubeconfig();
    let snapshot = cluster
        .snapshot_as(&actor, Clock.now())
        .await
        .context("cannot look at the cluster")?;
    let mut case = Case::of(&snapshot);
    if let Some(wanted) = wanted {
        case = case.before(wanted);
    }
    let mut reports = run::run(&case);
    for one in &options.probe {
        reports.push(try_out(&cluster, &actor, *one).await?);
    }
    let text = match options.output {
        Output::Table => report::table(&case, &reports),
        Output::Json => report::json(&case, &reports),
        Output::Junit => report::junit(&reports, level(options.fail_on)),
    };
    // A closed pipe is the reader's decision.
    let _ = std::io::stdout().write_all(text.as_bytes());
    let findings = reports.iter().flat_map(Report::findings);
    Ok(findings.map(|one: &Finding| one.severity).min())
}

async fn try_out(cluster: &Cluster, actor: &Actor, wanted: Probe) -> anyhow::Result<Report> {
    let acting = cluster.acting_as(actor)?;
    Ok(match wanted {
        Probe::Profile => probe::profile(&acting).await,
        Probe::Volume => probe::volume(&acting).await,
    })
}

fn level(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Info => Severity::Info,
    }
}
