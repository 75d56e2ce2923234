//! What a check found: how bad it is, what it was seen by, and what can be done about it.

use serde::Serialize;

use super::Repair;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something does not work, or the installation is open to others.
    Error,
    /// It works today and will hurt: soon, after the next change, or at the next upgrade.
    Warning,
    /// Good to know; nothing has to be done.
    Info,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One thing that was seen, such as a field and its value. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub label: String,
    pub value: String,
}

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// The dashboard can do it: planned, shown, done as the person, undone.
    Fix(Repair),
    /// To be run by somebody who understands it.
    Command(String),
}

/// One fault of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// The object it is about, such as `PersistentVolumeClaim kubeflow/katib-mysql`.
    pub object: String,
    /// What is wrong, in a sentence.
    pub says: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
}

impl Finding {
    pub fn new(severity: Severity, object: impl Into<String>, says: impl Into<String>) -> Self {
        Self {
            severity,
            object: object.into(),
            says: says.into(),
            evidence: Vec::new(),
            remedy: None,
        }
    }

    #[must_use]
    pub fn seen(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.evidence.push(Evidence {
            label: label.into(),
            value: value.into(),
        });
        self
    }

    #[must_use]
    pub fn fix(mut self, repair: Repair) -> Self {
        self.remedy = Some(Remedy::Fix(repair));
        self
    }

    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.remedy = Some(Remedy::Command(command.into()));
        self
    }
}
