//! The mesh denies what nobody allowed.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "deny-all",
    title: "The mesh denies what nobody allowed",
    group: Group::Gateway,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "The policy without rules, istio-system/global-deny-all, is there.",
    why: "It makes every pod with a sidecar refuse what no other policy allows. Without it, pods that lack a policy of their own can be called by any other pod, with any identity header.",
    repair: "Apply common/istio of the release again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    if !case.places.has_kubeflow() {
        return Err(not_applicable("Kubeflow was not found"));
    }
    let namespace = case.places.here("istio-system");
    let policies = case.snapshot.policies.all()?;
    let denies = policies
        .iter()
        .any(|one| one.meta.namespace == namespace && one.is_empty && one.selector.is_empty());
    Ok(if denies {
        Vec::new()
    } else {
        vec![CHECK.finding(
            format!("AuthorizationPolicy {namespace}/global-deny-all"),
            "it does not exist",
        )]
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_mesh_that_denies_nothing_is_found() {
        healthy("1.9.1")
            .but(|s| {
                s.policies
                    .items_mut()
                    .retain(|one| one.meta.name != "global-deny-all");
            })
            .has_only("deny-all");
    }
}
