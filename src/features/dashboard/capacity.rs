//! What all profiles together were promised, and what of it is used.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Profile, Quantity, ResourceName};
use crate::web::paths;
use crate::web::view::Meter;

/// Promises and use, resource by resource.
pub(super) struct Capacity {
    pub meters: Vec<Meter>,
    /// Profiles that may use whatever there is; they are in no sum.
    pub unlimited: usize,
    pub unlimited_href: String,
}

/// Resources that everybody asks about come first.
const FIRST: [&str; 3] = ["requests.cpu", "requests.memory", "requests.storage"];

/// One pass over the profiles.
pub(super) fn of(profiles: &[Arc<Profile>]) -> Capacity {
    let mut sums: BTreeMap<(usize, ResourceName), (Quantity, Quantity)> = BTreeMap::new();
    let mut unlimited = 0;
    for profile in profiles {
        let in_force = &profile.quota_use.hard;
        let limits = if in_force.is_empty() {
            &profile.quota
        } else {
            in_force
        };
        if limits.is_empty() {
            unlimited += 1;
        }
        for (name, limit) in limits.iter() {
            let used = profile.quota_use.used.get(name).unwrap_or(Quantity::ZERO);
            let (promised, taken) = sums
                .entry(ranked(name))
                .or_insert((Quantity::ZERO, Quantity::ZERO));
            *promised = *promised + limit;
            *taken = *taken + used;
        }
    }
    Capacity {
        meters: sums
            .iter()
            .map(|((_, name), (promised, used))| Meter::new(name, Some(*used), *promised))
            .collect(),
        unlimited,
        unlimited_href: format!("{}?quota=none", paths::PROFILES),
    }
}

/// `cpu` and `requests.cpu` are one thing to Kubernetes, and so are they here.
fn ranked(name: &ResourceName) -> (usize, ResourceName) {
    let full = match name.as_str() {
        short @ ("cpu" | "memory") => ResourceName::from_cluster(format!("requests.{short}")),
        _ => name.clone(),
    };
    let rank = FIRST.iter().position(|first| *first == full.as_str());
    (rank.unwrap_or(FIRST.len()), full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Health, ProfileName, Quota, QuotaUse};

    fn profile(limit: &[(&str, &str)], used: &[(&str, &str)]) -> Arc<Profile> {
        let quota = |lines: &[(&str, &str)]| -> Quota {
            lines
                .iter()
                .map(|(name, amount)| (ResourceName::from_cluster(*name), amount.parse().unwrap()))
                .collect()
        };
        Arc::new(Profile {
            name: ProfileName::from_cluster("x"),
            owner: None,
            quota: quota(limit),
            quota_use: QuotaUse {
                hard: quota(limit),
                used: quota(used),
            },
            health: Health::healthy(),
            created_at: None,
            resource_version: String::new(),
            managed_by: None,
        })
    }

    #[test]
    fn promises_are_summed_under_one_name_and_profiles_without_any_are_counted() {
        let found = of(&[
            profile(&[("pods", "5"), ("cpu", "4")], &[("cpu", "1")]),
            profile(&[("requests.cpu", "4")], &[("requests.cpu", "3")]),
            profile(&[], &[]),
        ]);
        let texts: Vec<&str> = found.meters.iter().map(|m| m.text.as_str()).collect();
        assert_eq!(texts, ["4 of 8 CPU used", "0 of 5 pods used"]);
        assert_eq!(found.unlimited, 1);
    }
}
