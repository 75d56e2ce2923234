//! A plan: the steps of a change, each tried by the API server's dry run as the person who asks.

use jiff::Timestamp;

use super::upkeep;
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
}

impl Planner<'_> {
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
        for step in steps {
            let mut record = StepRecord::new(step);
            if let Some(applied) = rehearse(&acting, (id, self.clock.now()), &record.step).await? {
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
        Step::Upkeep(step) => return upkeep::rehearse(acting, step).await,
        Step::Repair { repair, .. } => acting.repair(repair, id, Mode::DryRun).await?,
        Step::EndSessions { .. }
        | Step::WaitForProfile { .. }
        | Step::WaitForQuota { .. }
        | Step::WaitForProfileGone { .. }
        | Step::ProveSignIn { .. }
        | Step::WaitForDex
        | Step::ProveDex
        | Step::Import(_)
        | Step::ProveSame { .. } => return Ok(None),
    };
    Ok(Some(applied))
}
