//! One check: what it expects, why, what it found, and what to do.

use askama::Template;
use axum::response::Response;

use super::finding::{FindingView, word};
use super::{age, look, why};
use crate::access::Access;
use crate::features::doctor::check::{Case, Outcome};
use crate::features::doctor::checks::ALL;
use crate::web::extract::Path;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::When;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "doctor/detail.html")]
struct DetailPage {
    frame: Frame,
    looked: When,
    repair_path: &'static str,
    code: &'static str,
    severity: &'static str,
    expected: &'static str,
    about: &'static str,
    repair: &'static str,
    findings: Vec<FindingView>,
    /// Why it has nothing to say; empty when it has looked.
    skipped: String,
}

pub(in super::super) async fn show(
    access: Access,
    frame: Frame,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let check = ALL.iter().find(|one| one.code == code).ok_or_else(|| {
        Problem::not_found("check of this name").way("See all checks", paths::CHECKS)
    })?;
    let snapshot = look(&access).await?;
    let outcome: Outcome = (check.run)(&Case::of(&snapshot));
    page::ok(&DetailPage {
        frame: frame.titled(check.title),
        looked: age(&snapshot),
        repair_path: paths::REPAIR,
        code: check.code,
        severity: outcome
            .as_ref()
            .ok()
            .and_then(|found| found.iter().map(|one| one.severity).min())
            .map_or(if outcome.is_ok() { "Well" } else { "Unknown" }, word),
        expected: check.expected,
        about: check.why,
        repair: check.repair,
        skipped: outcome.as_ref().err().map(why).unwrap_or_default(),
        findings: outcome
            .unwrap_or_default()
            .iter()
            .map(|one| FindingView::new(one, &access))
            .collect(),
    })
}
