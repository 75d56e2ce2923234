//! Nothing hangs in deletion.

use crate::cluster::snapshot::Meta;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use jiff::SignedDuration;

pub(super) static CHECK: Check = Check {
    code: "stuck-deletion",
    title: "Nothing hangs in deletion",
    group: Group::Cluster,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Nothing of the installation or of a profile has been on its way out for more than ten minutes.",
    why: "A finalizer keeps it until somebody does what it stands for. A Profile whose namespace has another owner in its annotation hangs like this for ever.",
    repair: "Find out who the finalizer belongs to and why it is not taken away. Removing it by hand skips what it is there for.",
    run,
};

const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

fn run(case: &Case<'_>) -> Outcome {
    let s = case.snapshot;
    let mut found = Vec::new();
    let mut all: Vec<(&str, &Meta)> = Vec::new();
    all.extend(
        s.namespaces
            .all()?
            .iter()
            .map(|one| ("Namespace", &one.meta)),
    );
    all.extend(
        s.profiles
            .visible()
            .iter()
            .map(|one| ("Profile", &one.meta)),
    );
    all.extend(s.pods.visible().iter().map(|one| ("Pod", &one.meta)));
    all.extend(
        s.claims
            .visible()
            .iter()
            .map(|one| ("PersistentVolumeClaim", &one.meta)),
    );
    all.extend(
        s.definitions
            .visible()
            .iter()
            .map(|one| ("CustomResourceDefinition", &one.meta)),
    );
    all.extend(
        s.workloads
            .visible()
            .iter()
            .map(|one| (one.kind, &one.meta)),
    );
    for (kind, meta) in all {
        let Some(since) = meta.deleting_since else {
            continue;
        };
        if case.now().duration_since(since) < PATIENCE {
            continue;
        }
        let minutes = case.now().duration_since(since).as_mins();
        let mut finding = CHECK.finding(
            format!("{kind} {}", meta.path()),
            format!("it has been on its way out for {minutes} minutes"),
        );
        if !meta.finalizers.is_empty() {
            finding = finding.seen("finalizers", meta.finalizers.join(", "));
        }
        if kind == "Namespace" {
            finding = finding.seen("Kubernetes says", said(case, &meta.name));
        }
        found.push(finding);
    }
    Ok(found)
}

/// What keeps a namespace, in its own conditions.
fn said(case: &Case<'_>, name: &str) -> String {
    let namespaces = case.snapshot.namespaces.visible().iter();
    let conditions = namespaces
        .filter(|one| one.meta.name == name)
        .flat_map(|one| &one.conditions)
        .filter(|one| one.status == "True");
    let lines: Vec<&str> = conditions.map(|one| one.message.as_str()).collect();
    if lines.is_empty() {
        "nothing".to_owned()
    } else {
        lines.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn what_hangs_by_a_finalizer_is_found_and_what_has_just_begun_is_not() {
        let hanging = |minutes: i64| {
            healthy("1.9.1").but(|s| {
                let since = s.taken_at - jiff::SignedDuration::from_mins(minutes);
                let meta = &mut s.profiles.items_mut()[0].meta;
                meta.deleting_since = Some(since);
                meta.finalizers = vec!["profile-finalizer".to_owned()];
            })
        };
        hanging(11).has_only("stuck-deletion");
        assert!(hanging(2).found().is_empty());
    }
}
