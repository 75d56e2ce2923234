//! Setting the quota of a profile: the profile first, then the quota in the namespace is waited for.

use crate::access::Access;
use crate::cluster::{self, DefaultsFound, Offer};
use crate::domain::{
    ContainerDefaults, Kind, Operation, Profile, Quota, ResourceName, Step, Upkeep,
};
use crate::operation::PlanError;

/// Plans `wanted` as the whole quota of `profile`; lines that are not in it any more are removed. Defaults for
/// containers come first, so that there is no moment in which pods that state nothing are refused.
pub async fn plan_set(
    access: &Access,
    profile: &Profile,
    wanted: Quota,
    defaults: Option<ContainerDefaults>,
) -> Result<Operation, PlanError> {
    let remove: Vec<ResourceName> = profile
        .quota
        .iter()
        .map(|(name, _)| name.clone())
        .filter(|name| wanted.get(name).is_none())
        .collect();
    let defaults = defaults.map(|defaults| {
        Step::Upkeep(Upkeep::SetContainerDefaults {
            profile: profile.name.clone(),
            defaults,
            quota: wanted.clone(),
        })
    });
    let mut steps: Vec<Step> = defaults.into_iter().collect();
    steps.extend([
        Step::SetQuota {
            name: profile.name.clone(),
            quota: wanted.clone(),
            remove,
        },
        Step::WaitForQuota {
            name: profile.name.clone(),
            quota: wanted,
        },
    ]);
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
