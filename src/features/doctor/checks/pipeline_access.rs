//! Notebooks may reach Pipelines.

use crate::domain::{Repair, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "pipeline-access",
    title: "Notebooks may reach Pipelines",
    group: Group::Profiles,
    severity: Severity::Info,
    stage: Stage::Installed,
    expected: "Every profile has the PodDefault access-ml-pipeline.",
    why: "With it a notebook can be started with a token for Pipelines, so that kfp.Client() works in it. The profile controller does not make it.",
    repair: "Create it; people then choose it in the configurations of a new notebook.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let profiles = case.snapshot.profiles.all()?;
    let defaults = case.snapshot.pod_defaults.all()?;
    if case.workload("ml-pipeline")?.is_none() {
        return Err(not_applicable("Pipelines is not installed"));
    }
    let namespaces = case.snapshot.namespaces.visible();
    let without = profiles.iter().filter(|profile| {
        let name = &profile.meta.name;
        namespaces.iter().any(|one| one.meta.name == *name)
            && !defaults
                .iter()
                .any(|one| one.meta.namespace == *name && one.meta.name == "access-ml-pipeline")
    });
    Ok(without
        .map(|profile| {
            let namespace = profile.meta.name.clone();
            CHECK
                .finding(
                    format!("Profile {namespace}"),
                    "its notebooks cannot be given a token for Pipelines",
                )
                .fix(Repair::AddPipelineAccess { namespace })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_profile_without_access_to_pipelines_is_found() {
        healthy("1.9.1")
            .but(|s| s.pod_defaults.items_mut().clear())
            .has_only("pipeline-access");
    }
}
