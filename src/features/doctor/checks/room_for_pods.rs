//! There is room for the pods of the release.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::data::components::{COMPONENTS, Presence};
use crate::features::doctor::version::Version;

pub(super) static CHECK: Check = Check {
    code: "room-for-pods",
    title: "There is room for the pods of the release",
    group: Group::Cluster,
    severity: Severity::Error,
    stage: Stage::Before,
    expected: "The nodes take as many more pods as the release has workloads.",
    why: "Each node takes a limited number of pods, 110 by default and less on small machines of clouds.",
    repair: "Add a node, or raise maxPods of the kubelet.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(version) = case.wanted.and_then(|one| Version::parse(one.name)) else {
        return Err(not_applicable("no release is to be installed"));
    };
    if case.places.has_kubeflow() {
        return Err(not_applicable("Kubeflow is there already"));
    }
    let nodes = case.snapshot.nodes.all()?;
    let pods = case
        .snapshot
        .pods
        .all()?
        .iter()
        .filter(|pod| !pod.is_over())
        .count();
    let limit: usize = nodes
        .iter()
        .filter_map(|one| one.allocatable.get("pods")?.parse::<usize>().ok())
        .sum();
    let needed = COMPONENTS
        .iter()
        .filter(|component| component.presence == Presence::Always)
        .flat_map(|component| component.workloads)
        .filter(|one| {
            version.is_since(one.since) && one.until.is_none_or(|line| version.is_until(line))
        })
        .count();
    let free = limit.saturating_sub(pods);
    Ok(if free < needed {
        vec![
            CHECK
                .finding(
                    "Nodes",
                    format!(
                        "they take {free} more pods; the release has {needed} workloads at least"
                    ),
                )
                .seen("nodes", nodes.len().to_string()),
        ]
    } else {
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::check::Case;
    use crate::features::doctor::data::releases::Release;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_cluster_without_room_is_found_before_an_installation() {
        let empty = healthy("1.9.1").but(|s| {
            s.workloads.items_mut().clear();
            s.nodes.items_mut()[0]
                .allocatable
                .insert("pods".to_owned(), "60".to_owned());
        });
        let snapshot = empty.snapshot();
        let release = Release::find("1.11.0").unwrap();
        let found = (super::CHECK.run)(&Case::of(&snapshot).before(release)).unwrap();
        assert_eq!(found.len(), 1);
    }
}
