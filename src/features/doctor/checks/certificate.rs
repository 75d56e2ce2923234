//! Certificates are valid.

use crate::cluster::snapshot::condition;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

pub(super) static CHECK: Check = Check {
    code: "certificate",
    title: "Certificates are valid",
    group: Group::Admission,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every Certificate of cert-manager is issued and has more than two weeks to go.",
    why: "cert-manager renews long before the end. One that is not ready, or near its end, was not renewed: what uses it stops with an x509 error.",
    repair: "kubectl describe shows the last attempt; look at cert-manager’s log.",
    run,
};

const NOTICE: SignedDuration = SignedDuration::from_hours(24 * 14);

fn run(case: &Case<'_>) -> Outcome {
    let mut findings = Vec::new();
    for one in case.snapshot.certificates.all()? {
        let ready = condition(&one.conditions, "Ready").filter(|ready| ready.status != "True");
        let says = if let Some(ready) = ready {
            format!("it is not issued: {}", ready.message)
        } else if let Some(end) = one.not_after.filter(|end| *end <= case.now() + NOTICE) {
            format!(
                "it ends on {}, and was not renewed",
                end.to_zoned(TimeZone::UTC).date()
            )
        } else {
            continue;
        };
        findings.push(
            CHECK
                .finding(format!("Certificate {}", one.meta.path()), says)
                .command(format!(
                    "kubectl -n {} describe certificate {}",
                    one.meta.namespace, one.meta.name
                )),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_certificate_that_was_not_renewed_or_not_issued_is_found() {
        healthy("1.9.1")
            .but(|s| s.certificates.items_mut()[0].conditions = vec![is("Ready", "False")])
            .has_only("certificate");
        healthy("1.9.1")
            .but(|s| {
                let soon = s.taken_at + jiff::SignedDuration::from_hours(48);
                s.certificates.items_mut()[0].not_after = Some(soon);
            })
            .has_only("certificate");
    }
}
