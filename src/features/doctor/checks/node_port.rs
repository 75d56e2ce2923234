//! The NodePort can be reached.

use crate::cluster::snapshot::{NetworkPolicy, Service};
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Skip, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "node-port",
    title: "The NodePort can be reached",
    group: Group::Gateway,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "A gateway of type NodePort has a port for browsers, somebody behind it on every node, and no policy in between.",
    why: "With externalTrafficPolicy Local only nodes that run a gateway pod answer; from 26.03 on a NetworkPolicy in istio-system admits nobody from outside.",
    repair: "Use another node’s address, set externalTrafficPolicy to Cluster, or admit browsers with a NetworkPolicy for the gateway.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let services = case.snapshot.services.all()?;
    let Some(service) = case
        .places
        .ingress(services)
        .filter(|one| one.kind == "NodePort")
    else {
        return Err(not_applicable("the gateway is not a NodePort"));
    };
    let object = format!("Service {}", service.meta.path());
    let mut findings = Vec::new();
    let port = service
        .ports
        .iter()
        .find(|one| one.name == "http2")
        .or(service.ports.iter().find(|one| one.port == 80));
    if port.is_none_or(|one| one.node_port == 0) {
        findings.push(CHECK.finding(object.clone(), "it has no node port for HTTP"));
    }
    if case.ready_behind(&service.meta.namespace, &service.meta.name)? == Some(0) {
        findings.push(CHECK.finding(object.clone(), "no gateway pod behind it is ready"));
    }
    if service.external_traffic == "Local" {
        let nodes = nodes_without(case, service)?;
        if !nodes.is_empty() {
            findings.push(
                CHECK
                    .finding(
                        object.clone(),
                        "only nodes with a gateway pod answer (externalTrafficPolicy Local)",
                    )
                    .seen("these do not", nodes.join(", ")),
            );
        }
    }
    let policies = case.snapshot.network_policies.all()?;
    if is_closed(policies, service) {
        findings.push(CHECK.finding(object, "NetworkPolicies let nobody from outside reach the gateway; whether that holds for traffic through a node depends on the network plugin"));
    }
    Ok(findings)
}

fn nodes_without(case: &Case<'_>, service: &Service) -> Result<Vec<String>, Skip> {
    let pods = case.snapshot.pods.all()?;
    let nodes = case.snapshot.nodes.all()?;
    let serves = |node: &str| {
        pods.iter().any(|pod| {
            pod.node == node
                && pod.meta.namespace == service.meta.namespace
                && service
                    .selector
                    .iter()
                    .all(|(key, value)| pod.meta.label(key) == Some(value))
        })
    };
    Ok(nodes
        .iter()
        .map(|one| one.meta.name.clone())
        .filter(|name| !serves(name))
        .collect())
}

/// Policies that are for the gateway, none of which admits everybody.
fn is_closed(policies: &[NetworkPolicy], service: &Service) -> bool {
    let for_gateway: Vec<&NetworkPolicy> = policies
        .iter()
        .filter(|one| one.meta.namespace == service.meta.namespace && one.limits_ingress)
        .filter(|one| {
            one.pods
                .iter()
                .all(|(key, value)| service.selector.get(key) == Some(value))
        })
        .collect();
    !for_gateway.is_empty() && for_gateway.iter().all(|one| !one.admits_everybody)
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::NetworkPolicy;
    use crate::features::doctor::fixtures::*;

    fn node_port() -> World {
        healthy("26.03")
            .ingress(|service| {
                service.kind = "NodePort".to_owned();
                service.ports[0].node_port = 31380;
            })
            .but(|s| s.gateways.items_mut()[0].servers[0].has_tls = true)
    }

    #[test]
    fn what_keeps_a_node_port_from_answering_is_found() {
        assert!(node_port().found().is_empty());
        node_port()
            .ingress(|service| service.ports[0].node_port = 0)
            .has_only("node-port");
        node_port()
            .but(|s| {
                let born = s.taken_at;
                s.network_policies.items_mut().push(NetworkPolicy {
                    meta: meta("istio-system", "default-allow-same-namespace", born),
                    limits_ingress: true,
                    ..NetworkPolicy::default()
                });
            })
            .has_only("node-port");
        let second = |s: &mut crate::cluster::snapshot::Snapshot| {
            let mut node = s.nodes.items_mut()[0].clone();
            node.meta.name = "node-2".to_owned();
            s.nodes.items_mut().push(node);
        };
        node_port()
            .but(second)
            .ingress(|service| service.external_traffic = "Local".to_owned())
            .has_only("node-port");
    }
}
