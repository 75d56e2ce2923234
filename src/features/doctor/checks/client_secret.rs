//! Dex and the gateway share one client secret.

use crate::cluster::snapshot::Digest;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Skip, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "client-secret",
    title: "Dex and the gateway share one client secret",
    group: Group::SignIn,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "What signs people in at the gateway has the client secret that Dex knows.",
    why: "With two different ones everybody types the right password and then gets an error at the callback.",
    repair: "Put the same value into both Secrets and restart both.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(dex) = digest(case, "dex", "OIDC_CLIENT_SECRET")? else {
        return Err(not_applicable("Dex takes its client secret from elsewhere"));
    };
    let mut findings = Vec::new();
    for (name, key) in [
        ("oauth2-proxy", "client-secret"),
        ("authservice", "CLIENT_SECRET"),
        ("oidc-authservice", "CLIENT_SECRET"),
    ] {
        if let Some((place, found)) = digest(case, name, key)?
            && found != dex.1
        {
            findings.push(
                CHECK
                    .finding(
                        format!("Secret {place}"),
                        format!("its key {key} is not the secret that Dex knows"),
                    )
                    .seen("Dex has it from", format!("Secret {}", dex.0)),
            );
        }
    }
    Ok(findings)
}

/// Where a workload has this key from, and its digest.
fn digest(case: &Case<'_>, workload: &str, key: &str) -> Result<Option<(String, Digest)>, Skip> {
    let Some(workload) = case.workload(workload)? else {
        return Ok(None);
    };
    let namespace = &workload.meta.namespace;
    for name in &workload.secrets {
        if let Some(found) = case
            .secret(namespace, name)?
            .and_then(|secret| secret.get(key))
        {
            return Ok(Some((format!("{namespace}/{name}"), *found)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::{Digest, Look};
    use crate::features::doctor::fixtures::*;

    #[test]
    fn two_different_client_secrets_are_found_at_either_gateway() {
        for (release, namespace, name, key) in [
            (
                "1.7.0",
                "istio-system",
                "oidc-authservice-client",
                "CLIENT_SECRET",
            ),
            ("1.11.0", "oauth2-proxy", "oauth2-proxy-h1", "client-secret"),
        ] {
            let world = healthy(release).but(|s| {
                let place = (namespace.to_owned(), name.to_owned());
                let Some(Look::Found(secret)) = s.secrets.get_mut(&place) else {
                    panic!()
                };
                secret.insert(key.to_owned(), Digest::of("another"));
            });
            assert!(!world.says("client-secret").is_empty(), "{release}");
        }
    }
}
