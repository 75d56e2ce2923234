//! Webhooks can be trusted.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub(super) static CHECK: Check = Check {
    code: "webhook-certificate",
    title: "Webhooks can be trusted",
    group: Group::Admission,
    severity: Severity::Error,
    stage: Stage::Both,
    expected: "Every webhook that must answer has a certificate authority to be checked against, and it is valid.",
    why: "Without one, or after its end, every request for its resources fails with an x509 error. Some releases ship a placeholder, so that applying them again erases what was filled in.",
    repair: "With cert-manager: look whether cert-manager-cainjector runs; it fills the value in. Else restart the component, which does it itself.",
    run,
};

/// Said this long before the end.
const NOTICE: SignedDuration = SignedDuration::from_hours(24 * 14);

fn run(case: &Case<'_>) -> Outcome {
    let mut findings = Vec::new();
    for configuration in case.snapshot.webhooks.all()? {
        for hook in configuration
            .hooks
            .iter()
            .filter(|one| one.must_answer && one.service.is_some())
        {
            let says = match &hook.ca {
                None => "it has no certificate authority (caBundle is empty)".to_owned(),
                Some(ca) => match ca.expires_at {
                    Some(end) if end <= case.now() => {
                        format!("its certificate authority ended on {}", day(end))
                    }
                    Some(end) if end <= case.now() + NOTICE => {
                        format!("its certificate authority ends on {}", day(end))
                    }
                    Some(_) | None => continue,
                },
            };
            findings.push(CHECK.finding(
                configuration.object(),
                format!("webhook {}: {says}", hook.name),
            ));
        }
    }
    Ok(findings)
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_webhook_without_authority_and_one_past_its_end_are_found() {
        healthy("1.9.1")
            .but(|s| s.webhooks.items_mut()[0].hooks[0].ca = None)
            .has_only("webhook-certificate");
        let world = healthy("1.9.1").but(|s| {
            let ended = s.taken_at - jiff::SignedDuration::from_hours(5);
            s.webhooks.items_mut()[0].hooks[0]
                .ca
                .as_mut()
                .unwrap()
                .expires_at = Some(ended);
        });
        world.has_only("webhook-certificate");
        assert!(world.says("webhook-certificate")[0].contains("ended on"));
    }
}
