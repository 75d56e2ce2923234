//! A change as an operation: planned, stored, run in steps, proved, and undone if need be.
//!
//! The stored form is what a restarted program goes on from, so everything here is serialisable and
//! holds no plain password.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Actor, Email, ProfileName, Quota, ResourceName, Role, Upkeep, UserName};

/// Name of an operation; UUID v7, so that ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub Uuid);

impl FromStr for OperationId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an administrator asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    AddUser,
    RemoveUser,
    ResetPassword,
    CreateProfile,
    SetQuota,
    DeleteProfile,
    AddContributor,
    RemoveContributor,
    RepairContributor,
    TransferProfile,
    FreezeProfile,
    ThawProfile,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::AddUser,
        Self::RemoveUser,
        Self::ResetPassword,
        Self::CreateProfile,
        Self::SetQuota,
        Self::DeleteProfile,
        Self::AddContributor,
        Self::RemoveContributor,
        Self::RepairContributor,
        Self::TransferProfile,
        Self::FreezeProfile,
        Self::ThawProfile,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddUser => "add-user",
            Self::RemoveUser => "remove-user",
            Self::ResetPassword => "reset-password",
            Self::CreateProfile => "create-profile",
            Self::SetQuota => "set-quota",
            Self::DeleteProfile => "delete-profile",
            Self::AddContributor => "add-contributor",
            Self::RemoveContributor => "remove-contributor",
            Self::RepairContributor => "repair-contributor",
            Self::TransferProfile => "transfer-profile",
            Self::FreezeProfile => "freeze-profile",
            Self::ThawProfile => "thaw-profile",
        }
    }

    /// As a heading: verb and noun.
    pub fn title(self) -> &'static str {
        match self {
            Self::AddUser => "Add user",
            Self::RemoveUser => "Remove user",
            Self::ResetPassword => "Reset password",
            Self::CreateProfile => "Create profile",
            Self::SetQuota => "Set quota",
            Self::DeleteProfile => "Delete profile",
            Self::AddContributor => "Add contributor",
            Self::RemoveContributor => "Remove contributor",
            Self::RepairContributor => "Repair contributor",
            Self::TransferProfile => "Transfer profile",
            Self::FreezeProfile => "Freeze profile",
            Self::ThawProfile => "Thaw profile",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Reviewed by nobody yet; nothing was changed.
    Planned,
    Running,
    /// A step failed; the ones before it stand. May be resumed or undone.
    Failed,
    Done,
    Undoing,
    Undone,
}

impl State {
    pub const ALL: [Self; 6] = [
        Self::Planned,
        Self::Running,
        Self::Failed,
        Self::Done,
        Self::Undoing,
        Self::Undone,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// Is somebody (some replica) working on it, or should be?
    pub fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    Waiting,
    Running,
    Done,
    Failed,
    Undone,
}

/// One idempotent step. Doing it twice is the same as doing it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Dex Password object. `hash` is filled in when the operation starts.
    CreateLogin {
        email: Email,
        username: String,
        user_id: String,
        hash: Option<String>,
    },
    /// New hash in an existing Password object.
    SetPassword {
        email: Email,
        hash: Option<String>,
    },
    DeleteLogin {
        email: Email,
    },
    /// Refresh tokens and offline sessions at Dex, and sessions here.
    EndSessions {
        email: Email,
        user_id: String,
    },
    CreateProfile {
        name: ProfileName,
        owner: UserName,
        quota: Quota,
    },
    /// Namespace, bindings, policy and quota are there.
    WaitForProfile {
        name: ProfileName,
    },
    /// `hard` as a whole; `remove` are keys that must go.
    SetQuota {
        name: ProfileName,
        quota: Quota,
        remove: Vec<ResourceName>,
    },
    /// The namespace's quota says what the profile says.
    WaitForQuota {
        name: ProfileName,
        quota: Quota,
    },
    DeleteProfile {
        name: ProfileName,
    },
    WaitForProfileGone {
        name: ProfileName,
    },
    AddContributor {
        profile: ProfileName,
        user: UserName,
        role: Role,
    },
    RemoveContributor {
        profile: ProfileName,
        user: UserName,
        role: Role,
    },
    /// A real sign-in at Dex with the new password.
    ProveSignIn {
        email: Email,
    },
    /// Something around a profile.
    Upkeep(Upkeep),
}

impl Step {
    /// What it does, for the plan and for progress.
    pub fn describe(&self) -> String {
        match self {
            Self::CreateLogin { email, .. } => format!("Create the login {email} in Dex"),
            Self::SetPassword { email, .. } => format!("Set a new password for {email}"),
            Self::DeleteLogin { email } => format!("Delete the login {email} from Dex"),
            Self::EndSessions { email, .. } => format!("End the sessions of {email}"),
            Self::CreateProfile { name, owner, .. } => {
                format!("Create the profile {name} for {owner}")
            }
            Self::WaitForProfile { name } => format!("Wait until the profile {name} can be used"),
            Self::SetQuota { name, .. } => format!("Set the quota of {name}"),
            Self::WaitForQuota { name, .. } => {
                format!("Wait until the quota is in force in {name}")
            }
            Self::DeleteProfile { name } => {
                format!("Delete the profile {name} and everything in it")
            }
            Self::WaitForProfileGone { name } => format!("Wait until the namespace {name} is gone"),
            Self::AddContributor {
                profile,
                user,
                role,
            } => format!("Let {user} {role} in {profile}"),
            Self::RemoveContributor {
                profile,
                user,
                role,
            } => format!("Take {role} in {profile} from {user}"),
            Self::ProveSignIn { email } => format!("Prove it: sign in at Dex as {email}"),
            Self::Upkeep(step) => step.describe(),
        }
    }

    /// Can it be taken back? Waiting and proving leave nothing to take back; ended sessions stay ended.
    pub fn is_reversible(&self) -> bool {
        !matches!(self, Self::DeleteProfile { .. })
    }

    /// Does it carry the hash of a password that is generated when the operation starts?
    pub fn sets_password(&self) -> bool {
        matches!(self, Self::CreateLogin { .. } | Self::SetPassword { .. })
    }
}

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

/// A step with what was planned, what was found before, and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    pub step: Step,
    pub state: StepState,
    /// What the dry run said would change.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Fields taken over from other managers, as confirmed by the person.
    #[serde(default)]
    pub conflicts: Vec<Conflict>,
    /// What the rehearsal found that no field shows, in sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What was there before the step ran; what undo puts back. Never shown.
    #[serde(default)]
    pub before: Option<Value>,
    /// How it went, in a sentence.
    #[serde(default)]
    pub detail: String,
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}

impl StepRecord {
    pub fn new(step: Step) -> Self {
        Self {
            step,
            state: StepState::Waiting,
            changes: Vec::new(),
            conflicts: Vec::new(),
            notes: Vec::new(),
            before: None,
            detail: String::new(),
            started_at: None,
            ended_at: None,
        }
    }
}

/// An operation as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    pub id: OperationId,
    pub kind: Kind,
    /// The thing it is about: an e-mail or a profile name.
    pub subject: String,
    pub actor: Actor,
    pub state: State,
    pub steps: Vec<StepRecord>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Operation {
    /// The step that failed or is being worked on.
    pub fn current(&self) -> Option<&StepRecord> {
        self.steps
            .iter()
            .find(|s| matches!(s.state, StepState::Failed | StepState::Running))
    }

    pub fn done_steps(&self) -> usize {
        self.steps
            .iter()
            .filter(|s| s.state == StepState::Done)
            .count()
    }

    /// Does it generate a password that is shown once?
    pub fn has_password(&self) -> bool {
        self.steps.iter().any(|s| s.step.sets_password())
    }

    /// Every conflict that the person must take over before it may start.
    pub fn conflicts(&self) -> Vec<&Conflict> {
        self.steps.iter().flat_map(|s| &s.conflicts).collect()
    }
}
