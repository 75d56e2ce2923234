//! Nodes are well.

use crate::cluster::snapshot::Condition;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "node-health",
    title: "Nodes are well",
    group: Group::Cluster,
    severity: Severity::Error,
    stage: Stage::Both,
    expected: "Every node is ready and short of nothing.",
    why: "A node that is not ready takes its pods with it; one that is short of disk or memory evicts them.",
    repair: "Look at the node; kubectl describe shows what the kubelet says.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let mut findings = Vec::new();
    for node in case.snapshot.nodes.all()? {
        let wrong = |one: &&Condition| match one.kind.as_str() {
            "Ready" => one.status != "True",
            "DiskPressure" | "MemoryPressure" | "PIDPressure" | "NetworkUnavailable" => {
                one.status == "True"
            }
            _ => false,
        };
        for condition in node.conditions.iter().filter(wrong) {
            let says = if condition.kind == "Ready" {
                "it is not ready".to_owned()
            } else {
                format!("it reports {}", condition.kind)
            };
            findings.push(
                CHECK
                    .finding(format!("Node {}", node.meta.name), says)
                    .seen(
                        "the kubelet says",
                        format!("{} {}", condition.reason, condition.message),
                    )
                    .command(format!("kubectl describe node {}", node.meta.name)),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_node_under_pressure_and_one_that_is_away_are_found() {
        for condition in [is("Ready", "Unknown"), is("DiskPressure", "True")] {
            healthy("1.9.1")
                .but(|s| s.nodes.items_mut()[0].conditions = vec![condition])
                .has_only("node-health");
        }
    }
}
