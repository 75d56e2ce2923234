//! Everybody on a checked list, in one operation.

use super::form::Common;
use crate::access::Access;
use crate::domain::{ImportPart, ImportRow, Operation};
use crate::operation::PlanError;

/// Logins, then profiles, then parts in profiles of others; each part goes through all rows.
pub(crate) async fn plan_add(
    access: &Access,
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
    let planner = access.engine().planner();
    planner.plan_import(access.actor(), rows, parts).await
}
