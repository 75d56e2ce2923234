//! A finding as a page shows it.

use crate::access::Access;
use crate::domain::{Evidence, Finding, Permission, Remedy, Severity};

pub(super) struct FindingView {
    pub(super) severity: &'static str,
    pub(super) object: String,
    pub(super) says: String,
    pub(super) evidence: Vec<Evidence>,
    /// Empty for none.
    pub(super) command: String,
    pub(super) fix: Option<FixView>,
}

/// A repair that can be planned here, or why not.
pub(super) struct FixView {
    pub(super) repair: String,
    pub(super) label: String,
    pub(super) allowed: bool,
    pub(super) denied: String,
}

impl FindingView {
    pub(super) fn new(finding: &Finding, access: &Access) -> Self {
        let (command, fix) = match &finding.remedy {
            Some(Remedy::Command(command)) => (command.clone(), None),
            Some(Remedy::Fix(repair)) => (
                String::new(),
                Some(FixView::new(
                    &repair.to_string(),
                    &repair.describe(),
                    access,
                )),
            ),
            None => (String::new(), None),
        };
        Self {
            severity: word(finding.severity),
            object: finding.object.clone(),
            says: sentence(&finding.says),
            evidence: finding.evidence.clone(),
            command,
            fix,
        }
    }
}

impl FixView {
    pub(super) fn new(repair: &str, label: &str, access: &Access) -> Self {
        let permission = Permission::WriteInstallation;
        Self {
            repair: repair.to_owned(),
            label: label.to_owned(),
            allowed: access.may(permission),
            denied: format!("your account may not {}", permission.describe()),
        }
    }
}

/// After a colon it goes on; on a line of its own it begins.
fn sentence(says: &str) -> String {
    let mut signs = says.chars();
    let first: String = signs
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if says.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", signs.as_str())
}

/// As a heading says it.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Note",
    }
}
