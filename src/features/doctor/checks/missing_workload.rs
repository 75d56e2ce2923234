//! Nothing of the release is missing.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::components;

pub(super) static CHECK: Check = Check {
    code: "missing-workload",
    title: "Nothing of the release is missing",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every workload that the recognised release installs is there.",
    why: "Components that are left out on purpose (KServe, Knative, Spark, the model registry) do not count; a component of which a part is missing does.",
    repair: "Apply the manifests of the component again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    if case.recognition.release().is_none() {
        return Err(not_applicable("the release is not known"));
    }
    let mut findings = Vec::new();
    for status in components::all(case)? {
        // A component that is gone as a whole is a decision, unless Kubeflow is nothing without it.
        if status.parts.is_empty() && !ESSENTIAL.contains(&status.component.title) {
            continue;
        }
        for name in components::missing(case, status.component, &status.parts) {
            findings.push(CHECK.finding(
                format!("{} ({name})", status.component.title),
                "this part of it is not there",
            ));
        }
    }
    Ok(findings)
}

const ESSENTIAL: [&str; 6] = [
    "Central Dashboard",
    "Profiles and access",
    "Pod defaults",
    "Dex",
    "Sign-in at the gateway",
    "Istio",
];

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_part_that_is_missing_is_found_and_a_component_left_out_is_not() {
        healthy("1.9.1")
            .without("katib-ui")
            .has_only("missing-workload");
        let whole = [
            "katib-controller",
            "katib-db-manager",
            "katib-mysql",
            "katib-ui",
        ];
        let world = whole.into_iter().fold(healthy("1.9.1"), World::without);
        assert_eq!(world.says("missing-workload"), Vec::<String>::new());
        assert!(
            !healthy("1.9.1")
                .without("dex")
                .says("missing-workload")
                .is_empty()
        );
    }
}
