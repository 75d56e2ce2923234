//! Setting the quota of a profile: the profile first, then the quota in the namespace is waited for.

use std::sync::Arc;

use crate::access::Access;
use crate::domain::{Kind, Operation, Profile, Quota, ResourceName, Step, several};
use crate::operation::PlanError;

/// Plans `wanted` as the whole quota of `profile`; lines that are not in it any more are removed.
pub async fn plan_set(
    access: &Access,
    profile: &Profile,
    wanted: Quota,
) -> Result<Operation, PlanError> {
    let subject = profile.name.to_string();
    let steps = steps(profile, &wanted).to_vec();
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::SetQuota, subject, steps)
        .await
}

/// Plans `wanted` as the whole quota of each of them, in one operation.
pub async fn plan_set_many(
    access: &Access,
    profiles: &[Arc<Profile>],
    wanted: &Quota,
) -> Result<Operation, PlanError> {
    let subject = several(profiles.iter().map(|profile| profile.name.as_str()));
    let steps = profiles
        .iter()
        .flat_map(|profile| steps(profile, wanted))
        .collect();
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::SetQuotas, subject, steps)
        .await
}

fn steps(profile: &Profile, wanted: &Quota) -> [Step; 2] {
    let remove: Vec<ResourceName> = profile
        .quota
        .iter()
        .map(|(name, _)| name.clone())
        .filter(|name| wanted.get(name).is_none())
        .collect();
    [
        Step::SetQuota {
            name: profile.name.clone(),
            quota: wanted.clone(),
            remove,
        },
        Step::WaitForQuota {
            name: profile.name.clone(),
            quota: wanted.clone(),
        },
    ]
}
