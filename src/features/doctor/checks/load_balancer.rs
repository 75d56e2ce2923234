//! The load balancer has an address.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "load-balancer",
    title: "The load balancer has an address",
    group: Group::Gateway,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "A gateway of type LoadBalancer was given an address.",
    why: "Without one nothing in the cluster makes load balancers, which is usual outside of clouds: nobody can reach Kubeflow by it.",
    repair: "Install a load balancer (MetalLB, for instance), or use a NodePort or kubectl port-forward.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let services = case.snapshot.services.all()?;
    let Some(service) = case
        .places
        .ingress(services)
        .filter(|one| one.kind == "LoadBalancer")
    else {
        return Err(not_applicable("the gateway is not a LoadBalancer"));
    };
    Ok(if service.addresses.is_empty() {
        vec![CHECK.finding(
            format!("Service {}", service.meta.path()),
            "it waits for an address",
        )]
    } else {
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_load_balancer_without_an_address_is_found() {
        let world = healthy("1.9.1").but(|s| s.gateways.items_mut()[0].servers[0].has_tls = true);
        world
            .ingress(|service| service.kind = "LoadBalancer".to_owned())
            .has_only("load-balancer");
    }
}
