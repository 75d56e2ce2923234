//! Dex runs with its present configuration.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "dex-restart",
    title: "Dex runs with its present configuration",
    group: Group::SignIn,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Dex was started after its configuration was last changed.",
    why: "Dex never looks at the file again. What was changed since then is not in force, and a mistake in it waits for the next restart.",
    repair: "Restart Dex once the configuration is right: kubectl -n auth rollout restart deployment/dex.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(dex) = case.snapshot.dex.found("get the Dex configuration")? else {
        return Err(not_applicable("there is no configuration of Dex"));
    };
    let Some(workload) = case.workload("dex")? else {
        return Err(not_applicable("Dex is not a workload of this cluster"));
    };
    let Some(changed) = dex.changed_at else {
        return Err(not_applicable(
            "the API server does not say when the ConfigMap was changed",
        ));
    };
    let pods = case.pods_of(workload)?;
    let old = pods
        .iter()
        .filter_map(|pod| pod.started_at)
        .filter(|at| *at < changed)
        .min();
    Ok(old
        .map(|started| {
            CHECK
                .finding(
                    workload.object(),
                    "its configuration was changed after it was started",
                )
                .seen("changed", changed.to_string())
                .seen("started", started.to_string())
                .command(format!(
                    "kubectl -n {} rollout restart deployment/{}",
                    workload.meta.namespace, workload.meta.name
                ))
        })
        .into_iter()
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_change_that_dex_has_not_seen_is_found() {
        healthy("1.9.1")
            .dex(|dex| dex.changed_at = Some("2024-11-14T00:00:00Z".parse().unwrap()))
            .has_only("dex-restart");
    }
}
