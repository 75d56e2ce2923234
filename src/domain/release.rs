//! A release that is applied as an operation: its objects, the order of its waves, and how far each object has come.
//! Objects are kept beside the operation, so that its own record stays small however many there are.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Conflict, ObjectRef, Operation, Step};

/// A group of objects that may be applied together, in the order of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wave {
    Namespaces,
    Definitions,
    /// Whatever starts no pod and is no custom resource.
    Basics,
    /// Who decides about certificates and about every pod: cert-manager and Istio's control plane.
    Gatekeepers,
    /// What is asked of them.
    Trust,
    Workloads,
    /// Custom resources whose webhooks are workloads of the stream.
    Resources,
    Profiles,
}

impl Wave {
    pub const ALL: [Self; 8] = [
        Self::Namespaces,
        Self::Definitions,
        Self::Basics,
        Self::Gatekeepers,
        Self::Trust,
        Self::Workloads,
        Self::Resources,
        Self::Profiles,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Namespaces => "Namespaces",
            Self::Definitions => "Kinds (CustomResourceDefinitions)",
            Self::Basics => "Accounts, rights and configuration",
            Self::Gatekeepers => "cert-manager and Istio",
            Self::Trust => "Certificates and mesh rules",
            Self::Workloads => "Webhooks and workloads",
            Self::Resources => "Custom resources",
            Self::Profiles => "Profiles",
        }
    }

    /// As it stands in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Definitions => "definitions",
            Self::Basics => "basics",
            Self::Gatekeepers => "gatekeepers",
            Self::Trust => "trust",
            Self::Workloads => "workloads",
            Self::Resources => "resources",
            Self::Profiles => "profiles",
        }
    }
}

/// What applying would do to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", content = "why", rename_all = "kebab-case")]
pub enum Fate {
    New,
    /// Names of fields, the first few.
    Changed(Vec<String>),
    Unchanged,
    /// Owned by managers that nobody decided to take over.
    Conflict(Vec<Conflict>),
    /// The API server would never take it.
    Refused(String),
    /// It cannot be tried now, and will be applied.
    Untried(String),
}

impl Fate {
    /// All words, in the order in which people want to hear of them.
    pub const WORDS: [&'static str; 6] = [
        "refused",
        "owned by others",
        "not tried",
        "new",
        "changed",
        "unchanged",
    ];

    pub fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed(_) => "changed",
            Self::Unchanged => "unchanged",
            Self::Conflict(_) => "owned by others",
            Self::Refused(_) => "refused",
            Self::Untried(_) => "not tried",
        }
    }
}

/// How far an object has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    Waiting,
    /// It was not taken yet, and is tried again.
    Again,
    Applied,
    Failed,
}

impl RowState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Again, Self::Applied, Self::Failed];

    /// As stored, and as it stands in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Again => "again",
            Self::Applied => "applied",
            Self::Failed => "failed",
        }
    }
}

/// One object of the text, and how it went. Its fields are kept apart: lists of rows are read without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRow {
    /// Where in the order of the waves, counted from 0.
    pub number: u32,
    /// As the text names it.
    pub written: ObjectRef,
    /// Where it goes: with the namespace that is meant when the text names none.
    pub object: ObjectRef,
    pub plural: String,
    pub wave: Wave,
    /// Where its document begins in the text.
    pub line: usize,
    pub fate: Fate,
    #[serde(skip, default = "waiting")]
    pub state: RowState,
    /// Why it is tried again, or failed; empty otherwise.
    #[serde(skip)]
    pub detail: String,
}

fn waiting() -> RowState {
    RowState::Waiting
}

impl ReleaseRow {
    /// Has it still to be written?
    pub fn is_due(&self) -> bool {
        self.state != RowState::Applied && self.fate != Fate::Unchanged
    }
}

/// The fields of an object as the store keeps them. Without `Debug`, like everything that may hold a secret.
#[derive(Clone)]
pub struct ReleaseBody {
    pub number: u32,
    pub body: Value,
}

/// An object that is left out because this Kubernetes does not serve its kind any more, or one to mind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub object: ObjectRef,
    pub says: String,
}

/// The text as a whole, as it was given and judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseText {
    /// What the person calls it: the name of the file.
    pub name: String,
    /// Of the bytes as they came, in hexadecimal.
    pub sha256: String,
    pub objects: u32,
    /// Objects that the API server would never take; with one of them nothing starts.
    pub refused: u32,
    pub left_out: Vec<Remark>,
    /// Did the person agree to go on without those?
    pub leave_out: bool,
    /// Objects that an upgrade leaves behind.
    pub traps: Vec<Remark>,
}

impl ReleaseText {
    /// Why it may not start; `None` when it may.
    pub fn obstacle(&self) -> Option<String> {
        if self.refused > 0 {
            let count = self.refused;
            return Some(format!(
                "The API server would refuse {count} of the objects. Mend the text, or delete what stands in the way, and plan again."
            ));
        }
        if !self.left_out.is_empty() && !self.leave_out {
            let count = self.left_out.len();
            return Some(format!(
                "This Kubernetes does not serve the kinds of {count} objects any more. Plan again and leave them out, or apply a newer release."
            ));
        }
        None
    }
}

/// One step of applying a release. Each may be done twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "kebab-case")]
pub enum ReleasePart {
    /// Everything that will be written is at hand.
    Text(ReleaseText),
    /// What the person named, first.
    Delete {
        objects: Vec<ObjectRef>,
    },
    Wave {
        wave: Wave,
        objects: u32,
    },
    /// Nothing is left behind.
    Whole,
}

impl ReleasePart {
    pub fn describe(&self) -> String {
        match self {
            Self::Text(text) => format!(
                "Have {} at hand: {} objects, SHA-256 {}…",
                text.name,
                text.objects,
                text.sha256.get(..12).unwrap_or_default()
            ),
            Self::Delete { objects } => {
                let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
                format!("Delete {}", names.join(", "))
            }
            Self::Wave { wave, objects: 0 } => format!("{}: wait for them", wave.title()),
            Self::Wave { wave, objects: 1 } => format!("{}: apply 1 object", wave.title()),
            Self::Wave { wave, objects } => format!("{}: apply {objects} objects", wave.title()),
            Self::Whole => "See that no object is left behind".to_owned(),
        }
    }

    /// The constant of its line in the record.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Text(_) => "release.begun",
            Self::Delete { .. } => "release.deleted",
            Self::Wave { .. } => "release.wave-applied",
            Self::Whole => "release.applied",
        }
    }

    pub fn is_reversible(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Whole)
    }
}

impl Operation {
    /// The text that it applies; `None` for every other kind of operation.
    pub fn release(&self) -> Option<&ReleaseText> {
        self.steps.iter().find_map(|record| {
            if let Step::Release(ReleasePart::Text(text)) = &record.step {
                Some(text)
            } else {
                None
            }
        })
    }

    /// May whoever works on it be asked to stop in between?
    pub fn can_pause(&self) -> bool {
        self.has_rows() || self.release().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(refused: u32, left_out: Vec<Remark>) -> ReleaseText {
        ReleaseText {
            name: "kubeflow.yaml".to_owned(),
            sha256: "0123456789abcdef".to_owned(),
            objects: 7,
            refused,
            left_out,
            leave_out: false,
            traps: Vec::new(),
        }
    }

    #[test]
    fn a_text_starts_when_nothing_is_refused_and_nothing_is_lost_unasked() {
        let gone = Remark {
            object: "policy/v1beta1/PodDisruptionBudget/a/b".parse().unwrap(),
            says: "gone".to_owned(),
        };
        assert_eq!(text(0, Vec::new()).obstacle(), None);
        assert!(text(1, Vec::new()).obstacle().is_some());
        let mut lost = text(0, vec![gone]);
        assert!(lost.obstacle().is_some());
        lost.leave_out = true;
        assert_eq!(lost.obstacle(), None);
    }

    #[test]
    fn stored_steps_are_read_back() {
        for part in [
            ReleasePart::Text(text(0, Vec::new())),
            ReleasePart::Wave {
                wave: Wave::Gatekeepers,
                objects: 11,
            },
            ReleasePart::Whole,
        ] {
            let stored = serde_json::to_string(&Step::Release(part.clone())).unwrap();
            let read: Step = serde_json::from_str(&stored).unwrap();
            assert_eq!(read, Step::Release(part));
        }
    }
}
