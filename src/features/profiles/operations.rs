//! Creating and deleting profiles.

use crate::access::Access;
use crate::domain::{Email, Kind, Operation, ProfileName, Quota, Step, UserName, several};
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
    let steps = deletion_steps(name).to_vec();
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::DeleteProfile, subject, steps)
        .await
}

/// Irreversible, several times over, in one operation.
pub async fn plan_delete_many(
    access: &Access,
    names: Vec<ProfileName>,
) -> Result<Operation, PlanError> {
    let subject = several(names.iter().map(ProfileName::as_str));
    let steps = names.into_iter().flat_map(deletion_steps).collect();
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::DeleteProfiles, subject, steps)
        .await
}

fn deletion_steps(name: ProfileName) -> [Step; 2] {
    [
        Step::DeleteProfile { name: name.clone() },
        Step::WaitForProfileGone { name },
    ]
}
