//! Everything that runs is ready.

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
    trouble::findings(
        case,
        &CHECK,
        &[Cause::NotReady, Cause::Starting],
        trouble::describe_pods,
    )
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
