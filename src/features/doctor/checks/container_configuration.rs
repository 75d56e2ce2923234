//! What containers need is there.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::trouble::{self, Cause};

pub(super) static CHECK: Check = Check {
    code: "container-configuration",
    title: "What containers need is there",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every Secret, ConfigMap and key that a container names exists.",
    why: "The container is not even started. Dex, for instance, waits like this for ever when the Secret dex-passwords is missing.",
    repair: "Create what the message names, or apply the manifests of the component again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    trouble::findings(
        case,
        &CHECK,
        &[Cause::Configuration],
        trouble::describe_pods,
    )
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_container_that_names_a_missing_secret_is_found() {
        healthy("1.9.1")
            .broken_pod("dex", |pod| {
                let said = (
                    "CreateContainerConfigError".to_owned(),
                    "secret \"dex-passwords\" not found".to_owned(),
                );
                pod.containers[0].waiting = Some(said);
            })
            .has_only("container-configuration");
    }
}
