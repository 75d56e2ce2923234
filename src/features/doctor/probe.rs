//! Trying things out on request: what the API server answers to a real request says more than any object. Cleans up.

use std::time::Duration;

use super::check::{Case, Check, Group, Outcome, Skip, Stage};
use super::run::Report;
use crate::cluster::{self, Acting, Bound};
use crate::domain::{Finding, Severity};

/// A volume that is not there by then will not come by itself.
const VOLUME_LIMIT: Duration = Duration::from_mins(1);

static PROFILE: Check = Check {
    code: "probe-profile",
    title: "A profile can be made",
    group: Group::Profiles,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The API server accepts a new Profile with a quota, tried by a dry run.",
    why: "Webhooks and schemas have their say without anything being kept.",
    repair: "The API server’s answer says what is in the way.",
    run: nothing,
};

static VOLUME: Check = Check {
    code: "probe-volume",
    title: "A volume can be made",
    group: Group::Storage,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "A small claim without a class is bound within a minute.",
    why: "It is what every database of Kubeflow waits for. The claim is deleted again, and its volume with it as the class says.",
    repair: "Look at the provisioner of the default StorageClass.",
    run: nothing,
};

/// Probes are not asked of a snapshot.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every check is a function of this type"
)]
fn nothing(_: &Case<'_>) -> Outcome {
    Ok(Vec::new())
}

pub(crate) async fn profile(acting: &Acting) -> Report {
    report(
        &PROFILE,
        acting.probe_profile().await.map(|()| None),
        "Profile",
    )
}

pub(crate) async fn volume(acting: &Acting) -> Report {
    let outcome = acting
        .probe_volume(VOLUME_LIMIT)
        .await
        .map(|bound| match bound {
            Bound::Yes => None,
            Bound::No { phase, said } => Some(format!(
                "after {} s it is still {phase}{said}",
                VOLUME_LIMIT.as_secs()
            )),
        });
    report(&VOLUME, outcome, "PersistentVolumeClaim")
}

fn report(
    check: &'static Check,
    outcome: Result<Option<String>, cluster::Error>,
    object: &str,
) -> Report {
    let outcome = match outcome {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(says)) => Ok(vec![check.finding(object, says)]),
        Err(cluster::Error::Forbidden { verb, resource, .. }) => Err(Skip::Gap(
            crate::cluster::snapshot::Gap::Forbidden(format!("{verb} {resource}")),
        )),
        Err(error) => Ok(vec![Finding::new(
            check.severity,
            object,
            error.to_string(),
        )]),
    };
    Report { check, outcome }
}
