//! Namespaces say who owns them.

use crate::domain::{Repair, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "namespace-owner",
    title: "Namespaces say who owns them",
    group: Group::Profiles,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The annotation owner of a profile’s namespace is the owner that the Profile names.",
    why: "If they differ, the profile controller stops at once, without a word: the new owner gets nothing, the old one keeps everything, later quota changes have no effect, and deleting the Profile hangs for ever.",
    repair: "Set the annotation to the owner of the Profile. If the Profile is the wrong one of the two, transfer it back.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let profiles = case.snapshot.profiles.all()?;
    let namespaces = case.snapshot.namespaces.all()?;
    let mut findings = Vec::new();
    for profile in profiles {
        let Some((_, owner)) = &profile.owner else {
            continue;
        };
        let Some(namespace) = namespaces
            .iter()
            .find(|one| one.meta.name == profile.meta.name)
        else {
            continue;
        };
        let annotated = namespace.meta.annotation("owner").unwrap_or_default();
        if annotated != owner {
            let shown = if annotated.is_empty() {
                "nobody"
            } else {
                annotated
            };
            let name = profile.meta.name.clone();
            findings.push(
                CHECK
                    .finding(
                        format!("Namespace {name}"),
                        format!("its annotation names {shown}, its Profile {owner}"),
                    )
                    .fix(Repair::SetNamespaceOwner {
                        namespace: name,
                        owner: owner.clone(),
                    }),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn an_owner_that_was_changed_in_one_place_only_is_found() {
        healthy("1.9.1")
            .but(|s| {
                s.profiles.items_mut()[0].owner =
                    Some(("User".to_owned(), "ben@example.com".to_owned()));
            })
            .has_only("namespace-owner");
    }
}
