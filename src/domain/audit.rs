//! The activity record: who did what to which thing, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{OperationId, UserName};

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Done,
    Failed,
    Refused,
    Undone,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Done, Self::Failed, Self::Refused, Self::Undone];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Undone => "undone",
        }
    }
}

/// One line of the record. Holds no secret: `before` and `after` are redacted where they are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// UUID v7 in text, so that lines sort by the time they were made.
    pub id: String,
    pub at: Timestamp,
    pub actor: UserName,
    /// What was done, a constant such as `login.created` or `session.ended`.
    pub action: String,
    /// The thing it was done to, such as `ana@example.com` or `profile ana`.
    pub subject: String,
    pub outcome: Outcome,
    pub operation: Option<OperationId>,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
    /// A sentence for people; for a failure, what went wrong and the next step.
    pub note: String,
}

/// Which lines to show. Empty fields do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Part of the actor's name, without regard to case.
    pub actor: String,
    /// Start of the action, such as `login.`.
    pub action: String,
    /// Part of the subject, without regard to case.
    pub subject: String,
    pub outcome: Option<Outcome>,
    pub operation: Option<OperationId>,
}
