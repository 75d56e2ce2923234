//! Computed health: one word, the reason in a sentence, the next step.

/// One word for the state of a thing. `Unknown` is a real state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Broken,
    Warning,
    Progressing,
    Terminating,
    Unknown,
    Healthy,
}

impl Verdict {
    pub const ALL: [Self; 6] = [
        Self::Broken,
        Self::Warning,
        Self::Progressing,
        Self::Terminating,
        Self::Unknown,
        Self::Healthy,
    ];

    /// The word, as shown and as used in a filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "Broken",
            Self::Warning => "Warning",
            Self::Progressing => "Progressing",
            Self::Terminating => "Terminating",
            Self::Unknown => "Unknown",
            Self::Healthy => "Healthy",
        }
    }
}

/// Health of a profile. The Profile's own status is always empty upstream, so it is worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub verdict: Verdict,
    /// Why, in a sentence; empty when healthy.
    pub reason: String,
    /// What to do about it; empty when there is nothing to do.
    pub remedy: String,
}

impl Health {
    pub fn healthy() -> Self {
        Self {
            verdict: Verdict::Healthy,
            reason: String::new(),
            remedy: String::new(),
        }
    }

    pub fn new(verdict: Verdict, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }
}
