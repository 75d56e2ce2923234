//! The upgrade will not stop half-way.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::version::Version;

pub(super) static CHECK: Check = Check {
    code: "upgrade-trap",
    title: "The upgrade will not stop half-way",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Before,
    expected: "Nothing is there that applying the release would fail at, or silently leave behind.",
    why: "Some changes between releases cannot be applied over what is there: other kinds, fields that never change, versions that are dropped, data that stays on the old volume.",
    repair: "Do what the finding says before the release is applied.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(wanted) = case.wanted.and_then(|one| Version::parse(one.name)) else {
        return Err(not_applicable("no release is to be installed"));
    };
    let mut findings = Vec::new();
    let workloads = case.snapshot.workloads.all()?;
    if wanted.is_since("1.7")
        && workloads
            .iter()
            .any(|one| one.kind == "StatefulSet" && one.meta.name == "kserve-controller-manager")
    {
        findings.push(
            CHECK
                .finding(
                    "StatefulSet kubeflow/kserve-controller-manager",
                    "it becomes a Deployment of the same name; both would run",
                )
                .command("kubectl -n kubeflow delete statefulset kserve-controller-manager"),
        );
    }
    let stored = |name: &str, version: &str| {
        let definitions = case.snapshot.definitions.visible();
        definitions
            .iter()
            .any(|one| one.meta.name == name && one.stored.iter().any(|stored| stored == version))
    };
    if wanted.is_since("1.9") && stored("domainmappings.serving.knative.dev", "v1alpha1") {
        findings.push(CHECK.finding("CustomResourceDefinition domainmappings.serving.knative.dev", "objects may be stored as v1alpha1, which the release drops: the API server refuses the update"));
    }
    let metacontroller = case
        .snapshot
        .cluster_grants
        .visible()
        .iter()
        .find(|one| one.meta.name == "meta-controller-cluster-role-binding");
    if wanted.is_since("1.10") && metacontroller.is_some_and(|one| one.role == "cluster-admin") {
        findings.push(
            CHECK
                .finding(
                    "ClusterRoleBinding meta-controller-cluster-role-binding",
                    "its role changes, which cannot be applied",
                )
                .command("kubectl delete clusterrolebinding meta-controller-cluster-role-binding"),
        );
    }
    if wanted.is_since("1.11")
        && case
            .snapshot
            .claims
            .visible()
            .iter()
            .any(|one| one.meta.name == "minio-pvc")
    {
        findings.push(CHECK.finding("PersistentVolumeClaim kubeflow/minio-pvc", "the release has another object store on a new volume: what Pipelines has stored is not copied"));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::check::Case;
    use crate::features::doctor::data::releases::Release;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn what_an_upgrade_would_stop_at_is_found() {
        let traps = |from: &str, to: &str, change: fn(&mut crate::cluster::snapshot::Snapshot)| {
            let snapshot = healthy(from).but(change).snapshot();
            let found = (super::CHECK.run)(&Case::of(&snapshot).before(Release::find(to).unwrap()))
                .unwrap();
            found.into_iter().map(|one| one.object).collect::<Vec<_>>()
        };
        assert_eq!(traps("1.9.1", "1.10.2", |_| {}), Vec::<String>::new());
        assert_eq!(
            traps("1.10.2", "1.11.0", |_| {}),
            ["PersistentVolumeClaim kubeflow/minio-pvc"]
        );
        let metacontroller = |s: &mut crate::cluster::snapshot::Snapshot| {
            s.cluster_grants.items_mut()[0].meta.name =
                "meta-controller-cluster-role-binding".to_owned();
        };
        assert_eq!(
            traps("1.9.1", "1.10.2", metacontroller),
            ["ClusterRoleBinding meta-controller-cluster-role-binding"]
        );
    }
}
