//! Everybody means the same issuer.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use std::collections::BTreeMap;

pub(super) static CHECK: Check = Check {
    code: "issuer",
    title: "Everybody means the same issuer",
    group: Group::SignIn,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The gateway and its token rules name the issuer that Dex is configured with, letter by letter.",
    why: "A token of another issuer is refused, also when only a slash at the end differs: after signing in, every page is an error.",
    repair: "Write the same address in the Dex configuration, in the sign-in at the gateway and in the RequestAuthentication, and restart Dex and the sign-in.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(dex) = case.snapshot.dex.found("get the Dex configuration")? else {
        return Err(not_applicable("there is no configuration of Dex"));
    };
    if dex.issuer.is_empty() {
        return Err(not_applicable("the Dex configuration names no issuer"));
    }
    let mut named: Vec<(String, String)> = Vec::new();
    for name in ["oauth2-proxy", "authservice", "oidc-authservice"] {
        let Some(workload) = case.workload(name)? else {
            continue;
        };
        for config in &workload.config_maps {
            let namespace = &workload.meta.namespace;
            if let Some(issuer) = case.config_map(namespace, config)?.and_then(issuer_in) {
                named.push((format!("ConfigMap {namespace}/{config}"), issuer));
            }
        }
    }
    let gateway = case.places.here("istio-system");
    for rule in case
        .snapshot
        .token_rules
        .all_or_none()?
        .iter()
        .filter(|one| one.meta.namespace == gateway)
    {
        // More issuers than one are meant: service accounts may come through as well.
        if !rule.issuers.is_empty()
            && rule.meta.name.contains("dex")
            && !rule.issuers.contains(&dex.issuer)
        {
            named.push((
                format!("RequestAuthentication {}", rule.meta.path()),
                rule.issuers.join(", "),
            ));
        }
    }
    Ok(named
        .into_iter()
        .filter(|(_, issuer)| *issuer != dex.issuer)
        .map(|(object, issuer)| {
            CHECK
                .finding(object, format!("it names the issuer {issuer}"))
                .seen("Dex has", dex.issuer.clone())
        })
        .collect())
}

fn issuer_in(config: &BTreeMap<String, String>) -> Option<String> {
    if let Some(issuer) = config.get("OIDC_PROVIDER") {
        return Some(issuer.clone());
    }
    let line = config
        .values()
        .flat_map(|text| text.lines())
        .find(|line| line.trim_start().starts_with("oidc_issuer_url"))?;
    Some(line.split_once('=')?.1.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn an_issuer_with_one_slash_more_is_found_at_either_gateway() {
        for release in ["1.7.0", "1.11.0"] {
            let world = healthy(release).dex(|dex| dex.issuer.push('/'));
            assert!(!world.says("issuer").is_empty(), "{release}");
        }
        healthy("1.9.1")
            .but(|s| s.token_rules.items_mut()[0].issuers = vec!["https://dex.example".to_owned()])
            .has_only("issuer");
    }
}
