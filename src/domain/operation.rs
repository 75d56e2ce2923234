//! A change as an operation: planned, stored, run in steps, proved, and undone if need be.
//!
//! The stored form is what a restarted program goes on from, so everything here is serialisable and
//! holds no plain password.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Actor, AdministratorChange, Change, Checklist, Conflict, DatedStep, Email, GitObject,
    ImportPart, Kind, LoginStep, OperationId, ProfileName, Quota, ReleasePart, Repair,
    ResourceName, Role, StaticEdit, Upkeep, UserName,
};

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
    /// A small change of one object of the installation, of the kinds that [`Repair`] knows.
    Repair {
        repair: Repair,
        /// What the check says that asked for it.
        reason: String,
    },
    /// A real sign-in at Dex with the new password.
    ProveSignIn {
        email: Email,
    },
    /// Something around a profile.
    Upkeep(Upkeep),
    /// Something about a login that stays.
    Login(LoginStep),
    /// Another user ID in an existing Password object, and with it another subject.
    SetUserId {
        email: Email,
        user_id: String,
    },
    /// A Password object with what the static entry of this e-mail says.
    CopyLogin {
        email: Email,
    },
    /// `staticPasswords`, all edits in one write.
    EditDexConfig {
        edits: Vec<StaticEdit>,
    },
    RestartDex,
    /// Only new pods are left, and they are up.
    WaitForDex,
    /// A real sign-in with a login that is made for it.
    ProveDex,
    /// The login of this e-mail is the same person as before.
    ProveSame {
        email: Email,
        user_id: String,
        /// Has it the password that Kubeflow ships? Then a sign-in proves it.
        shipped: bool,
    },
    /// Something that ends at a date.
    Dated(DatedStep),
    /// The same for every row of the list that this operation was planned with.
    Import(ImportPart),
    /// Who administers.
    Administrator(AdministratorChange),
    /// What was decided about somebody who leaves; makes sure that an administrator stays.
    OffBoard(Checklist),
    /// A part of applying a release.
    Release(ReleasePart),
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
            Self::Repair { repair, .. } => repair.describe(),
            Self::ProveSignIn { email } => format!("Prove it: sign in at Dex as {email}"),
            Self::Upkeep(step) => step.describe(),
            Self::Login(step) => step.describe(),
            Self::SetUserId { email, .. } => format!("Give {email} a user ID of its own"),
            Self::CopyLogin { email } => {
                format!("Copy the static login {email} to a Password object")
            }
            Self::EditDexConfig { edits } => {
                format!("Edit the configuration of Dex: {}", list(edits))
            }
            Self::Import(part) => part.describe(),
            Self::Administrator(change) => change.describe(),
            Self::OffBoard(_) => "Make sure that an administrator stays who can sign in".to_owned(),
            Self::Dated(step) => step.describe(),
            Self::Release(part) => part.describe(),
            Self::RestartDex => "Start Dex anew, once".to_owned(),
            Self::WaitForDex => "Wait until the new pod of Dex is up".to_owned(),
            Self::ProveDex => "Prove it: sign in at Dex".to_owned(),
            Self::ProveSame { email, .. } => {
                format!("Prove that {email} is the same person to Dex")
            }
        }
    }

    /// Can it be taken back? Waiting and proving leave nothing to take back; ended sessions stay ended.
    pub fn is_reversible(&self) -> bool {
        if let Self::Release(part) = self {
            return part.is_reversible();
        }
        if let Self::Repair { repair, .. } = self {
            return repair.is_reversible();
        }
        !matches!(self, Self::DeleteProfile { .. })
    }

    /// Does it do nothing but sign in at Dex?
    pub fn is_proof(&self) -> bool {
        matches!(
            self,
            Self::ProveSignIn { .. } | Self::ProveDex | Self::Import(ImportPart::Prove)
        )
    }

    /// Does it carry the hash of a password that is generated when the operation starts?
    pub fn sets_password(&self) -> bool {
        if let Self::EditDexConfig { edits } = self {
            return edits
                .iter()
                .any(|edit| matches!(edit, StaticEdit::SetHash { .. }));
        }
        matches!(self, Self::CreateLogin { .. } | Self::SetPassword { .. })
    }
}

/// The first few in words; a whole class is a number.
fn list(edits: &[StaticEdit]) -> String {
    const MOST: usize = 4;
    let words: Vec<String> = edits.iter().take(MOST).map(StaticEdit::describe).collect();
    match edits.len().saturating_sub(MOST) {
        0 => words.join(", "),
        more => format!("{}, and {more} more", words.join(", ")),
    }
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
    /// Objects that it changes and that are kept in Git or a chart.
    #[serde(default)]
    pub git: Vec<GitObject>,
    /// What was there before the step ran; what undo puts back. Never shown.
    #[serde(default)]
    pub before: Option<Value>,
    /// Why what this step wrote is being put back; only while that is going on.
    #[serde(default)]
    pub restoring: Option<String>,
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
            git: Vec::new(),
            before: None,
            restoring: None,
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
    /// When the person accepted that what is kept in Git will be put back there.
    #[serde(default)]
    pub temporary: Option<Timestamp>,
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
        self.offered_link().is_none() && self.steps.iter().any(|s| s.step.sets_password())
    }

    /// For whom a link is offered instead of a password, and for how many hours.
    pub fn offered_link(&self) -> Option<(&Email, u16)> {
        self.steps.iter().find_map(|record| {
            let Step::Login(LoginStep::OfferLink { email, hours }) = &record.step else {
                return None;
            };
            Some((email, *hours))
        })
    }

    /// The hash that the operation writes, once it has started.
    pub fn written_hash(&self) -> Option<&str> {
        self.steps.iter().find_map(|record| {
            let (Step::CreateLogin { hash, .. } | Step::SetPassword { hash, .. }) = &record.step
            else {
                return None;
            };
            hash.as_deref()
        })
    }
}
