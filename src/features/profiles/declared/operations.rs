//! Everything that is different, put right in one operation.

use super::Difference;
use crate::access::Access;
use crate::domain::{Kind, Operation, Step};
use crate::features::profiles::operations::transfer_steps;
use crate::features::quotas::operations::set_steps;
use crate::operation::PlanError;

/// Profiles first, then who shares them; a role is given before another one goes.
pub async fn plan_import(
    access: &Access,
    subject: String,
    differences: &[Difference],
) -> Result<Operation, PlanError> {
    let steps = differences
        .iter()
        .flat_map(|one| steps_of(access, one))
        .collect();
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::Import, subject, steps)
        .await
}

/// A profile that went in the meantime has no steps; the next comparison finds it missing.
fn steps_of(access: &Access, difference: &Difference) -> Vec<Step> {
    let cluster = access.cluster();
    match difference.clone() {
        Difference::NewProfile { name, wanted } => vec![
            Step::CreateProfile {
                name: name.clone(),
                owner: wanted.owner,
                quota: wanted.quota,
            },
            Step::WaitForProfile { name },
        ],
        Difference::OtherOwner { name, wanted, .. } => cluster
            .profile(&name)
            .map(|profile| transfer_steps(access, &profile, &wanted, None))
            .unwrap_or_default(),
        Difference::OtherQuota { name, wanted, .. } => cluster
            .profile(&name)
            .map(|profile| set_steps(&profile, wanted, None))
            .unwrap_or_default(),
        Difference::NewContributor {
            profile,
            user,
            role,
        } => vec![Step::AddContributor {
            profile,
            user,
            role,
        }],
        Difference::SurplusContributor {
            profile,
            user,
            role,
        } => vec![Step::RemoveContributor {
            profile,
            user,
            role,
        }],
    }
}
