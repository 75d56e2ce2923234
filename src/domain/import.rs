//! Many people added at once: one row per person. Rows are kept beside the operation, so that its own record stays
//! small however many there are.

use serde::{Deserialize, Serialize};

use super::{Email, Operation, ProfileName, Quota, Role, Step};

/// How far a row has come. Everything up to there is in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Waiting,
    Login,
    Profile,
    Shared,
    Ready,
}

impl Stage {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Login,
        Self::Profile,
        Self::Shared,
        Self::Ready,
    ];

    /// As stored.
    pub fn number(self) -> i64 {
        self as i64
    }

    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.number() == number)
    }
}

/// One person of the list, and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// Where in the list, counted from 1.
    pub number: u32,
    pub email: Email,
    pub username: String,
    pub user_id: String,
    pub profile: Option<ProfileName>,
    /// Shared profiles that this operation let the person into; what undo takes back.
    #[serde(default)]
    pub joined: Vec<Share>,
    /// The program in whose memory the password is.
    #[serde(default)]
    pub holder: String,
    #[serde(skip, default = "waiting")]
    pub stage: Stage,
    /// Why it did not go on; empty when it did.
    #[serde(skip)]
    pub failure: String,
    /// Somebody has the password: it is never replaced by another.
    #[serde(skip)]
    pub handed_over: bool,
}

fn waiting() -> Stage {
    Stage::Waiting
}

impl ImportRow {
    pub fn is_failed(&self) -> bool {
        !self.failure.is_empty()
    }
}

/// A profile of others that everybody on the list may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub profile: ProfileName,
    pub role: Role,
}

/// One step for all rows. Each row may be gone through twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "kebab-case")]
pub enum ImportPart {
    Logins {
        people: u32,
    },
    Profiles {
        people: u32,
        quota: Quota,
    },
    Shares {
        shares: Vec<Share>,
    },
    /// Every new profile can be used.
    Ready,
    /// Some of them sign in, and no row is left behind.
    Prove,
}

impl ImportPart {
    /// Where a row is once this is done with it.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Logins { .. } => Stage::Login,
            Self::Profiles { .. } => Stage::Profile,
            Self::Shares { .. } => Stage::Shared,
            Self::Ready | Self::Prove => Stage::Ready,
        }
    }

    pub fn describe(&self) -> String {
        match self {
            Self::Logins { people: 1 } => "Create 1 login in Dex".to_owned(),
            Self::Logins { people } => format!("Create {people} logins in Dex"),
            Self::Profiles { people: 1, .. } => "Create 1 profile".to_owned(),
            Self::Profiles { people, .. } => format!("Create {people} profiles"),
            Self::Shares { shares } => {
                let words: Vec<String> = shares
                    .iter()
                    .map(|share| format!("{} in {}", share.role, share.profile))
                    .collect();
                format!("Let everybody {}", words.join(", "))
            }
            Self::Ready => "Wait until every profile can be used".to_owned(),
            Self::Prove => {
                "Prove it: sign in at Dex as some of them, and leave nobody out".to_owned()
            }
        }
    }

    /// The constant of its line in the record.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Logins { .. } => "import.logins",
            Self::Profiles { .. } => "import.profiles",
            Self::Shares { .. } => "import.contributors",
            Self::Ready => "waited",
            Self::Prove => "login.proved",
        }
    }
}

impl Operation {
    /// Does it work through rows?
    pub fn has_rows(&self) -> bool {
        self.steps
            .iter()
            .any(|record| matches!(record.step, Step::Import(_)))
    }
}
