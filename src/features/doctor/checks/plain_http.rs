//! Browsers come in over HTTPS.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "plain-http",
    title: "Browsers come in over HTTPS",
    group: Group::Gateway,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "A gateway that is reached from outside has a TLS server.",
    why: "Over plain HTTP passwords and sessions can be read on the way. Notebooks, Volumes and TensorBoards set Secure cookies, which a browser does not send back over HTTP on any name but localhost: signing in works, creating a notebook fails with a CSRF error.",
    repair: "Add a TLS server with a certificate to the Gateway kubeflow-gateway. For a trial, reach it with kubectl port-forward and localhost.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let services = case.snapshot.services.all()?;
    let Some(service) = case.places.ingress(services) else {
        return Err(not_applicable("there is no ingress gateway"));
    };
    if !matches!(service.kind.as_str(), "NodePort" | "LoadBalancer") {
        return Ok(Vec::new());
    }
    let gateways = case.snapshot.gateways.all()?;
    if gateways
        .iter()
        .flat_map(|one| &one.servers)
        .any(|server| server.has_tls)
    {
        return Ok(Vec::new());
    }
    let secure: Vec<String> = case
        .ours()?
        .filter(|one| one.env("APP_SECURE_COOKIES") == Some("true"))
        .map(|one| one.meta.name.clone())
        .collect();
    let mut finding = CHECK.finding(
        format!("Service {}", service.meta.path()),
        format!("it is a {}, and no Gateway has a TLS server; behind a proxy that ends TLS this is right", service.kind),
    );
    if !secure.is_empty() {
        finding = finding.seen("set Secure cookies", secure.join(", "));
    }
    Ok(vec![finding])
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_gateway_reached_over_plain_http_is_found() {
        let exposed = |release: &str| {
            healthy(release).ingress(|service| {
                service.kind = "NodePort".to_owned();
                service.ports[0].node_port = 31380;
            })
        };
        exposed("1.9.1").has_only("plain-http");
        assert!(
            exposed("1.9.1")
                .but(|s| s.gateways.items_mut()[0].servers[0].has_tls = true)
                .found()
                .is_empty()
        );
    }
}
