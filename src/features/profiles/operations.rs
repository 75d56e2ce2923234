//! Creating and deleting profiles.

use crate::access::Access;
use crate::domain::{Email, Kind, Operation, ProfileName, Quota, Step, UserName};
use crate::operation::PlanError;

pub async fn plan_create(
    access: &Access,
    name: ProfileName,
    owner: &Email,
    quota: Quota,
) -> Result<Operation, PlanError> {
    let subject = name.to_string();
    let steps = vec![
        Step::CreateProfile {
            name: name.clone(),
            owner: UserName::from(owner),
            quota,
        },
        Step::WaitForProfile { name },
    ];
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::CreateProfile, subject, steps)
        .await
}

/// Irreversible: the namespace goes with everything in it.
pub async fn plan_delete(access: &Access, name: ProfileName) -> Result<Operation, PlanError> {
    let subject = name.to_string();
    let steps = vec![
        Step::DeleteProfile { name: name.clone() },
        Step::WaitForProfileGone { name },
    ];
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::DeleteProfile, subject, steps)
        .await
}
