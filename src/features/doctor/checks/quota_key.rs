//! Every line of a quota has an effect.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "quota-key",
    title: "Every line of a quota has an effect",
    group: Group::Profiles,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Extended resources such as GPUs are limited by requests.NAME.",
    why: "Kubernetes takes nvidia.com/gpu and limits.nvidia.com/gpu in a quota and never enforces them: people believe in a limit that is none.",
    repair: "Write requests.nvidia.com/gpu instead.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let profiles = case.snapshot.profiles.all()?;
    let is_dead = |key: &&String| {
        let known = ["requests.", "count/"]
            .iter()
            .any(|start| key.starts_with(start))
            || key.contains(".storageclass.storage.k8s.io/");
        key.contains('/') && !known
    };
    let mut findings = Vec::new();
    for profile in profiles {
        for key in profile.quota.keys().filter(is_dead) {
            let right = format!("requests.{}", key.trim_start_matches("limits."));
            findings.push(
                CHECK
                    .finding(
                        format!("Profile {}", profile.meta.name),
                        format!("its limit for {key} is not enforced"),
                    )
                    .seen("enforced is", right),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_limit_for_gpus_that_is_none_is_found() {
        healthy("1.9.1")
            .but(|s| {
                s.profiles.items_mut()[0].quota =
                    map_of(&[("nvidia.com/gpu", "1"), ("requests.nvidia.com/gpu", "1")]);
            })
            .has_only("quota-key");
    }
}
