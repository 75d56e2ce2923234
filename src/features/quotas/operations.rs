//! Setting the quota of a profile: the profile first, then the quota in the namespace is waited for.

use std::sync::Arc;

use crate::access::Access;
use crate::cluster::{self, DefaultsFound, Offer};
use crate::domain::{
    ContainerDefaults, Kind, Operation, Profile, ProfileName, Quota, ResourceName, Step, Upkeep,
    several,
};
use crate::operation::PlanError;

/// Plans `wanted` as the whole quota of `profile`; lines that are not in it any more are removed.
pub async fn plan_set(
    access: &Access,
    profile: &Profile,
    wanted: Quota,
    defaults: Option<ContainerDefaults>,
) -> Result<Operation, PlanError> {
    let subject = profile.name.to_string();
    let steps = set_steps(profile, wanted, defaults);
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::SetQuota, subject, steps)
        .await
}

/// The whole quota; lines that are not in it any more are removed.
pub(in crate::features) fn set_steps(
    profile: &Profile,
    wanted: Quota,
    defaults: Option<ContainerDefaults>,
) -> Vec<Step> {
    let remove: Vec<ResourceName> = profile
        .quota
        .iter()
        .map(|(name, _)| name.clone())
        .filter(|name| wanted.get(name).is_none())
        .collect();
    steps(&profile.name, wanted, remove, defaults)
}

/// Plans the same lines for each of them, in one operation; lines that are not given stay as they are.
pub async fn plan_set_many(
    access: &Access,
    profiles: &[Arc<Profile>],
    lines: &Quota,
    defaults: Option<&ContainerDefaults>,
) -> Result<Operation, PlanError> {
    let subject = several(profiles.iter().map(|profile| profile.name.as_str()));
    let steps = profiles
        .iter()
        .flat_map(|profile| {
            let wanted = profile.quota.with(lines);
            steps(&profile.name, wanted, Vec::new(), defaults.cloned())
        })
        .collect();
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::SetQuotas, subject, steps)
        .await
}

/// Defaults for containers first, so that there is no moment in which pods that state nothing are refused.
fn steps(
    name: &ProfileName,
    quota: Quota,
    remove: Vec<ResourceName>,
    defaults: Option<ContainerDefaults>,
) -> Vec<Step> {
    let defaults = defaults.map(|defaults| {
        Step::Upkeep(Upkeep::SetContainerDefaults {
            profile: name.clone(),
            defaults,
            quota: quota.clone(),
        })
    });
    let mut steps: Vec<Step> = defaults.into_iter().collect();
    steps.extend([
        Step::SetQuota {
            name: name.clone(),
            quota: quota.clone(),
            remove,
        },
        Step::WaitForQuota {
            name: name.clone(),
            quota,
        },
    ]);
    steps
}

/// Lines that a quota could have in this cluster: what the nodes have, and one per `StorageClass`.
pub async fn offers(access: &Access) -> Result<Vec<Offer>, cluster::Error> {
    let acting = access.cluster().acting_as(access.actor())?;
    acting.offers().await
}

/// What gives containers their defaults in a profile now, read as the person who asks.
pub async fn defaults_now(
    access: &Access,
    profile: &Profile,
) -> Result<DefaultsFound, cluster::Error> {
    let acting = access.cluster().acting_as(access.actor())?;
    acting.container_defaults(&profile.name).await
}
