//! There is one Kubeflow.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "two-installations",
    title: "There is one Kubeflow",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Each central part of Kubeflow is there once.",
    why: "Two profile controllers, two Istios or two Pipelines in one cluster work on the same cluster-wide objects and undo each other’s work.",
    repair: "Decide which of them stays. Look at who uses the other before it is removed.",
    run,
};

const ONCE: [&str; 8] = [
    "centraldashboard",
    "profiles-deployment",
    "admission-webhook-deployment",
    "ml-pipeline",
    "istiod",
    "cert-manager",
    "notebook-controller-deployment",
    "training-operator",
];

fn run(case: &Case<'_>) -> Outcome {
    let workloads = case.snapshot.workloads.all()?;
    let mut findings = Vec::new();
    for name in ONCE {
        let found: Vec<&str> = workloads
            .iter()
            .filter(|one| one.meta.name == name)
            .map(|one| one.meta.namespace.as_str())
            .collect();
        if found.len() > 1 {
            findings.push(
                CHECK
                    .finding(name, format!("it is there {} times", found.len()))
                    .seen("namespaces", found.join(", ")),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Workload;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_second_istio_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let istiod = |one: &&Workload| one.meta.name == "istiod";
                let mut second = s.workloads.visible().iter().find(istiod).unwrap().clone();
                second.meta.namespace = "istio-second".to_owned();
                s.workloads.items_mut().push(second);
            })
            .has_only("two-installations");
    }
}
