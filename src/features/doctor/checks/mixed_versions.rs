//! The versions belong together.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::recognise::Recognition;

pub(super) static CHECK: Check = Check {
    code: "mixed-versions",
    title: "The versions belong together",
    group: Group::Components,
    severity: Severity::Info,
    stage: Stage::Installed,
    expected: "Every version that can be read is the one of the recognised release.",
    why: "Single components may be newer than the release, upstream says so. If several are older, an upgrade may have stopped half-way.",
    repair: "Nothing, if this is meant. Else apply the release again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    match &case.recognition {
        Recognition::Recognised {
            release,
            dissenting,
            ..
        } => Ok(dissenting
            .iter()
            .map(|(vote, wanted)| {
                CHECK
                    .finding(
                        vote.workload.clone(),
                        format!(
                            "{} is {}; release {} has {wanted}",
                            vote.marker.title(),
                            vote.tag,
                            release.name
                        ),
                    )
                    .seen("image", vote.image.clone())
            })
            .collect()),
        Recognition::Unknown { .. } => Ok(vec![CHECK.finding(
            "Kubeflow",
            "no version of it is known here: checks that depend on the release are left out",
        )]),
        Recognition::NotInstalled => Err(not_applicable("Kubeflow was not found")),
    }
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_part_with_a_version_of_its_own_is_found() {
        let world = healthy("1.9.1").image(
            "katib-controller",
            "registry.example/katib-controller:v0.19.0",
        );
        world.has_only("mixed-versions");
        assert!(
            world.says("mixed-versions")[0]
                .contains("Katib controller is 0.19.0; release 1.9.1 has 0.17.0")
        );
    }
}
