//! Runs checks over a case and puts their answers in order. Pure.

use super::check::{Case, Check, Outcome, Skip, Stage};
use super::checks::ALL;
use crate::domain::{Finding, Severity};

/// What one check came to.
pub(crate) struct Report {
    pub(crate) check: &'static Check,
    pub(crate) outcome: Outcome,
}

impl Report {
    pub(crate) fn findings(&self) -> &[Finding] {
        self.outcome.as_deref().unwrap_or_default()
    }

    /// The worst of its findings.
    pub(crate) fn severity(&self) -> Option<Severity> {
        self.findings().iter().map(|one| one.severity).min()
    }

    pub(crate) fn skipped(&self) -> Option<&Skip> {
        self.outcome.as_ref().err()
    }
}

/// Every check that fits the question, grouped, in the order of the registry.
pub(crate) fn run(case: &Case<'_>) -> Vec<Report> {
    let asked = |check: &&&Check| match check.stage {
        Stage::Both => true,
        Stage::Installed => case.wanted.is_none(),
        Stage::Before => case.wanted.is_some(),
    };
    let mut reports: Vec<Report> = ALL
        .iter()
        .filter(asked)
        .map(|check| Report {
            check,
            outcome: (check.run)(case),
        })
        .collect();
    reports.sort_by_key(|report| report.check.group);
    reports
}

/// How many findings there are of each severity, in the order of [`Severity::ALL`].
pub(crate) fn counts(reports: &[Report]) -> [usize; 3] {
    Severity::ALL.map(|severity| {
        let findings = reports.iter().flat_map(Report::findings);
        findings.filter(|one| one.severity == severity).count()
    })
}
