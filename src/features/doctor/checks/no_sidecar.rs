//! Pods of the installation are in the mesh.

use crate::cluster::snapshot::Pod;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "no-sidecar",
    title: "Pods of the installation are in the mesh",
    group: Group::Components,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Every pod of the installation that shall have an Istio sidecar has one.",
    why: "Pods that were started before Istio was ready stay outside of the mesh until somebody restarts them. Policies do not protect them, and others are refused by them.",
    repair: "Restart the workload.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let namespaces = case.snapshot.namespaces.all()?;
    let injected = |name: &str| {
        namespaces.iter().any(|one| {
            one.meta.name == name && one.meta.label("istio-injection") == Some("enabled")
        })
    };
    let opted_out = |pod: &Pod| {
        let key = "sidecar.istio.io/inject";
        pod.meta.label(key).or(pod.meta.annotation(key)) == Some("false")
    };
    let mut findings = Vec::new();
    for workload in case.ours()?.filter(|one| injected(&one.meta.namespace)) {
        let pods = case.pods_of(workload)?;
        let outside: Vec<&str> = pods
            .iter()
            .filter(|pod| !pod.is_over() && !pod.has_sidecar() && !opted_out(pod))
            .map(|pod| pod.meta.name.as_str())
            .collect();
        if !outside.is_empty() {
            findings.push(
                CHECK
                    .finding(
                        workload.object(),
                        "its namespace is part of the mesh, and its pods have no sidecar",
                    )
                    .seen("pods", outside.join(", "))
                    .command(format!(
                        "kubectl -n {} rollout restart {}/{}",
                        workload.meta.namespace,
                        workload.kind.to_lowercase(),
                        workload.meta.name
                    )),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_pod_that_was_started_before_istio_is_found() {
        healthy("1.9.1")
            .but(|s| {
                for one in s
                    .namespaces
                    .items_mut()
                    .iter_mut()
                    .filter(|one| one.meta.name == "kubeflow")
                {
                    one.meta.labels = map_of(&[("istio-injection", "enabled")]);
                }
                let pod = s
                    .pods
                    .items_mut()
                    .iter_mut()
                    .find(|one| one.meta.name == "ml-pipeline-0")
                    .unwrap();
                pod.container_names.remove("istio-proxy");
            })
            .has_only("no-sidecar");
    }
}
