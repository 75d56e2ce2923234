//! Nothing of the release is there from elsewhere.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "already-there",
    title: "Nothing of the release is there from elsewhere",
    group: Group::Components,
    severity: Severity::Warning,
    stage: Stage::Before,
    expected: "No Istio, cert-manager or Knative of another origin is in the cluster that shall take the release.",
    why: "The release brings its own, in fixed namespaces. A second Istio or cert-manager fights the first over cluster-wide definitions and webhooks.",
    repair: "Leave those parts out of the kustomization, and check that the versions that are there are ones the release works with.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    if case.wanted.is_none() {
        return Err(not_applicable("no release is to be installed"));
    }
    if case.places.has_kubeflow() {
        return Err(not_applicable("Kubeflow is there already"));
    }
    let names = [
        "istiod",
        "cert-manager",
        "net-istio-controller",
        "dex",
        "ml-pipeline",
        "katib-controller",
        "kserve-controller-manager",
    ];
    let workloads = case.snapshot.workloads.all()?;
    Ok(workloads
        .iter()
        .filter(|one| names.contains(&one.meta.name.as_str()))
        .map(|one| {
            let image = one
                .containers
                .first()
                .map_or("", |container| container.image.as_str());
            CHECK
                .finding(one.object(), "it is there already")
                .seen("image", image)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::check::Case;
    use crate::features::doctor::data::releases::Release;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn an_istio_from_elsewhere_is_found_before_an_installation() {
        let snapshot = healthy("1.9.1")
            .but(|s| {
                s.workloads
                    .items_mut()
                    .retain(|one| one.meta.name == "istiod");
            })
            .snapshot();
        let release = Release::find("1.11.0").unwrap();
        let found = (super::CHECK.run)(&Case::of(&snapshot).before(release)).unwrap();
        assert_eq!(found.len(), 1);
        assert!((super::CHECK.run)(&Case::of(&healthy("1.9.1").snapshot())).is_err());
    }
}
