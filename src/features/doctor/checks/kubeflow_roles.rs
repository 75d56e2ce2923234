//! The roles of Kubeflow are there.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "kubeflow-roles",
    title: "The roles of Kubeflow are there",
    group: Group::Profiles,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The ClusterRoles kubeflow-admin, kubeflow-edit and kubeflow-view exist and allow something.",
    why: "Owners and contributors are bound to them. They are put together from the roles of the components by their labels; an empty one lets nobody do anything.",
    repair: "Apply common/kubeflow-roles and the roles of the components again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    if !case.places.has_kubeflow() {
        return Err(not_applicable("Kubeflow was not found"));
    }
    let roles = case.snapshot.roles.all()?;
    let mut findings = Vec::new();
    for name in ["kubeflow-admin", "kubeflow-edit", "kubeflow-view"] {
        let says = match roles.iter().find(|one| one.meta.name == name) {
            None => "it does not exist",
            Some(role) if role.rules == 0 => {
                "it allows nothing: no role of a component is part of it"
            }
            Some(_) => continue,
        };
        findings.push(CHECK.finding(format!("ClusterRole {name}"), says));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_role_that_is_missing_or_empty_is_found() {
        healthy("1.9.1")
            .but(|s| s.roles.items_mut()[0].rules = 0)
            .has_only("kubeflow-roles");
        healthy("1.9.1")
            .but(|s| s.roles.items_mut().clear())
            .has_only("kubeflow-roles");
    }
}
