//! How the steps around a profile are tried, done and taken back.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::dated::former_until;
use super::run::{Leave, Run};
use super::step::StepError;
use crate::cluster::{self, Acting, Applied, Mode, PairPlace};
use crate::domain::{Conflict, ProfileName, Upkeep, UserName};

/// The controller takes a second; more when hundreds of profiles change at once.
const OWNER_LIMIT: Duration = Duration::from_mins(2);

/// The dry run; `None` for a step that only waits.
pub(super) async fn rehearse(
    acting: &Acting,
    step: &Upkeep,
) -> Result<Option<Applied>, cluster::Error> {
    let accepted = Accepted::NothingYet;
    apply(acting, step, accepted, Mode::DryRun).await
}

/// Does it, and says how it went.
pub(super) async fn write(
    acting: &Acting,
    accepted: &[Conflict],
    step: &Upkeep,
) -> Result<String, cluster::Error> {
    apply(acting, step, Accepted::These(accepted), Mode::Apply).await?;
    Ok(match step {
        Upkeep::SetOwner { profile, owner } => format!("Profile {profile} belongs to {owner}."),
        Upkeep::SetNamespaceOwner { profile, .. } => {
            format!("Namespace {profile} says so too; the profile controller goes on.")
        }
        Upkeep::WaitForOwner { .. } => String::new(),
        Upkeep::SetOwnerAnnotations { profile, owner } => {
            format!("The Central Dashboard shows {profile} to {owner}.")
        }
        Upkeep::RewritePair {
            profile,
            user,
            role,
            ..
        } => format!("Both halves give {role} in {profile} to {user}."),
        Upkeep::RemovePair { profile, object } => {
            format!("Nothing named {object} is left in {profile}.")
        }
        Upkeep::SetContainerDefaults { profile, .. } => {
            format!("Containers in {profile} that state no resources get these from now on.")
        }
        Upkeep::Freeze { profile, .. } => {
            format!("No new pod starts in {profile}; what runs keeps running.")
        }
        Upkeep::Thaw { profile } => format!("New pods start in {profile} again."),
    })
}

/// What the person agreed to take over from other field managers.
#[derive(Clone, Copy)]
enum Accepted<'a> {
    NothingYet,
    These(&'a [Conflict]),
}

async fn apply(
    acting: &Acting,
    step: &Upkeep,
    accepted: Accepted<'_>,
    mode: Mode,
) -> Result<Option<Applied>, cluster::Error> {
    let accepted = match accepted {
        Accepted::NothingYet => &[],
        Accepted::These(conflicts) => conflicts,
    };
    let applied = match step {
        Upkeep::SetOwner { profile, owner } => {
            acting.set_owner(profile, owner, accepted, mode).await?
        }
        Upkeep::SetNamespaceOwner { profile, owner } => {
            acting
                .set_namespace_owner(profile, owner.as_str(), mode)
                .await?
        }
        Upkeep::WaitForOwner { .. } => return Ok(None),
        Upkeep::SetOwnerAnnotations { profile, owner } => {
            acting.set_owner_annotations(profile, owner, mode).await?
        }
        Upkeep::RewritePair {
            profile,
            object,
            user,
            role,
        } => {
            let place = PairPlace {
                profile,
                object,
                user,
                role: *role,
            };
            acting.rewrite_pair(&place, mode).await?
        }
        Upkeep::RemovePair { profile, object } => acting.remove_pair(profile, object, mode).await?,
        Upkeep::SetContainerDefaults {
            profile,
            defaults,
            quota,
        } => {
            let applied = acting
                .set_container_defaults(profile, defaults, mode)
                .await?;
            Applied {
                notes: defaults.fitting_in_words(quota).into_iter().collect(),
                ..applied
            }
        }
        Upkeep::Freeze {
            profile,
            reason,
            until,
        } => acting.freeze(profile, reason, *until, mode).await?,
        Upkeep::Thaw { profile } => acting.thaw(profile, mode).await?,
    };
    Ok(Some(applied))
}

/// Puts back what was there before; `found` is empty when nothing was. `None`: there is nothing to put back.
pub(super) async fn undo(
    acting: &Acting,
    step: &Upkeep,
    (found, now): (Option<&Value>, Timestamp),
) -> Result<Option<String>, cluster::Error> {
    let said = match (step, found) {
        (Upkeep::SetOwner { profile, .. }, Some(before)) => {
            acting.restore_owner(profile, before).await?;
            format!("Profile {profile} belongs to whom it belonged before.")
        }
        (Upkeep::SetNamespaceOwner { profile, .. }, Some(before)) => {
            let owner = before["owner"].as_str().unwrap_or_default();
            acting
                .set_namespace_owner(profile, owner, Mode::Apply)
                .await?;
            format!("Namespace {profile} names its owner as before.")
        }
        (Upkeep::SetOwnerAnnotations { profile, .. }, Some(before)) => {
            acting.restore_owner_annotations(profile, before).await?;
            format!("Annotations in {profile} are as they were before.")
        }
        (
            Upkeep::RewritePair {
                profile, object, ..
            }
            | Upkeep::RemovePair { profile, object },
            Some(before),
        ) => {
            acting.restore_pair(profile, object, before).await?;
            format!("{object} in {profile} is as it was before.")
        }
        (Upkeep::SetContainerDefaults { profile, .. }, found) => {
            acting.restore_container_defaults(profile, found).await?;
            format!("Defaults for containers in {profile} are as they were before.")
        }
        (Upkeep::Freeze { profile, .. }, None) => {
            acting.thaw(profile, Mode::Apply).await?;
            format!("New pods start in {profile} again.")
        }
        (Upkeep::Thaw { profile }, Some(before)) => {
            let reason = before["reason"].as_str().unwrap_or_default();
            let until = former_until(found, now);
            acting.freeze(profile, reason, until, Mode::Apply).await?;
            format!("Profile {profile} is frozen again.")
        }
        (Upkeep::Freeze { profile, .. }, Some(before)) => {
            acting.restore_freeze(profile, before).await?;
            format!("Profile {profile} is frozen as it was before.")
        }
        (
            Upkeep::SetOwner { .. }
            | Upkeep::SetNamespaceOwner { .. }
            | Upkeep::SetOwnerAnnotations { .. }
            | Upkeep::RewritePair { .. }
            | Upkeep::RemovePair { .. }
            | Upkeep::Thaw { .. },
            None,
        )
        | (Upkeep::WaitForOwner { .. }, _) => return Ok(None),
    };
    Ok(Some(said))
}

impl Run {
    /// The controller has followed when binding and policy both name the new owner.
    pub(super) async fn wait_for_owner(
        &mut self,
        profile: &ProfileName,
        owner: &UserName,
    ) -> Result<Result<String, StepError>, Leave> {
        let began = tokio::time::Instant::now();
        loop {
            let cluster = &self.engine.parts.cluster;
            let bound = cluster.bound_owner(profile).as_deref() == Some(owner.as_str());
            let passes = cluster
                .owner_passages(profile)
                .is_some_and(|(_, passages)| {
                    passages
                        .iter()
                        .flat_map(|passage| &passage.values)
                        .any(|value| value.ends_with(owner.as_str()))
                });
            if bound && passes {
                return Ok(Ok(format!(
                    "{owner} has the role of the owner in {profile} and is let through by Istio."
                )));
            }
            if began.elapsed() > OWNER_LIMIT {
                let why = format!(
                    "The profile controller has not put {owner} into {profile} after two minutes. Look at the log of \
                     Deployment profiles-deployment in namespace kubeflow, container manager. Undo puts the old owner \
                     back."
                );
                return Ok(Err(StepError::NotReached(why)));
            }
            self.pause().await?;
        }
    }
}
