//! All checks with what they found, worst first within each group.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::finding::{FindingView, word};
use super::{age, look, why};
use crate::access::Access;
use crate::domain::{Permission, Severity};
use crate::features::doctor::check::{Case, Group, Skip};
use crate::features::doctor::run::{self, Report};
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::Address;
use crate::web::problem::Problem;
use crate::web::view::{Action, Tools, When};
use crate::web::{page, paths};

/// Findings of a check that stand there at once.
const SHOWN: usize = 3;

#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    show: String,
}

#[derive(Template)]
#[template(path = "doctor/list.html")]
struct ListPage {
    frame: Frame,
    looked: When,
    again: &'static str,
    repair: &'static str,
    /// A real sign-in, tried on request.
    try_out: Action,
    counts: Vec<CountView>,
    tools: Tools,
    groups: Vec<GroupView>,
    passed: usize,
    unseen: Vec<UnseenView>,
}

struct CountView {
    word: &'static str,
    number: usize,
    href: String,
}

struct GroupView {
    title: &'static str,
    checks: Vec<CheckView>,
}

struct CheckView {
    code: &'static str,
    href: String,
    title: &'static str,
    expected: &'static str,
    severity: &'static str,
    findings: Vec<FindingView>,
    /// What is folded away, so that one check with many findings does not hide the next.
    more: Vec<FindingView>,
}

/// A check that could not be made.
struct UnseenView {
    title: &'static str,
    href: String,
    why: String,
}

fn try_out(access: &Access) -> Action {
    let (label, permission) = ("Try a sign-in", Permission::WriteUsers);
    if access.may(permission) {
        Action::allowed(label, paths::PROBE_SIGN_IN)
    } else {
        let why = format!("your account may not {}", permission.describe());
        Action::denied(label, why)
    }
}

pub(in super::super) async fn list(
    access: Access,
    frame: Frame,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let snapshot = look(&access).await?;
    let case = Case::of(&snapshot);
    let reports = run::run(&case);
    let address = Address::new(
        paths::CHECKS,
        &[
            ("q", &query.q),
            ("severity", &query.severity),
            ("show", &query.show),
        ],
    );
    let severities = Severity::ALL.map(|one| (one.as_str(), word(one)));
    page::ok(&ListPage {
        frame: frame.titled("Checks"),
        looked: age(&snapshot),
        again: paths::CHECKS_AGAIN,
        repair: paths::REPAIR,
        try_out: try_out(&access),
        counts: counts(&reports, &address),
        tools: Tools::new(paths::CHECKS, "Search checks", &query.q, &address)
            .filter(
                "severity",
                "Severity",
                &severities,
                &query.severity,
                &address,
            )
            .filter(
                "show",
                "Show",
                &[("all", "Also what is well")],
                &query.show,
                &address,
            ),
        groups: groups(&reports, &query, &access),
        passed: reports
            .iter()
            .filter(|report| report.outcome.as_ref().is_ok_and(Vec::is_empty))
            .count(),
        unseen: reports.iter().filter_map(unseen).collect(),
    })
}

fn counts(reports: &[Report], address: &Address) -> Vec<CountView> {
    Severity::ALL
        .into_iter()
        .zip(run::counts(reports))
        .map(|(severity, number)| CountView {
            word: word(severity),
            number,
            href: address.with("severity", severity.as_str()),
        })
        .collect()
}

fn groups(reports: &[Report], query: &ListQuery, access: &Access) -> Vec<GroupView> {
    let mut groups = Vec::new();
    for group in Group::ALL {
        let mut shown: Vec<&Report> = reports
            .iter()
            .filter(|report| report.check.group == group && matches(report, query))
            .collect();
        shown.sort_by_key(|report| {
            report
                .severity()
                .map_or((1, Severity::Info), |worst| (0, worst))
        });
        if !shown.is_empty() {
            groups.push(GroupView {
                title: group.title(),
                checks: shown.into_iter().map(|one| view(one, access)).collect(),
            });
        }
    }
    groups
}

fn matches(report: &Report, query: &ListQuery) -> bool {
    let Ok(findings) = &report.outcome else {
        return false;
    };
    if findings.is_empty() && query.show != "all" {
        return false;
    }
    let severity = query.severity.is_empty()
        || findings
            .iter()
            .any(|one| one.severity.as_str() == query.severity);
    let wanted = query.q.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let text = wanted.is_empty()
        || has(report.check.code)
        || has(report.check.title)
        || findings
            .iter()
            .any(|one| has(&one.object) || has(&one.says));
    severity && text
}

fn view(report: &Report, access: &Access) -> CheckView {
    let check = report.check;
    let findings = report.findings().iter();
    let mut findings: Vec<FindingView> =
        findings.map(|one| FindingView::new(one, access)).collect();
    // Folding a single one away would save nothing.
    let more = if findings.len() > SHOWN + 1 {
        findings.split_off(SHOWN)
    } else {
        Vec::new()
    };
    CheckView {
        code: check.code,
        href: paths::fill(paths::CHECK, check.code),
        title: check.title,
        expected: check.expected,
        severity: report.severity().map_or("Well", word),
        findings,
        more,
    }
}

/// What does not apply is nobody's worry; what could not be looked at is.
fn unseen(report: &Report) -> Option<UnseenView> {
    let skip = report.skipped()?;
    let matters = match skip {
        Skip::NotApplicable(_) => false,
        Skip::Gap(gap) => !matches!(gap, crate::cluster::snapshot::Gap::Absent(_)),
    };
    matters.then(|| UnseenView {
        title: report.check.title,
        href: paths::fill(paths::CHECK, report.check.code),
        why: why(skip),
    })
}
