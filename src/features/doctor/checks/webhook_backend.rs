//! Webhooks have somebody behind them.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "webhook-backend",
    title: "Webhooks have somebody behind them",
    group: Group::Admission,
    severity: Severity::Error,
    stage: Stage::Both,
    expected: "The Service of every webhook that must answer exists and has a ready endpoint.",
    why: "Requests for its resources are refused until it answers: pods of all profiles for istio-sidecar-injector and for the pod defaults, and so on. A webhook that stayed behind after its component was removed refuses them for ever.",
    repair: "Mend the workload behind it. If its component is gone on purpose, delete the configuration.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let mut findings = Vec::new();
    for configuration in case.snapshot.webhooks.all()? {
        for hook in configuration.hooks.iter().filter(|hook| hook.must_answer) {
            let Some((namespace, name)) = &hook.service else {
                continue;
            };
            let wrong = match case.ready_behind(namespace, name)? {
                None => format!("its Service {namespace}/{name} does not exist"),
                Some(0) => format!("nothing behind its Service {namespace}/{name} is ready"),
                Some(_) => continue,
            };
            findings.push(
                CHECK
                    .finding(configuration.object(), format!("webhook {}: {wrong}", hook.name))
                    .seen("refused meanwhile", hook.resources.join(", "))
                    .command(format!("kubectl -n {namespace} get endpointslices -l kubernetes.io/service-name={name}")),
            );
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_webhook_with_nobody_behind_it_is_found() {
        let backend = "admission-webhook-deployment";
        healthy("1.9.1")
            .but(|s| {
                let slices = s.endpoints.items_mut();
                slices
                    .iter_mut()
                    .filter(|one| one.service == backend)
                    .for_each(|one| one.ready = 0);
            })
            .has_only("webhook-backend");
        let world = healthy("1.9.1").but(|s| {
            s.services
                .items_mut()
                .retain(|one| one.meta.name != backend);
        });
        world.has_only("webhook-backend");
        assert!(world.says("webhook-backend")[0].contains("does not exist"));
    }
}
