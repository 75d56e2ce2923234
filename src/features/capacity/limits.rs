//! Who is at the end of what they were promised. Pure.

use std::sync::Arc;

use super::balance;
use crate::domain::{Profile, Quantity, ResourceName};

/// From here on a limit is worth a look.
const NEAR: u32 = 80;

/// One limit of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) profile: String,
    pub(super) resource: ResourceName,
    pub(super) used: Quantity,
    pub(super) hard: Quantity,
    pub(super) percent: u32,
}

/// Limits that are used up or nearly so, the fullest first. A limit of zero forbids and is never reached.
pub(super) fn of(profiles: &[Arc<Profile>]) -> Vec<Limit> {
    let mut found: Vec<Limit> = profiles
        .iter()
        .flat_map(|profile| {
            let limits = balance::limits(profile).iter();
            limits.filter_map(|(name, hard)| {
                let used = profile.quota_use.used.get(name)?;
                let percent = used.percent_of(hard)?;
                (percent >= NEAR).then(|| Limit {
                    profile: profile.name.to_string(),
                    resource: name.clone(),
                    used,
                    hard,
                    percent,
                })
            })
        })
        .collect();
    found.sort_by(|a, b| {
        let order = b.percent.cmp(&a.percent);
        order.then_with(|| (&a.profile, &a.resource).cmp(&(&b.profile, &b.resource)))
    });
    found
}

#[cfg(test)]
mod tests {
    use super::super::balance::tests::profile;
    use super::*;

    #[test]
    fn the_fullest_limits_come_first_and_a_limit_of_zero_is_none() {
        let found = of(&[
            profile(
                "ana",
                &[("cpu", "10"), ("pods", "0")],
                &[("cpu", "8"), ("pods", "0")],
            ),
            profile(
                "bob",
                &[("cpu", "4"), ("memory", "4Gi")],
                &[("cpu", "4"), ("memory", "1Gi")],
            ),
            profile("eve", &[("cpu", "100")], &[("cpu", "79")]),
        ]);
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.profile.as_str(), one.percent))
            .collect();
        assert_eq!(told, [("bob", 100), ("ana", 80)]);
    }
}
