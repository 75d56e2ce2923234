//! One sentence after a redirect. The cookie holds a code, never text, so that nobody can put words in our mouth.

/// What the next page says, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    PlanDiscarded,
    PasswordChanged,
    SessionEnded,
    SessionsEnded,
    SignedIn,
}

impl Flash {
    const ALL: [Self; 5] = [
        Self::PlanDiscarded,
        Self::PasswordChanged,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::SignedIn,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::PlanDiscarded => "plan-discarded",
            Self::PasswordChanged => "password-changed",
            Self::SessionEnded => "session-ended",
            Self::SessionsEnded => "sessions-ended",
            Self::SignedIn => "signed-in",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flash| flash.code() == code)
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::PlanDiscarded => "Plan discarded. Nothing was changed.",
            Self::PasswordChanged => {
                "Your password was changed, and your other sessions here were ended."
            }
            Self::SessionEnded => "Session ended.",
            Self::SessionsEnded => "All your other sessions were ended.",
            Self::SignedIn => {
                "Signed in with a one-time link. Everything you do is recorded under that name."
            }
        }
    }
}
