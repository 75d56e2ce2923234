//! Setting the quota of a profile: the profile first, then the quota in the namespace is waited for.

use crate::access::Access;
use crate::domain::{Kind, Operation, Profile, Quota, ResourceName, Step};
use crate::operation::PlanError;

/// Plans `wanted` as the whole quota of `profile`; lines that are not in it any more are removed.
pub async fn plan_set(
    access: &Access,
    profile: &Profile,
    wanted: Quota,
) -> Result<Operation, PlanError> {
    let remove: Vec<ResourceName> = profile
        .quota
        .iter()
        .map(|(name, _)| name.clone())
        .filter(|name| wanted.get(name).is_none())
        .collect();
    let steps = vec![
        Step::SetQuota {
            name: profile.name.clone(),
            quota: wanted.clone(),
            remove,
        },
        Step::WaitForQuota {
            name: profile.name.clone(),
            quota: wanted,
        },
    ];
    let planner = access.engine().planner();
    planner
        .plan(
            access.actor(),
            Kind::SetQuota,
            profile.name.to_string(),
            steps,
        )
        .await
}
