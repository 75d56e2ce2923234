//! Pods are let in.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::trouble::{self, Cause};

pub(super) static CHECK: Check = Check {
    code: "refused-pods",
    title: "Pods are let in",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "No webhook, quota or security rule refuses the pods of the installation.",
    why: "The Deployment is there and has no pods at all, which kubectl get pods does not show. A webhook whose backend is down refuses them, or the namespace enforces a Pod Security level that they do not meet.",
    repair: "The message names who refuses. Mend that first; the pods come by themselves.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    trouble::findings(case, &CHECK, &[Cause::Refused], |workload| {
        format!(
            "kubectl -n {} get events --field-selector reason=FailedCreate",
            workload.meta.namespace
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_workload_whose_pods_are_refused_is_found() {
        let world = healthy("1.11.0")
            .but(|s| {
                s.pods
                    .items_mut()
                    .retain(|pod| pod.meta.label("app") != Some("katib-ui"));
            })
            .workload("katib-ui", |one| {
                one.ready = 0;
                let mut failure = is("ReplicaFailure", "True");
                failure.message = "failed calling webhook \"sidecar-injector.istio.io\"".to_owned();
                one.conditions = vec![failure];
            });
        world.has_only("refused-pods");
        assert!(world.says("refused-pods")[0].contains("sidecar-injector.istio.io"));
    }
}
