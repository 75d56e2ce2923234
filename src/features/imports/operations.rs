//! From a list of people to a plan: for pages, and for whoever else has a list.

use super::check::{Taken, check};
use super::table;
use crate::access::Access;
use crate::domain::{Actor, ImportPart, ImportRow, Operation, Quota, Share};
use crate::operation::{PlanError, Planner};

/// Stands for the part of the address before the `@`.
pub const USER: &str = "{user}";

/// What holds for everybody on the list.
#[derive(Debug, Clone, Default)]
pub struct Common {
    /// `None`: no profiles.
    pub pattern: Option<String>,
    pub quota: Quota,
    pub shares: Vec<Share>,
}

/// Why a list has no plan.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("{0}")]
    Unreadable(String),
    #[error("line {line}: {why}")]
    Line { line: u64, why: String },
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Reads, checks and plans a list in which every line has to be right; that names are free, the API server says.
pub async fn plan_list(
    planner: &Planner<'_>,
    actor: &Actor,
    list: &str,
    common: Common,
) -> Result<Operation, ListError> {
    let lines = table::read(list).map_err(|why| ListError::Unreadable(why.to_string()))?;
    let checked = check(&lines, &common, &Taken::default());
    match checked.problems.into_iter().next() {
        Some(first) => Err(ListError::Line {
            line: first.line,
            why: first.why,
        }),
        None => Ok(plan(planner, actor, &checked.rows, common).await?),
    }
}

/// Everybody on a checked list, in one operation.
pub(crate) async fn plan_add(
    access: &Access,
    rows: &[ImportRow],
    common: Common,
) -> Result<Operation, PlanError> {
    plan(&access.engine().planner(), access.actor(), rows, common).await
}

/// Logins, then profiles, then parts in profiles of others; each part goes through all rows.
async fn plan(
    planner: &Planner<'_>,
    actor: &Actor,
    rows: &[ImportRow],
    common: Common,
) -> Result<Operation, PlanError> {
    let people = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let mut parts = vec![ImportPart::Logins { people }];
    if common.pattern.is_some() {
        let quota = common.quota;
        parts.push(ImportPart::Profiles { people, quota });
    }
    if !common.shares.is_empty() {
        let shares = common.shares;
        parts.push(ImportPart::Shares { shares });
    }
    if common.pattern.is_some() {
        parts.push(ImportPart::Ready);
    }
    parts.push(ImportPart::Prove);
    planner.plan_import(actor, rows, parts).await
}
