//! Profiles are part of the mesh.

use crate::domain::{Repair, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "injection-label",
    title: "Profiles are part of the mesh",
    group: Group::Profiles,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "The namespace of every profile has the label istio-injection: enabled.",
    why: "Without it new pods get no sidecar: notebooks are not reached through the gateway, and no policy protects them. The profile controller never adds the label to a namespace that was there before the Profile.",
    repair: "Add the label, then restart what runs in the namespace.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let profiles = case.snapshot.profiles.all()?;
    let namespaces = case.snapshot.namespaces.all()?;
    let mut findings = Vec::new();
    for namespace in namespaces.iter().filter(|one| {
        profiles
            .iter()
            .any(|profile| profile.meta.name == one.meta.name)
    }) {
        let label = namespace.meta.label("istio-injection");
        // A revision label means the same with another Istio.
        let by_revision = namespace.meta.label("istio.io/rev").is_some()
            || namespace.meta.label("istio.io/dataplane-mode").is_some();
        if label == Some("enabled") || by_revision && label.is_none() {
            continue;
        }
        let name = namespace.meta.name.clone();
        findings.push(
            CHECK
                .finding(format!("Namespace {name}"), "its new pods get no sidecar")
                .seen("istio-injection", label.unwrap_or("not set"))
                .fix(Repair::EnableInjection { namespace: name }),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_profile_outside_of_the_mesh_is_found() {
        let without = |s: &mut crate::cluster::snapshot::Snapshot| {
            for one in s
                .namespaces
                .items_mut()
                .iter_mut()
                .filter(|one| one.meta.name == "team-a")
            {
                one.meta.labels.remove("istio-injection");
            }
        };
        healthy("1.9.1").but(without).has_only("injection-label");
        let by_revision = |s: &mut crate::cluster::snapshot::Snapshot| {
            without(s);
            for one in s.namespaces.items_mut() {
                one.meta
                    .labels
                    .insert("istio.io/rev".to_owned(), "1-28".to_owned());
            }
        };
        assert!(healthy("1.9.1").but(by_revision).found().is_empty());
    }
}
