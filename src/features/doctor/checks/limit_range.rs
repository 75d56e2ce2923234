//! A quota does not make pods vanish.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "limit-range",
    title: "A quota does not make pods vanish",
    group: Group::Profiles,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Where a quota limits CPU or memory, a LimitRange gives containers that say nothing a default.",
    why: "Under such a quota every container must say how much it wants, or its pod is refused: it shows on the ReplicaSet or Job and nowhere else. Pipeline steps and Katib trials often say nothing.",
    repair: "Create a LimitRange with default and defaultRequest in the namespace.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let quotas = case.snapshot.quotas.all()?;
    let ranges = case.snapshot.limit_ranges.all()?;
    let profiles = case.snapshot.profiles.all()?;
    let compute = |key: &String| {
        matches!(
            key.as_str(),
            "cpu" | "memory" | "requests.cpu" | "requests.memory" | "limits.cpu" | "limits.memory"
        )
    };
    let mut findings = Vec::new();
    for quota in quotas.iter().filter(|one| {
        profiles
            .iter()
            .any(|profile| profile.meta.name == one.meta.namespace)
    }) {
        let keys: Vec<&str> = quota
            .hard
            .keys()
            .filter(|key| compute(key))
            .map(String::as_str)
            .collect();
        if !keys.is_empty()
            && !ranges
                .iter()
                .any(|one| one.meta.namespace == quota.meta.namespace)
        {
            findings.push(
                CHECK
                    .finding(format!("ResourceQuota {}", quota.meta.path()), "containers that do not say what they want are refused, and no LimitRange says it for them")
                    .seen("limits", keys.join(", ")),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_quota_without_a_limit_range_is_found() {
        healthy("1.9.1")
            .quota("team-a", &[("requests.cpu", "4")])
            .has_only("limit-range");
        assert!(
            healthy("1.9.1")
                .quota("team-a", &[("requests.nvidia.com/gpu", "1")])
                .found()
                .is_empty()
        );
    }
}
