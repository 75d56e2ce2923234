//! Every pod has a node.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::trouble::{self, Cause};

pub(super) static CHECK: Check = Check {
    code: "unschedulable",
    title: "Every pod has a node",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every pod of the installation has found a node.",
    why: "Too little CPU or memory is left, or taints and selectors exclude every node.",
    repair: "The scheduler says what each node lacks. Add a node, or free one.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    trouble::findings(
        case,
        &CHECK,
        &[Cause::Unschedulable],
        trouble::describe_pods,
    )
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_pod_without_a_node_is_found_with_the_words_of_the_scheduler() {
        let world = healthy("1.9.1").broken_pod("katib-controller", |pod| {
            pod.phase = "Pending".to_owned();
            let mut scheduled = is("PodScheduled", "False");
            scheduled.message = "0/1 nodes are available: 1 Insufficient cpu.".to_owned();
            pod.conditions = vec![scheduled];
        });
        world.has_only("unschedulable");
        assert!(world.says("unschedulable")[0].contains("Insufficient cpu"));
    }
}
