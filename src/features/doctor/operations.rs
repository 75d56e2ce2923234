//! Repairs as operations: only those that the checks offer, that make a class the default one, or that are about a claim
//! of the installation.

use crate::access::{Access, Age};
use crate::cluster::snapshot::Snapshot;
use crate::domain::{Kind, Operation, Remedy, Repair, Step};
use crate::operation::PlanError;

use super::check::Case;
use super::{run, volumes};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RepairError {
    #[error(
        "The cluster is not as it was when this was offered: there is nothing to repair here (any more)."
    )]
    NotOffered,
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Every repair that can be asked for now, with what is said about it.
pub(crate) fn offered(snapshot: &Snapshot) -> Vec<(Repair, String)> {
    let case = Case::of(snapshot);
    let mut offered = Vec::new();
    for report in run::run(&case) {
        for finding in report.findings() {
            if let Some(Remedy::Fix(repair)) = &finding.remedy {
                offered.push((
                    repair.clone(),
                    format!("{}: {}.", finding.object, finding.says),
                ));
            }
        }
    }
    for class in snapshot
        .classes
        .visible()
        .iter()
        .filter(|one| !one.is_default())
    {
        let repair = Repair::MakeDefaultClass {
            class: class.meta.name.clone(),
        };
        if offered.iter().all(|(other, _)| *other != repair) {
            offered.push((
                repair,
                "New volumes without a class will come from it.".to_owned(),
            ));
        }
    }
    for claim in volumes::of_installation(&case) {
        let why = volumes::why(&case, claim).unwrap_or_default();
        let reason = format!("It waits because {why}. It never had a volume, so nothing is lost.");
        let renewals = volumes::renewals(&case, claim).into_iter();
        offered.extend(renewals.map(|repair| (repair, reason.clone())));
    }
    offered
}

/// What was asked for, if it is offered now, with what is said about it.
fn find_offer(snapshot: &Snapshot, wanted: &Repair) -> Option<String> {
    if let Repair::ExpandClaim { claim, size } = wanted {
        let case = Case::of(snapshot);
        let mut claims = volumes::of_installation(&case).into_iter();
        let found = claims.find(|one| volumes::place(one) == *claim)?;
        let fits = volumes::can_grow(snapshot, found) && volumes::larger(found, size).is_ok();
        let says = "A volume that has grown cannot be made smaller again.";
        return fits.then(|| says.to_owned());
    }
    let mut offered = offered(snapshot).into_iter();
    offered
        .find(|(repair, _)| repair == wanted)
        .map(|(_, reason)| reason)
}

/// Looks again first: what a page offered a while ago may be mended, or worse, by now.
pub(crate) async fn plan(access: &Access, wanted: &Repair) -> Result<Operation, RepairError> {
    let snapshot = access.snapshot(Age::Anew).await.map_err(PlanError::from)?;
    let reason = find_offer(&snapshot, wanted).ok_or(RepairError::NotOffered)?;
    let mut steps = Vec::new();
    if let Repair::MakeDefaultClass { class } = wanted {
        steps.extend(unmark_others(&snapshot, class));
    }
    steps.push(Step::Repair {
        repair: wanted.clone(),
        reason,
    });
    let planner = access.engine().planner();
    Ok(planner
        .plan(access.actor(), Kind::Repair, wanted.object(), steps)
        .await?)
}

/// A sign-in at Dex through its own pages, with a login that is made for it and deleted again.
pub(crate) async fn try_sign_in(access: &Access) -> Result<Operation, PlanError> {
    let planner = access.engine().planner();
    let subject = "a sign-in at Dex".to_owned();
    planner
        .plan(access.actor(), Kind::Probe, subject, vec![Step::ProveDex])
        .await
}

/// One default class at a time.
fn unmark_others(snapshot: &Snapshot, class: &str) -> Vec<Step> {
    let others = snapshot.classes.visible().iter();
    others
        .filter(|one| one.is_default() && one.meta.name != class)
        .map(|one| Step::Repair {
            repair: Repair::UnmakeDefaultClass {
                class: one.meta.name.clone(),
            },
            reason: "There is to be one default class.".to_owned(),
        })
        .collect()
}
