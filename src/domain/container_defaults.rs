//! What a container gets that states no resources: the contents of our LimitRange.

use serde::{Deserialize, Serialize};

use super::{Quantity, QuantityError, Quota, ResourceName};

/// `defaultRequest` and `default` (limits) for containers. A missing line sets nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerDefaults {
    pub cpu_request: Option<Quantity>,
    pub cpu_limit: Option<Quantity>,
    pub memory_request: Option<Quantity>,
    pub memory_limit: Option<Quantity>,
}

/// Why defaults are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DefaultsError {
    #[error(transparent)]
    Amount(#[from] QuantityError),
    #[error("The request of a container cannot be above its limit")]
    RequestAboveLimit,
}

/// What the Istio sidecar of every pod states, by default in every release of Kubeflow from 1.6 to 26.03.
pub(super) const SIDECAR_CPU_LIMIT: &str = "2";
pub(super) const SIDECAR_MEMORY_LIMIT: &str = "1Gi";
/// The highest that a release ships (1.8 to 1.10); others state less.
pub(super) const SIDECAR_CPU_REQUEST: &str = "100m";
pub(super) const SIDECAR_MEMORY_REQUEST: &str = "128Mi";

impl ContainerDefaults {
    /// What is offered: enough for a pipeline step, little enough for a small quota.
    pub fn offered() -> Self {
        let amount = |text: &str| text.parse().ok();
        Self {
            cpu_request: amount("100m"),
            cpu_limit: amount("1"),
            memory_request: amount("256Mi"),
            memory_limit: amount("1Gi"),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn check(&self) -> Result<(), DefaultsError> {
        let above = |request: Option<Quantity>, limit: Option<Quantity>| {
            request
                .zip(limit)
                .is_some_and(|(request, limit)| request > limit)
        };
        if above(self.cpu_request, self.cpu_limit) || above(self.memory_request, self.memory_limit)
        {
            return Err(DefaultsError::RequestAboveLimit);
        }
        Ok(())
    }

    /// How many pods of one container with these defaults fit into a quota that is empty, with the sidecar of each,
    /// and which line stops the next one. `None` when no line of the quota counts CPU or memory.
    pub fn fitting(&self, quota: &Quota) -> Option<(u64, ResourceName)> {
        let lines = [
            ("cpu", self.cpu_request, SIDECAR_CPU_REQUEST),
            ("requests.cpu", self.cpu_request, SIDECAR_CPU_REQUEST),
            ("limits.cpu", self.cpu_limit, SIDECAR_CPU_LIMIT),
            ("memory", self.memory_request, SIDECAR_MEMORY_REQUEST),
            (
                "requests.memory",
                self.memory_request,
                SIDECAR_MEMORY_REQUEST,
            ),
            ("limits.memory", self.memory_limit, SIDECAR_MEMORY_LIMIT),
        ];
        lines
            .into_iter()
            .filter_map(|(name, own, sidecar)| {
                let name = ResourceName::from_cluster(name);
                let hard = quota.get(&name)?;
                let sidecar: Quantity = sidecar.parse().ok()?;
                let one = own.unwrap_or(Quantity::ZERO) + sidecar;
                Some((hard.times(one)?, name))
            })
            .min()
    }
}

impl ContainerDefaults {
    /// The same as a sentence for the plan.
    pub fn fitting_in_words(&self, quota: &Quota) -> Option<String> {
        let (pods, line) = self.fitting(quota)?;
        let count = match pods {
            0 => "not even one pod fits".to_owned(),
            1 => "one pod fits".to_owned(),
            pods => format!("{pods} pods fit"),
        };
        Some(format!(
            "With these defaults and the Istio sidecar that every pod gets beside its own containers, {count} into an \
             empty quota; {line} is what stops the next one."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(lines: &[(&str, &str)]) -> Quota {
        lines
            .iter()
            .map(|(name, amount)| Quota::line(name, amount).unwrap())
            .collect()
    }

    #[test]
    fn the_sidecar_takes_its_share_of_a_limit() {
        let defaults = ContainerDefaults::offered();
        let (pods, line) = defaults.fitting(&quota(&[("limits.cpu", "4")])).unwrap();
        assert_eq!((pods, line.as_str()), (1, "limits.cpu"));
        let (pods, line) = defaults
            .fitting(&quota(&[("cpu", "4"), ("memory", "2Gi")]))
            .unwrap();
        assert_eq!((pods, line.as_str()), (5, "memory"));
        assert_eq!(defaults.fitting(&quota(&[("pods", "4")])), None);
    }

    #[test]
    fn a_request_above_the_limit_is_refused() {
        let mut defaults = ContainerDefaults::offered();
        assert_eq!(defaults.check(), Ok(()));
        defaults.cpu_request = "2".parse().ok();
        assert_eq!(defaults.check(), Err(DefaultsError::RequestAboveLimit));
    }
}
