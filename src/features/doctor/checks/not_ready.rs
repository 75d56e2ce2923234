//! Everything that runs is ready.

use super::selector;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::trouble::{self, Cause};

pub(super) static CHECK: Check = Check {
    code: "not-ready",
    title: "Everything that runs is ready",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every workload of the installation has as many ready pods as it wants.",
    why: "It runs, or is on its way, and does not answer: others that need it fail meanwhile.",
    repair: "Look at its events and its log.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let mut findings = Vec::new();
    for workload in case.ours()? {
        if let Some(trouble) = trouble::of_workload(case, workload)?
            && matches!(trouble.cause, Cause::NotReady | Cause::Starting)
        {
            findings.push(
                CHECK
                    .finding(workload.object(), trouble.says)
                    .seen("at", trouble.object)
                    .seen(
                        "ready",
                        format!("{} of {}", workload.ready, workload.wanted),
                    )
                    .command(format!(
                        "kubectl -n {} describe pod -l {}",
                        workload.meta.namespace,
                        selector(workload)
                    )),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_workload_that_runs_and_does_not_answer_is_found() {
        healthy("1.9.1")
            .broken_pod("centraldashboard", |_| {})
            .has_only("not-ready");
    }
}
