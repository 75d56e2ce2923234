//! Definitions are in force.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "definition-conflict",
    title: "Definitions are in force",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Both,
    expected: "Every CustomResourceDefinition has been accepted by the API server.",
    why: "Another definition claims the same names, or its schema is not accepted: its objects cannot be read or written.",
    repair: "The condition says what is in the way.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let all = case.snapshot.definitions.all()?;
    let refused = all.iter().filter_map(|one| {
        let wrong = one.conditions.iter().find(|condition| {
            matches!(condition.kind.as_str(), "Established" | "NamesAccepted")
                && condition.status == "False"
        })?;
        Some(
            CHECK
                .finding(
                    format!("CustomResourceDefinition {}", one.meta.name),
                    "the API server has not put it in force",
                )
                .seen(
                    wrong.kind.clone(),
                    format!("{}: {}", wrong.reason, wrong.message),
                ),
        )
    });
    Ok(refused.collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_definition_that_was_not_accepted_is_found() {
        healthy("1.9.1")
            .but(|s| s.definitions.items_mut()[0].conditions = vec![is("NamesAccepted", "False")])
            .has_only("definition-conflict");
    }
}
