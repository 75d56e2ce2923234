//! Kubernetes fits the release.

use crate::domain::{Finding, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::version::Version;

pub(super) static CHECK: Check = Check {
    code: "kubernetes-release",
    title: "Kubernetes fits the release",
    group: Group::Cluster,
    severity: Severity::Warning,
    stage: Stage::Both,
    expected: "The minor version of Kubernetes is one that this release of Kubeflow was made for.",
    why: "A newer Kubernetes drops APIs that older manifests use; an older one lacks what newer components need.",
    repair: "Choose the release of Kubeflow and the version of Kubernetes together.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(release) = case.release() else {
        return Err(not_applicable("the release is not known"));
    };
    let Some(version) = Version::parse(&case.snapshot.kubernetes) else {
        return Err(not_applicable("the API server does not say its version"));
    };
    let ((_, minor), range) = (version.minor(), release.kubernetes);
    let object = format!("Kubernetes {}", case.snapshot.kubernetes);
    let tested = format!("1.{}", range.tested);
    if let Some((from, api)) = range.refused_from
        && minor >= from
        && case.wanted.is_some()
    {
        let says = format!(
            "Kubeflow {} cannot be applied here: {api} is gone",
            release.name
        );
        return Ok(vec![
            Finding::new(Severity::Error, object, says).seen("tested with", tested),
        ]);
    }
    let says = if minor < range.from {
        format!(
            "it is older than 1.{}, which Kubeflow {} needs",
            range.from, release.name
        )
    } else if let Some(to) = range.to.filter(|to| minor > *to) {
        format!(
            "it is newer than 1.{to}, the last that Kubeflow {} was made for",
            release.name
        )
    } else {
        return Ok(Vec::new());
    };
    Ok(vec![
        CHECK.finding(object, says).seen("tested with", tested),
    ])
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::check::Case;
    use crate::features::doctor::data::releases::Release;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_kubernetes_that_does_not_fit_is_found() {
        healthy("1.11.0")
            .but(|s| s.kubernetes = "v1.32.9".to_owned())
            .has_only("kubernetes-release");
        let world = healthy("1.6.1").but(|s| s.kubernetes = "v1.26.0".to_owned());
        world.has_only("kubernetes-release");
        assert!(world.says("kubernetes-release")[0].contains("newer than 1.22"));
    }

    #[test]
    fn a_release_that_cannot_be_applied_is_an_error_before_it_is_tried() {
        let snapshot = healthy("1.11.0").snapshot();
        let release = Release::find("1.6.1").unwrap();
        let found = (super::CHECK.run)(&Case::of(&snapshot).before(release)).unwrap();
        assert!(found[0].says.contains("policy/v1beta1"), "{found:?}");
    }
}
