//! A resource quota: which resources, how much of each, and how much of it is used.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Quantity, QuantityError};

/// The name of something a ResourceQuota can limit, such as `requests.cpu` or `requests.nvidia.com/gpu`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceName(String);

/// Why a line of a quota is refused before the API server is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    #[error("Kubernetes has no quota for “{0}”")]
    Unknown(String),
    #[error("Kubernetes accepts “{0}” but never enforces it; write requests.{0}")]
    NotEnforced(String),
    #[error("{0} is counted in whole numbers")]
    Fraction(String),
    #[error(transparent)]
    Amount(#[from] QuantityError),
}

/// Kubernetes v1.34 `pkg/apis/core/helper/helpers.go`, `standardQuotaResources`.
const STANDARD: [&str; 21] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "persistentvolumeclaims",
    "pods",
    "services",
    "services.nodeports",
    "services.loadbalancers",
    "configmaps",
    "secrets",
    "replicationcontrollers",
    "resourcequotas",
    "count/pods",
    "count/services",
];

impl ResourceName {
    /// A name read from the cluster; unknown ones are shown, not judged.
    pub fn from_cluster(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Things that exist or do not: pods, GPUs, objects. CPU, memory and storage are amounts.
    pub fn is_counted(&self) -> bool {
        let name = self.0.as_str();
        let amount = ["cpu", "memory", "storage"]
            .iter()
            .any(|unit| name.ends_with(unit));
        !amount && !name.starts_with("hugepages-") && !name.starts_with("requests.hugepages-")
    }
}

impl ResourceName {
    /// What Kubernetes refuses when this line is used up.
    fn refused(&self) -> &'static str {
        let name = self.0.as_str();
        if name.ends_with("persistentvolumeclaims") || name.ends_with("requests.storage") {
            "no new volume can be claimed"
        } else if name.starts_with("count/")
            || name.starts_with("services")
            || [
                "configmaps",
                "secrets",
                "replicationcontrollers",
                "resourcequotas",
            ]
            .contains(&name)
        {
            "no new one can be created"
        } else {
            "no new pod that asks for it can start, and a notebook that is stopped does not start again"
        }
    }
}

impl FromStr for ResourceName {
    type Err = QuotaError;

    fn from_str(text: &str) -> Result<Self, QuotaError> {
        let text = text.trim();
        let known = STANDARD.contains(&text)
            || text.starts_with("hugepages-")
            || text.starts_with("requests.hugepages-")
            || text.starts_with("count/") && text.len() > 6
            || text.contains(".storageclass.storage.k8s.io/")
            || text.starts_with("requests.") && text.contains('/');
        if known && text.is_ascii() && !text.contains(char::is_whitespace) && text.len() <= 316 {
            Ok(Self(text.to_owned()))
        } else if text.contains('/') && !text.starts_with("limits.") && text.is_ascii() {
            Err(QuotaError::NotEnforced(text.to_owned()))
        } else {
            Err(QuotaError::Unknown(text.to_owned()))
        }
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hard limits by resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quota(BTreeMap<ResourceName, Quantity>);

impl Quota {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, name: &ResourceName) -> Option<Quantity> {
        self.0.get(name).copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ResourceName, Quantity)> {
        self.0.iter().map(|(name, amount)| (name, *amount))
    }

    /// These lines, with those of `other` set or replaced.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let lines = self.iter().chain(other.iter());
        lines.map(|(name, amount)| (name.clone(), amount)).collect()
    }

    /// One line as a person typed it, checked as far as it can be without the API server.
    pub fn line(name: &str, amount: &str) -> Result<(ResourceName, Quantity), QuotaError> {
        let name: ResourceName = name.parse()?;
        let amount: Quantity = amount.parse()?;
        if name.is_counted() && !amount.is_whole() {
            return Err(QuotaError::Fraction(name.0));
        }
        Ok((name, amount))
    }

    /// Does it make the API server refuse pods whose containers state no CPU or memory?
    pub fn needs_container_defaults(&self) -> bool {
        self.0.keys().any(|name| {
            let name = name.as_str();
            let bare = name
                .strip_prefix("requests.")
                .or_else(|| name.strip_prefix("limits."))
                .unwrap_or(name);
            bare == "cpu" || bare == "memory"
        })
    }

    /// What stops being possible under this quota while `used` is in use, a sentence per line. Kubernetes evicts
    /// nothing; it refuses what comes next.
    pub fn consequences(&self, used: &Self) -> Vec<String> {
        let lines = self.0.iter().filter_map(|(name, limit)| {
            let used = used.get(name)?;
            if let Some(over) = used.above(*limit) {
                return Some(format!(
                    "{name}: {used} are in use, {over} more than the new limit of {limit}. What runs keeps running; \
                     {} until {over} are given back.",
                    name.refused()
                ));
            }
            (used == *limit && !used.is_zero()).then(|| {
                format!("{name}: all of the new limit of {limit} is in use; {}.", name.refused())
            })
        });
        lines.collect()
    }
}

impl FromIterator<(ResourceName, Quantity)> for Quota {
    fn from_iter<I: IntoIterator<Item = (ResourceName, Quantity)>>(lines: I) -> Self {
        Self(lines.into_iter().collect())
    }
}

/// What `kf-resource-quota` says: enforced limits and use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuotaUse {
    /// `status.hard`; empty when there is no ResourceQuota.
    pub hard: Quota,
    /// `status.used`.
    pub used: Quota,
}

impl QuotaUse {
    /// Lines that are used up, as `cpu (4 of 4)`.
    pub fn full(&self) -> Vec<String> {
        let lines = self.hard.iter().filter_map(|(name, hard)| {
            let used = self.used.get(name)?;
            (!used.is_zero() && used >= hard).then(|| format!("{name} ({used} of {hard})"))
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_enforced_names_are_accepted() {
        for name in [
            "cpu",
            "requests.memory",
            "requests.nvidia.com/gpu",
            "count/notebooks.kubeflow.org",
            "fast.storageclass.storage.k8s.io/requests.storage",
            "hugepages-2Mi",
        ] {
            assert!(name.parse::<ResourceName>().is_ok(), "{name}");
        }
        for name in [
            "gpu",
            "storage",
            "requests.gpu",
            "limits.nvidia.com/gpu",
            "",
        ] {
            assert_eq!(
                name.parse::<ResourceName>(),
                Err(QuotaError::Unknown(name.to_owned()))
            );
        }
        assert_eq!(
            "nvidia.com/gpu".parse::<ResourceName>(),
            Err(QuotaError::NotEnforced("nvidia.com/gpu".to_owned()))
        );
    }

    #[test]
    fn things_that_are_counted_come_in_whole_numbers() {
        assert!(Quota::line("cpu", "500m").is_ok());
        assert!(Quota::line("requests.storage", "1.5Ti").is_ok());
        assert_eq!(
            Quota::line("requests.nvidia.com/gpu", "500m"),
            Err(QuotaError::Fraction("requests.nvidia.com/gpu".to_owned()))
        );
        assert!(matches!(
            Quota::line("pods", "1.5"),
            Err(QuotaError::Fraction(_))
        ));
    }

    #[test]
    fn lowering_below_use_says_what_stops_being_possible() {
        let quota = |lines: &[(&str, &str)]| -> Quota {
            lines
                .iter()
                .map(|(name, amount)| Quota::line(name, amount).unwrap())
                .collect()
        };
        let wanted = quota(&[
            ("cpu", "4"),
            ("memory", "8Gi"),
            ("requests.storage", "10Gi"),
        ]);
        let used = quota(&[
            ("cpu", "6"),
            ("memory", "2Gi"),
            ("requests.storage", "10Gi"),
        ]);
        let found = wanted.consequences(&used);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("cpu: 6 are in use, 2 more than"),
            "{found:?}"
        );
        assert!(found[1].contains("no new volume"), "{found:?}");
    }

    #[test]
    fn cpu_and_memory_need_container_defaults_and_gpus_do_not() {
        let quota =
            |name: &str| Quota::from_iter([(ResourceName::from_cluster(name), Quantity::whole(1))]);
        assert!(quota("limits.cpu").needs_container_defaults());
        assert!(quota("memory").needs_container_defaults());
        assert!(!quota("requests.nvidia.com/gpu").needs_container_defaults());
        assert!(!quota("requests.ephemeral-storage").needs_container_defaults());
    }
}
