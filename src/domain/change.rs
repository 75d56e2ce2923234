//! What a step changes, and whose fields it touches.

use serde::{Deserialize, Serialize};

/// One field that a step changes, for the plan. Values are redacted where they are secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Object and field, such as `Profile ana: spec.resourceQuotaSpec.hard.cpu`.
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Fields that another field manager owns; taking them over is a decision of the person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// Name of the field manager, such as `kubectl-client-side-apply`.
    pub manager: String,
    /// Field path as the API server writes it.
    pub field: String,
}
