//! The plan of a list: every row was checked before; some of them are tried on the API server.

use crate::cluster::{Acting, Applied, Mode, NewLogin, NewProfile};
use crate::domain::{
    Actor, ImportPart, ImportRow, Kind, Operation, OperationId, State, Step, StepRecord, UserName,
    several,
};
use crate::operation::plan::{PlanError, Planner};

/// So many rows are tried by dry run: a list of thousands would take minutes before anything is shown.
const TRIED: usize = 10;

impl Planner<'_> {
    /// Tries the first rows, stores the plan with all of them and returns it. Changes nothing in the cluster.
    pub async fn plan_import(
        &self,
        actor: &Actor,
        rows: &[ImportRow],
        parts: Vec<ImportPart>,
    ) -> Result<Operation, PlanError> {
        let id = OperationId(uuid::Uuid::now_v7());
        let acting = self.cluster.acting_as(actor)?;
        let mut records = Vec::with_capacity(parts.len());
        for part in parts {
            let changes = tried(&acting, id, rows, &part).await?.changes;
            let Some(step) = self.with_or_without_proof(Step::Import(part)) else {
                continue;
            };
            let mut record = StepRecord::new(step);
            record.changes = changes;
            records.push(record);
        }
        let now = self.clock.now();
        let operation = Operation {
            id,
            kind: Kind::AddUsers,
            subject: several(rows.iter().map(|row| row.email.as_str())),
            actor: actor.clone(),
            state: State::Planned,
            steps: records,
            temporary: None,
            created_at: now,
            updated_at: now,
        };
        // Rows first: a plan without its rows would do nothing and call that done.
        self.store.import_insert(&id, rows, now).await?;
        self.store.operation_insert(&operation).await?;
        Ok(operation)
    }
}

/// What the first row comes to; the others are tried as well and are alike.
async fn tried(
    acting: &Acting,
    id: OperationId,
    rows: &[ImportRow],
    part: &ImportPart,
) -> Result<Applied, PlanError> {
    let mut first = None;
    if let ImportPart::Profiles { quota, .. } = part {
        acting.check_quota(quota).await?;
    }
    for row in rows.iter().take(TRIED) {
        let applied = try_row(acting, id, row, part).await?;
        first.get_or_insert(applied);
    }
    Ok(first.unwrap_or_default())
}

async fn try_row(
    acting: &Acting,
    id: OperationId,
    row: &ImportRow,
    part: &ImportPart,
) -> Result<Applied, PlanError> {
    let user = UserName::from(&row.email);
    let mut all = Applied::default();
    match part {
        ImportPart::Logins { .. } => {
            let login = NewLogin {
                email: row.email.clone(),
                username: row.username.clone(),
                user_id: row.user_id.clone(),
                hash: None,
            };
            all = acting.create_login(&login, id, Mode::DryRun).await?;
        }
        ImportPart::Profiles { quota, .. } => {
            if let Some(name) = &row.profile {
                let owner = &user;
                let new = NewProfile { name, owner, quota };
                all = acting.create_profile(&new, id, Mode::DryRun).await?;
            }
        }
        ImportPart::Shares { shares } => {
            for share in shares {
                let (profile, role) = (&share.profile, share.role);
                let one = acting
                    .add_contributor(profile, &user, role, Mode::DryRun)
                    .await?;
                all.changes.extend(one.changes);
            }
        }
        ImportPart::Ready | ImportPart::Prove => {}
    }
    Ok(all)
}
