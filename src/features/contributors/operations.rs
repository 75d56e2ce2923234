//! Letting people into a profile and taking them out, both halves at once.

use crate::access::Access;
use crate::domain::{Kind, Operation, ProfileName, Role, Step, UserName};
use crate::operation::PlanError;

/// Gives `role`; other roles of the same person in the profile are taken away after it, so that there is no moment
/// without access.
pub async fn plan_add(
    access: &Access,
    profile: &ProfileName,
    user: &UserName,
    role: Role,
) -> Result<Operation, PlanError> {
    let mut steps = vec![Step::AddContributor {
        profile: profile.clone(),
        user: user.clone(),
        role,
    }];
    for other in access
        .contributors_of(profile)
        .iter()
        .filter(|c| c.user == *user && c.role != role)
    {
        steps.push(Step::RemoveContributor {
            profile: profile.clone(),
            user: user.clone(),
            role: other.role,
        });
    }
    let subject = format!("{user} in {profile}");
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::AddContributor, subject, steps)
        .await
}

pub async fn plan_remove(
    access: &Access,
    profile: &ProfileName,
    user: &UserName,
    role: Role,
) -> Result<Operation, PlanError> {
    let steps = vec![Step::RemoveContributor {
        profile: profile.clone(),
        user: user.clone(),
        role,
    }];
    let subject = format!("{user} in {profile}");
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::RemoveContributor, subject, steps)
        .await
}
