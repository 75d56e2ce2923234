//! The gateway leads to Kubeflow.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "gateway-route",
    title: "The gateway leads to Kubeflow",
    group: Group::Gateway,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The Gateway of Kubeflow serves HTTP, and routes lead to the Central Dashboard, to Pipelines and to Dex.",
    why: "Without the Gateway every address answers 404; without a route, its part does.",
    repair: "Apply the manifests of the part again.",
    run,
};

const ROUTES: [(&str, &str, &str); 3] = [
    ("auth", "dex", "Dex: nobody can sign in"),
    ("kubeflow", "centraldashboard", "the Central Dashboard"),
    ("kubeflow", "ml-pipeline-ui", "Pipelines"),
];

fn run(case: &Case<'_>) -> Outcome {
    if !case.places.has_kubeflow() {
        return Err(not_applicable("Kubeflow was not found"));
    }
    let namespace = case.places.here("kubeflow");
    let gateways = case.snapshot.gateways.all()?;
    let mut findings = Vec::new();
    match gateways
        .iter()
        .find(|one| one.meta.namespace == namespace && one.meta.name == "kubeflow-gateway")
    {
        None => findings.push(CHECK.finding(
            format!("Gateway {namespace}/kubeflow-gateway"),
            "it does not exist",
        )),
        Some(gateway) if gateway.servers.is_empty() => {
            findings.push(CHECK.finding(
                format!("Gateway {}", gateway.meta.path()),
                "it has no server",
            ));
        }
        Some(_) => {}
    }
    let routes = case.snapshot.routes.all()?;
    for (home, name, what) in ROUTES {
        // A part that is not installed needs no route.
        let workload = case.workload(name)?;
        let exists = routes
            .iter()
            .any(|one| one.meta.name == name && one.meta.namespace == case.places.here(home));
        if workload.is_some() && !exists {
            findings.push(CHECK.finding(
                format!("VirtualService {}/{name}", case.places.here(home)),
                format!("there is no route to {what}"),
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_missing_gateway_and_a_missing_route_are_found() {
        healthy("1.9.1")
            .but(|s| s.gateways.items_mut().clear())
            .has_only("gateway-route");
        healthy("1.9.1")
            .but(|s| s.routes.items_mut().retain(|one| one.meta.name != "dex"))
            .has_only("gateway-route");
    }
}
