//! Nodes take more pods.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "pod-capacity",
    title: "Nodes take more pods",
    group: Group::Cluster,
    severity: Severity::Warning,
    stage: Stage::Both,
    expected: "No node has as many pods as its kubelet allows.",
    why: "Pods count against a limit of the kubelet (110 by default) whatever they use. Kubeflow brings about fifty, and two to three per profile up to 1.10.",
    repair: "Add a node, or raise maxPods of the kubelet.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let pods = case.snapshot.pods.all()?;
    let mut findings = Vec::new();
    for node in case.snapshot.nodes.all()? {
        let limit = node
            .allocatable
            .get("pods")
            .and_then(|text| text.parse::<usize>().ok());
        let here = pods
            .iter()
            .filter(|pod| pod.node == node.meta.name && !pod.is_over())
            .count();
        if let Some(limit) = limit.filter(|limit| here >= *limit) {
            let says = format!("it has {here} pods and takes no more than {limit}");
            findings.push(CHECK.finding(format!("Node {}", node.meta.name), says));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_node_that_is_full_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let node = &mut s.nodes.items_mut()[0];
                node.allocatable.insert("pods".to_owned(), "12".to_owned());
            })
            .has_only("pod-capacity");
    }
}
