//! A run as text, JSON or JUnit, for the command line. Pure.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::check::{Case, Skip};
use super::components;
use super::recognise::Recognition;
use super::run::{self, Report};
use crate::cluster::snapshot::Gap;
use crate::domain::{Finding, Remedy, Severity};

/// For people.
pub(crate) fn table(case: &Case<'_>, reports: &[Report]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "Kubeflow    {}", case.recognition.describe());
    let _ = writeln!(text, "Kubernetes  {}", said(&case.snapshot.kubernetes));
    if let Some(wanted) = case.wanted {
        let _ = writeln!(text, "To install  {}", wanted.name);
    }
    for report in reports.iter().filter(|one| !one.findings().is_empty()) {
        let _ = writeln!(text, "\n{}  [{}]", report.check.title, report.check.code);
        for finding in report.findings() {
            write_finding(&mut text, finding);
        }
    }
    let unseen: Vec<String> = reports.iter().filter_map(unseen).collect();
    if !unseen.is_empty() {
        let _ = writeln!(text, "\nNot looked at");
        for line in unseen {
            let _ = writeln!(text, "  {line}");
        }
    }
    let [errors, warnings, notes] = run::counts(reports);
    let well = reports
        .iter()
        .filter(|one| one.outcome.as_ref().is_ok_and(Vec::is_empty))
        .count();
    let _ = writeln!(
        text,
        "\n{errors} errors, {warnings} warnings, {notes} notes; {well} of {} checks found nothing.",
        reports.len()
    );
    text
}

fn write_finding(text: &mut String, finding: &Finding) {
    let severity = finding.severity.as_str();
    let _ = writeln!(text, "  {severity:<8}{}: {}", finding.object, finding.says);
    for evidence in &finding.evidence {
        let _ = writeln!(text, "          {}: {}", evidence.label, evidence.value);
    }
    match &finding.remedy {
        Some(Remedy::Command(command)) => {
            let _ = writeln!(text, "          $ {command}");
        }
        Some(Remedy::Fix(repair)) => {
            let _ = writeln!(
                text,
                "          fix in the dashboard: {}",
                repair.describe()
            );
        }
        None => {}
    }
}

fn said(version: &str) -> &str {
    if version.is_empty() {
        "not said by the API server"
    } else {
        version
    }
}

fn unseen(report: &Report) -> Option<String> {
    let why = reason(report.skipped()?)?;
    Some(format!(
        "{} [{}]: {why}",
        report.check.title, report.check.code
    ))
}

/// Why a check could not look; `None` when it does not apply.
fn reason(skip: &Skip) -> Option<String> {
    match skip {
        Skip::NotApplicable(_) | Skip::Gap(Gap::Absent(_)) => None,
        Skip::Gap(Gap::Forbidden(right)) => Some(format!("not allowed to {right}")),
        Skip::Gap(Gap::Unreadable { what, why }) => Some(format!("{what} cannot be read: {why}")),
    }
}

/// For programs. The keys stay as they are; new ones may come.
pub(crate) fn json(case: &Case<'_>, reports: &[Report]) -> String {
    let [errors, warnings, notes] = run::counts(reports);
    let value = json!({
        "takenAt": case.snapshot.taken_at.to_string(),
        "kubernetes": case.snapshot.kubernetes,
        "kubeflow": recognition(&case.recognition),
        "wanted": case.wanted.map(|release| release.name),
        "summary": { "errors": errors, "warnings": warnings, "notes": notes },
        "components": components(case),
        "checks": reports.iter().map(check).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

fn recognition(recognition: &Recognition) -> Value {
    match recognition {
        Recognition::Recognised {
            release,
            confidence,
            agreeing,
            dissenting,
        } => json!({
            "release": release.name,
            "confidence": confidence.describe(),
            "agreeing": agreeing.len(),
            "dissenting": dissenting.iter().map(|(vote, wanted)| json!({
                "part": vote.marker.title(),
                "image": vote.image,
                "expected": wanted,
            })).collect::<Vec<_>>(),
        }),
        Recognition::Unknown { votes } => json!({
            "release": null,
            "images": votes.iter().map(|vote| vote.image.clone()).collect::<Vec<_>>(),
        }),
        Recognition::NotInstalled => Value::Null,
    }
}

fn components(case: &Case<'_>) -> Value {
    let Ok(all) = components::all(case) else {
        return Value::Null;
    };
    all.iter()
        .map(|one| {
            json!({
                "component": one.component.title,
                "state": one.health.verdict.as_str(),
                "reason": one.health.reason,
                "ready": one.ready(),
                "wanted": one.wanted(),
                "restarts": one.restarts(),
                "versions": one.versions(),
            })
        })
        .collect()
}

fn check(report: &Report) -> Value {
    let state = match report.skipped() {
        None if report.findings().is_empty() => "well",
        None => "found",
        Some(Skip::NotApplicable(_) | Skip::Gap(Gap::Absent(_))) => "not-applicable",
        Some(Skip::Gap(Gap::Forbidden(_))) => "not-allowed",
        Some(Skip::Gap(Gap::Unreadable { .. })) => "unreadable",
    };
    json!({
        "code": report.check.code,
        "title": report.check.title,
        "group": report.check.group.title(),
        "expected": report.check.expected,
        "state": state,
        "reason": report.skipped().and_then(reason),
        "findings": report.findings(),
    })
}

/// For build servers: one test case per check.
pub(crate) fn junit(reports: &[Report], fails: Severity) -> String {
    let is_failure = |report: &&Report| report.severity().is_some_and(|worst| worst <= fails);
    let failures = reports.iter().filter(is_failure).count();
    let skipped = reports.iter().filter(|one| one.skipped().is_some()).count();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        text,
        "<testsuite name=\"kubeflow-admin doctor\" tests=\"{}\" failures=\"{failures}\" skipped=\"{skipped}\">",
        reports.len()
    );
    for report in reports {
        let _ = write!(
            text,
            "  <testcase classname=\"{}\" name=\"{}: {}\"",
            escape(report.check.group.title()),
            escape(report.check.code),
            escape(report.check.title)
        );
        let lines: Vec<String> = report
            .findings()
            .iter()
            .map(|one| format!("{}: {}: {}", one.severity.as_str(), one.object, one.says))
            .collect();
        let lines = escape(&lines.join("\n"));
        let _ = match report.skipped() {
            Some(skip) => writeln!(
                text,
                "><skipped message=\"{}\"/></testcase>",
                escape(&reason(skip).unwrap_or_else(|| "does not apply".to_owned()))
            ),
            None if is_failure(&report) => writeln!(
                text,
                "><failure message=\"{}\">{lines}</failure></testcase>",
                escape(report.check.expected)
            ),
            None if !lines.is_empty() => {
                writeln!(text, "><system-out>{lines}</system-out></testcase>")
            }
            None => writeln!(text, "/>"),
        };
    }
    text.push_str("</testsuite>\n");
    text
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(sign),
            // XML 1.0 has no place for them.
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::doctor::fixtures::healthy;

    #[test]
    fn a_finding_is_in_every_form_of_the_report() {
        let world = healthy("1.9.1")
            .but(|s| s.classes.items_mut()[0].meta.annotations.clear())
            .but(|s| s.claims.state = crate::cluster::snapshot::State::Forbidden)
            .snapshot();
        let case = Case::of(&world);
        let reports = run::run(&case);
        let text = table(&case, &reports);
        assert!(
            text.contains("Kubeflow    1.9.1 (certain: 9 of 9 versions agree)"),
            "{text}"
        );
        assert!(
            text.contains("error   StorageClass standard: it is the only one"),
            "{text}"
        );
        assert!(
            text.contains("not allowed to list persistentvolumeclaims"),
            "{text}"
        );
        let value: Value = serde_json::from_str(&json(&case, &reports)).unwrap();
        assert_eq!(value["summary"]["errors"], 1);
        let checks = value["checks"].as_array().unwrap();
        let state = |code: &str| {
            let found = checks.iter().find(|one| one["code"] == code).unwrap();
            found["state"].clone()
        };
        assert_eq!(state("default-class"), "found");
        assert_eq!(state("pending-claim"), "not-allowed");
        let xml = junit(&reports, Severity::Error);
        assert!(xml.contains("failures=\"1\""), "{xml}");
        assert!(
            xml.contains("<skipped message=\"not allowed to list persistentvolumeclaims\"/>"),
            "{xml}"
        );
    }

    #[test]
    fn hostile_words_stay_words_in_xml() {
        assert_eq!(escape("a<b>&\"\u{1b}[31m"), "a&lt;b&gt;&amp;&quot;[31m");
    }
}
