//! What there is against what was promised against what is taken, resource by resource. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::nodes::{self, Amounts};
use crate::cluster::snapshot::{Node, Pod};
use crate::domain::{Profile, Quantity, Quota};

/// Resources that everybody asks about come first, and the rest by name.
const FIRST: [&str; 2] = ["cpu", "memory"];

/// Nodes and pods where both could be looked at.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) pods: &'a [Pod],
}

/// One resource.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Balance {
    pub(super) resource: String,
    /// On the nodes that count; `None` where nodes were not seen or do not have it, as with storage.
    pub(super) allocatable: Option<Quantity>,
    /// By pods of profiles that have a node.
    pub(super) inside: Quantity,
    /// By everything else: Kubeflow itself, system pods.
    pub(super) outside: Quantity,
    /// By quotas together.
    pub(super) promised: Quantity,
    /// What the quotas say is used of that.
    pub(super) used: Quantity,
}

/// What happens when everybody uses what they were promised.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    NothingPromised,
    /// How much there is is not known.
    Unknown,
    Fits {
        spare: Quantity,
    },
    Short {
        missing: Quantity,
    },
}

impl Balance {
    /// Promises can only be kept from what others do not take.
    pub(super) fn outlook(&self) -> Outlook {
        if self.promised.is_zero() {
            return Outlook::NothingPromised;
        }
        let Some(allocatable) = self.allocatable else {
            return Outlook::Unknown;
        };
        let room = allocatable.minus(self.outside);
        if self.promised <= room {
            Outlook::Fits {
                spare: room.minus(self.promised),
            }
        } else {
            Outlook::Short {
                missing: self.promised.minus(room),
            }
        }
    }

    pub(super) fn requested(&self) -> Quantity {
        self.inside + self.outside
    }

    /// Promised of allocatable, in hundredths: 140 is 1.4 times.
    pub(super) fn overcommit(&self) -> Option<u32> {
        self.promised.percent_of(self.allocatable?)
    }
}

/// One pass over profiles, nodes and pods.
pub(super) fn of(profiles: &[Arc<Profile>], seen: Option<Seen<'_>>) -> Vec<Balance> {
    let (mut promised, mut used) = (Amounts::new(), Amounts::new());
    for profile in profiles {
        nodes::add(&mut promised, &by_resource(limits(profile)));
        nodes::add(&mut used, &by_resource(&profile.quota_use.used));
    }
    let names: BTreeSet<&str> = profiles.iter().map(|one| one.name.as_str()).collect();
    let (mut there, mut inside, mut outside) = (Amounts::new(), Amounts::new(), Amounts::new());
    if let Some(seen) = seen {
        let counted = nodes::counted(seen.nodes);
        for node in seen.nodes.iter().filter(|node| nodes::counts(node)) {
            nodes::add(&mut there, &nodes::allocatable(node));
        }
        for pod in seen.pods.iter().filter(|pod| !pod.is_over()) {
            if !counted.contains(pod.node.as_str()) {
                continue;
            }
            let sum = if names.contains(pod.meta.namespace.as_str()) {
                &mut inside
            } else {
                &mut outside
            };
            nodes::add(sum, &pod.requests);
            nodes::add(sum, &nodes::one_pod());
        }
    }
    let resources: BTreeSet<&String> = there.keys().chain(promised.keys()).collect();
    let of = |amounts: &Amounts, name: &String| amounts.get(name).copied();
    let mut all: Vec<Balance> = resources
        .into_iter()
        .map(|name| Balance {
            resource: name.clone(),
            allocatable: of(&there, name),
            inside: of(&inside, name).unwrap_or(Quantity::ZERO),
            outside: of(&outside, name).unwrap_or(Quantity::ZERO),
            promised: of(&promised, name).unwrap_or(Quantity::ZERO),
            used: of(&used, name).unwrap_or(Quantity::ZERO),
        })
        .filter(says_something)
        .collect();
    all.sort_by_key(|one| rank(&one.resource));
    all
}

/// What is enforced, or else what was asked for.
pub(super) fn limits(profile: &Profile) -> &Quota {
    if profile.quota_use.hard.is_empty() {
        &profile.quota
    } else {
        &profile.quota_use.hard
    }
}

/// Nodes list huge pages and volumes that they could attach, mostly none.
fn says_something(balance: &Balance) -> bool {
    let there = balance.allocatable.unwrap_or(Quantity::ZERO);
    let is_there = !there.is_zero() && !balance.resource.starts_with("attachable-volumes-");
    is_there || !balance.promised.is_zero()
}

fn rank(resource: &str) -> (usize, String) {
    let first = FIRST.iter().position(|one| *one == resource);
    let group = match first {
        Some(place) => place,
        None if nodes::is_device(resource) => FIRST.len(),
        None => FIRST.len() + 1,
    };
    (group, resource.to_owned())
}

/// A quota by what nodes call it: `requests.cpu` and `cpu` are one, and of both the smaller one holds. Limits and
/// counted objects promise nothing that a node has.
pub(super) fn by_resource(quota: &Quota) -> Amounts {
    let mut amounts: BTreeMap<String, Quantity> = BTreeMap::new();
    for (name, amount) in quota.iter() {
        let Some(resource) = resource_of(name.as_str()) else {
            continue;
        };
        amounts
            .entry(resource.to_owned())
            .and_modify(|old| *old = (*old).min(amount))
            .or_insert(amount);
    }
    amounts
}

fn resource_of(name: &str) -> Option<&str> {
    match name {
        "cpu" | "memory" | "ephemeral-storage" | "pods" => Some(name),
        _ => name.strip_prefix("requests."),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::nodes::tests::{amounts, node, pod};
    use super::*;
    use crate::domain::{Health, ProfileName, QuotaUse, ResourceName};

    pub(in super::super) fn profile(
        name: &str,
        hard: &[(&str, &str)],
        used: &[(&str, &str)],
    ) -> Arc<Profile> {
        let quota = |lines: &[(&str, &str)]| -> Quota {
            lines
                .iter()
                .map(|(name, amount)| (ResourceName::from_cluster(*name), amount.parse().unwrap()))
                .collect()
        };
        Arc::new(Profile {
            name: ProfileName::from_cluster(name),
            owner: None,
            quota: quota(hard),
            quota_use: QuotaUse {
                hard: quota(hard),
                used: quota(used),
            },
            health: Health::healthy(),
            created_at: None,
            resource_version: String::new(),
            managed_by: None,
        })
    }

    const GPU: &str = "nvidia.com/gpu";

    #[test]
    fn promises_are_kept_from_what_others_leave() {
        let profiles = [
            profile(
                "ana",
                &[("requests.cpu", "6"), ("requests.nvidia.com/gpu", "3")],
                &[],
            ),
            profile(
                "bob",
                &[("cpu", "5"), ("requests.nvidia.com/gpu", "1")],
                &[("cpu", "2")],
            ),
        ];
        let nodes = [node(
            "n",
            &[("cpu", "12"), (GPU, "4"), ("memory", "8Gi")],
            "T4",
        )];
        let pods = [
            pod(("ana", "a"), "n", &[("cpu", "2"), (GPU, "1")]),
            pod(("kube-system", "dns"), "n", &[("cpu", "2")]),
            pod(("ana", "waits"), "", &[("cpu", "9")]),
        ];
        let seen = Seen {
            nodes: &nodes,
            pods: &pods,
        };
        let found = of(&profiles, Some(seen));
        let names: Vec<&str> = found.iter().map(|one| one.resource.as_str()).collect();
        assert_eq!(names, ["cpu", "memory", GPU]);
        let cpu = &found[0];
        assert_eq!(cpu.requested(), "4".parse().unwrap());
        assert_eq!(
            (cpu.promised, cpu.used),
            ("11".parse().unwrap(), "2".parse().unwrap())
        );
        assert_eq!(cpu.overcommit(), Some(92));
        assert_eq!(
            cpu.outlook(),
            Outlook::Short {
                missing: Quantity::whole(1)
            }
        );
        assert_eq!(found[1].outlook(), Outlook::NothingPromised);
        assert_eq!(
            found[2].outlook(),
            Outlook::Fits {
                spare: Quantity::ZERO
            }
        );
    }

    #[test]
    fn without_nodes_nothing_is_said_about_what_there_is() {
        let profiles = [profile(
            "ana",
            &[("cpu", "6"), ("requests.storage", "1Gi")],
            &[],
        )];
        let found = of(&profiles, None);
        assert_eq!(found.len(), 2);
        for one in found {
            assert_eq!((one.outlook(), one.overcommit()), (Outlook::Unknown, None));
        }
    }

    #[test]
    fn of_two_names_for_one_thing_the_smaller_limit_holds() {
        let both = profile(
            "x",
            &[("cpu", "4"), ("requests.cpu", "3"), ("limits.cpu", "9")],
            &[],
        );
        assert_eq!(by_resource(limits(&both)), amounts(&[("cpu", "3")]));
    }
}
