//! Dex sends people back to the gateway.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "redirect",
    title: "Dex sends people back to the gateway",
    group: Group::SignIn,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The client of the gateway has the redirect address that its sign-in uses.",
    why: "It changed between releases: /login/oidc up to 1.6, /authservice/oidc/callback for 1.7 and 1.8, /oauth2/callback from 1.9. With an old one Dex answers “Unregistered redirect_uri”.",
    repair: "Set redirectURIs of the static client, then restart Dex.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(dex) = case.snapshot.dex.found("get the Dex configuration")? else {
        return Err(not_applicable("there is no configuration of Dex"));
    };
    if dex.redirects.is_empty() {
        return Err(not_applicable("the Dex configuration has no client"));
    }
    // By what is installed, not by the release: sites keep the one sign-in through an upgrade.
    let wanted = if case.workload("oauth2-proxy")?.is_some() {
        "/oauth2/callback"
    } else if case.workload("oidc-authservice")?.is_some() {
        "/authservice/oidc/callback"
    } else {
        match case.recognition.release() {
            Some(release) if case.workload("authservice")?.is_some() => release.redirect,
            Some(_) | None => {
                return Err(not_applicable(
                    "it is not known what signs people in at the gateway",
                ));
            }
        }
    };
    Ok(if dex.redirects.iter().any(|one| one.ends_with(wanted)) {
        Vec::new()
    } else {
        vec![
            CHECK
                .finding(
                    format!("ConfigMap {}/{}", dex.namespace, dex.name),
                    format!("no client has the redirect address {wanted}"),
                )
                .seen("redirect addresses", dex.redirects.join(", ")),
        ]
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_redirect_address_of_an_older_release_is_found() {
        healthy("1.9.1")
            .dex(|dex| dex.redirects = vec!["/authservice/oidc/callback".to_owned()])
            .has_only("redirect");
        assert!(
            !healthy("1.7.0")
                .dex(|dex| dex.redirects = vec!["/login/oidc".to_owned()])
                .says("redirect")
                .is_empty()
        );
        healthy("1.9.1")
            .dex(|dex| dex.redirects = vec!["https://kubeflow.example/oauth2/callback".to_owned()])
            .found();
    }
}
