//! Custom resources are known.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::components;

pub(super) static CHECK: Check = Check {
    code: "missing-definition",
    title: "Custom resources are known",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The cluster knows every kind of object that an installed component works on.",
    why: "A component whose CustomResourceDefinition is missing ends at once, or waits for ever. Client-side kubectl apply refuses the large ones from 1.10 on.",
    repair: "Apply the definitions with kubectl apply --server-side.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let known = case.snapshot.definitions.all()?;
    let mut findings = Vec::new();
    for status in components::all(case)?
        .iter()
        .filter(|one| !one.parts.is_empty())
    {
        for name in status.component.definitions {
            if !known.iter().any(|one| one.meta.name == *name) {
                findings.push(CHECK.finding(
                    format!("CustomResourceDefinition {name}"),
                    format!(
                        "{} is installed, and the kind it works on is not known",
                        status.component.title
                    ),
                ));
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_component_without_its_kind_is_found() {
        healthy("1.9.1")
            .but(|s| {
                s.definitions
                    .items_mut()
                    .retain(|one| one.meta.name != "notebooks.kubeflow.org");
            })
            .has_only("missing-definition");
    }
}
