//! Webhooks trust the right authority.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "foreign-authority",
    title: "Webhooks trust the right authority",
    group: Group::Admission,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "A webhook is checked against the authority that signed the certificate of its own backend.",
    why: "After cert-manager or Istio was installed again, or a second time, the configuration may still hold the authority of the one before: every request for its resources fails with “certificate signed by unknown authority”.",
    repair: "Let cert-manager-cainjector write it again: delete the caBundle, or restart it.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let certificates = case.snapshot.certificates.all_or_none()?;
    let mut findings = Vec::new();
    for configuration in case.snapshot.webhooks.all()? {
        let Some(path) = configuration
            .meta
            .annotation("cert-manager.io/inject-ca-from")
        else {
            continue;
        };
        let Some(certificate) = certificates.iter().find(|one| one.meta.path() == path) else {
            continue;
        };
        let Some(secret) = case.secret(&certificate.meta.namespace, &certificate.secret)? else {
            continue;
        };
        let Some(authority) = secret.get("ca.crt") else {
            continue;
        };
        for hook in &configuration.hooks {
            if hook.ca.as_ref().is_some_and(|ca| ca.digest != *authority) {
                findings.push(
                    CHECK
                        .finding(
                            configuration.object(),
                            format!(
                                "webhook {} trusts another authority than the one of {path}",
                                hook.name
                            ),
                        )
                        .seen(
                            "certificate",
                            format!("{path}, Secret {}", certificate.secret),
                        ),
                );
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Digest;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_webhook_that_trusts_the_authority_of_another_installation_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let ca = s.webhooks.items_mut()[0].hooks[0].ca.as_mut().unwrap();
                ca.digest = Digest::of("another");
            })
            .has_only("foreign-authority");
    }
}
