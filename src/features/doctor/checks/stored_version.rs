//! No object is stored in an old version.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "stored-version",
    title: "No object is stored in an old version",
    group: Group::Components,
    severity: Severity::Warning,
    stage: Stage::Both,
    expected: "Every version in which objects may be stored is still served.",
    why: "The API server refuses an update of the definition that drops such a version altogether, and an upgrade stops there.",
    repair: "Write every object of the kind once (kubectl get -o yaml, kubectl replace), then take the version out of status.storedVersions.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let all = case.snapshot.definitions.all()?;
    let mut findings = Vec::new();
    for one in all {
        for version in &one.stored {
            if !one.served.contains(version) {
                findings.push(
                    CHECK
                        .finding(
                            format!("CustomResourceDefinition {}", one.meta.name),
                            format!(
                                "objects may be stored as {version}, which is not served any more"
                            ),
                        )
                        .seen("stored now as", one.storage.clone())
                        .seen("listed", one.listed.join(", ")),
                );
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_version_that_is_stored_and_not_served_is_found() {
        healthy("1.8.1")
            .but(|s| {
                s.definitions.items_mut()[0]
                    .stored
                    .push("v1alpha1".to_owned());
            })
            .has_only("stored-version");
    }
}
