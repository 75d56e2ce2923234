//! A plan: the steps of a change, each tried by the API server's dry run as the person who asks.

use jiff::Timestamp;

use super::prover::Proofs;
use super::{administrators, dated, logins, upkeep};
use crate::clock::Clock;
use crate::cluster::{self, Acting, Applied, Cluster, Mode};
use crate::domain::{Actor, Kind, Operation, OperationId, State, Step, StepRecord};
use crate::store::{self, Store};

/// Why there is no plan. The cluster's error says which object and what to do.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Makes plans for one person.
pub struct Planner<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) store: &'a Store,
    pub(super) clock: Clock,
    pub(super) proofs: Proofs,
}

impl<'a> Planner<'a> {
    pub fn new(cluster: &'a Cluster, store: &'a Store, clock: Clock, proofs: Proofs) -> Self {
        Self {
            cluster,
            store,
            clock,
            proofs,
        }
    }

    /// Tries every step, stores the plan and returns it. Changes nothing in the cluster.
    pub async fn plan(
        &self,
        actor: &Actor,
        kind: Kind,
        subject: String,
        steps: Vec<Step>,
    ) -> Result<Operation, PlanError> {
        let id = OperationId(uuid::Uuid::now_v7());
        let acting = self.cluster.acting_as(actor)?;
        let mut records = Vec::with_capacity(steps.len());
        let steps = steps.into_iter();
        for step in steps.filter_map(|step| self.with_or_without_proof(step)) {
            let mut record = StepRecord::new(step);
            if is_inside_of(&records, &record.step) {
                record.notes.push(AFTER_PROFILE.to_owned());
            } else if let Some(applied) =
                rehearse(&acting, (id, self.clock.now()), &record.step).await?
            {
                record.changes = applied.changes;
                record.conflicts = applied.conflicts;
                record.notes = applied.notes;
                record.git = applied.git;
            }
            records.push(record);
        }
        let now = self.clock.now();
        let operation = Operation {
            id,
            kind,
            subject,
            actor: actor.clone(),
            state: State::Planned,
            steps: records,
            temporary: None,
            created_at: now,
            updated_at: now,
        };
        self.store.operation_insert(&operation).await?;
        Ok(operation)
    }
}

/// Said of a step that the API server cannot try yet.
const AFTER_PROFILE: &str = "It is tried when the profile is there, before it is done.";

/// Does it write into a namespace that an earlier step of the same plan brings?
fn is_inside_of(earlier: &[StepRecord], step: &Step) -> bool {
    let Step::AddContributor { profile, .. } = step else {
        return false;
    };
    earlier
        .iter()
        .any(|record| matches!(&record.step, Step::CreateProfile { name, .. } if name == profile))
}

impl Planner<'_> {
    /// Without a way to Dex a step that only signs in has nothing to do, and one that also compares does that.
    pub(super) fn with_or_without_proof(&self, mut step: Step) -> Option<Step> {
        if self.proofs == Proofs::LeftOut {
            if step.is_proof() {
                return None;
            }
            if let Step::ProveSame { shipped, .. } = &mut step {
                *shipped = false;
            }
        }
        Some(step)
    }
}

/// The dry run of one step, with what it would change of objects that are kept in Git; `None` for steps that only wait
/// or prove.
pub(super) async fn rehearse(
    acting: &Acting,
    moment: (OperationId, Timestamp),
    step: &Step,
) -> Result<Option<Applied>, cluster::Error> {
    let tried = try_out(acting, moment, step).await?;
    let git = acting.seen_in_git();
    Ok(tried.map(|applied| Applied { git, ..applied }))
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per case; split up it would be harder to compare"
)]
async fn try_out(
    acting: &Acting,
    (id, now): (OperationId, Timestamp),
    step: &Step,
) -> Result<Option<Applied>, cluster::Error> {
    let applied = match step {
        Step::CreateLogin {
            email,
            username,
            user_id,
            ..
        } => {
            let login = cluster::NewLogin {
                email: email.clone(),
                username: username.clone(),
                user_id: user_id.clone(),
                hash: None,
            };
            acting.create_login(&login, id, Mode::DryRun).await?
        }
        Step::SetPassword { email, .. } => acting.set_password(email, None, Mode::DryRun).await?,
        Step::DeleteLogin { email } => acting.delete_login(email, Mode::DryRun).await?,
        Step::CreateProfile { name, owner, quota } => {
            acting.check_quota(quota).await?;
            acting
                .create_profile(
                    &cluster::NewProfile { name, owner, quota },
                    id,
                    Mode::DryRun,
                )
                .await?
        }
        Step::SetQuota {
            name,
            quota,
            remove,
        } => {
            acting.check_quota(quota).await?;
            acting
                .set_quota(
                    &cluster::QuotaChange {
                        name,
                        quota,
                        remove,
                        accepted: &[],
                    },
                    Mode::DryRun,
                )
                .await?
        }
        Step::DeleteProfile { name } => acting.delete_profile(name, Mode::DryRun).await?,
        Step::SetUserId { email, user_id } => {
            acting.set_user_id(email, user_id, Mode::DryRun).await?
        }
        Step::CopyLogin { email } => acting.copy_login(email, id, Mode::DryRun).await?,
        Step::EditDexConfig { edits } => {
            let write = acting.prepare_dex(edits, None).await?;
            acting.write_dex(&write, Mode::DryRun).await?
        }
        Step::RestartDex => {
            let direction = cluster::Direction::Forward(&[]);
            acting.restart_dex(id, direction, now, Mode::DryRun).await?
        }
        Step::AddContributor {
            profile,
            user,
            role,
        } => {
            acting
                .add_contributor(profile, user, *role, Mode::DryRun)
                .await?
        }
        Step::RemoveContributor {
            profile,
            user,
            role,
        } => {
            acting
                .remove_contributor(profile, user, *role, Mode::DryRun)
                .await?
        }
        Step::Dated(step) => dated::rehearse(acting, step).await?,
        Step::Upkeep(step) => return upkeep::rehearse(acting, step).await,
        Step::Login(step) => return logins::rehearse(acting, step).await,
        Step::Administrator(change) => administrators::rehearse(acting, change).await?,
        Step::OffBoard(checklist) => administrators::decided(checklist),
        Step::Repair { repair, .. } => acting.repair(repair, (id, None), Mode::DryRun).await?,
        Step::EndSessions { .. }
        | Step::WaitForProfile { .. }
        | Step::WaitForQuota { .. }
        | Step::WaitForProfileGone { .. }
        | Step::ProveSignIn { .. }
        | Step::WaitForDex
        | Step::ProveDex
        | Step::Import(_)
        | Step::Release(_)
        | Step::ProveSame { .. } => return Ok(None),
    };
    Ok(Some(applied))
}
