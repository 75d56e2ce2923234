//! The gateway asks who people are.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "gateway-sign-in",
    title: "The gateway asks who people are",
    group: Group::Gateway,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Something at the ingress gateway lets nobody through who has not signed in.",
    why: "Without it everybody who reaches the gateway is in, and may say in a header who they are. Open Kubeflow gateways are found and used to mine within hours.",
    repair: "Apply the sign-in of the release again (common/oauth2-proxy, or common/oidc-client up to 1.8). Until then, take the gateway off the network.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    if !case.places.has_kubeflow() {
        return Err(not_applicable("Kubeflow was not found"));
    }
    let namespace = case.places.here("istio-system");
    let asks = case.snapshot.policies.all()?.iter().any(|one| {
        one.meta.namespace == namespace && matches!(one.action.as_str(), "CUSTOM" | "DENY")
    });
    let filters = case.snapshot.filters.all_or_none()?;
    let filtered = filters
        .iter()
        .any(|one| one.meta.namespace == namespace && one.authorises);
    if asks || filtered {
        return Ok(Vec::new());
    }
    let services = case.snapshot.services.visible();
    let exposed = case
        .places
        .ingress(services)
        .map_or("unknown", |one| one.kind.as_str());
    Ok(vec![
        CHECK
            .finding(
                format!("Gateway in namespace {namespace}"),
                "nothing asks people to sign in: neither a policy nor a filter",
            )
            .seen("its Service is", exposed),
    ])
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn sec_04_a_gateway_that_lets_everybody_in_is_found() {
        healthy("1.9.1")
            .but(|s| s.policies.items_mut().retain(|one| one.action != "CUSTOM"))
            .has_only("gateway-sign-in");
        healthy("1.7.0")
            .but(|s| s.filters.items_mut().clear())
            .says("gateway-sign-in")
            .pop()
            .unwrap();
    }
}
