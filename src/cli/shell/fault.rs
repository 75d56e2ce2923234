//! Why a command ends early, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

use crate::access::Refusal;
use crate::operation::{PlanError, StartRefusal};
use crate::web::fields::FormErrors;
use crate::{cluster, store};

/// How a command ended. Documented in `docs/command-line.md`; `apply` and `doctor` use the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum End {
    Done = 0,
    /// It began and did not succeed; or something was found.
    Failed = 1,
    /// Nothing was changed: what was asked makes no sense here, or could not be looked at.
    NotBegun = 2,
    /// Stopped on the way; it can go on.
    Stopped = 3,
    /// Nothing was changed: Kubernetes does not allow it.
    Forbidden = 4,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(end as u8)
    }
}

/// The end, and the words for whoever asked: what, and the next step.
#[derive(Debug)]
pub(in crate::cli) struct Fault {
    pub(in crate::cli) end: End,
    words: String,
}

impl Fault {
    pub(in crate::cli) fn not_begun(words: impl fmt::Display) -> Self {
        Self::new(End::NotBegun, words)
    }

    pub(in crate::cli) fn failed(words: impl fmt::Display) -> Self {
        Self::new(End::Failed, words)
    }

    pub(in crate::cli) fn stopped(words: impl fmt::Display) -> Self {
        Self::new(End::Stopped, words)
    }

    fn new(end: End, words: impl fmt::Display) -> Self {
        Self {
            end,
            words: words.to_string(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl From<cluster::Error> for Fault {
    fn from(error: cluster::Error) -> Self {
        let end = if matches!(error, cluster::Error::Forbidden { .. }) {
            End::Forbidden
        } else {
            End::NotBegun
        };
        Self::new(end, error)
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::not_begun(format!(
            "The file in which operations are kept cannot be used: {error}. Choose another folder with --state-home."
        ))
    }
}

impl From<PlanError> for Fault {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Cluster(error) => error.into(),
            PlanError::Store(error) => error.into(),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Cluster(error) => error.into(),
            Refusal::Store(error) => error.into(),
            Refusal::NotSignedIn => Self::not_begun(refusal),
            Refusal::Forbidden { ref verdict, .. } => {
                let why = match verdict.reason.as_str() {
                    "" => String::new(),
                    reason => format!(" Kubernetes says: {reason}."),
                };
                let next = "The ClusterRole kubeflow-admin-operator of deploy/base has it.";
                Self::new(
                    End::Forbidden,
                    format!("Kubernetes does not allow it: {refusal}.{why} {next}"),
                )
            }
        }
    }
}

impl From<StartRefusal> for Fault {
    fn from(refusal: StartRefusal) -> Self {
        match refusal {
            StartRefusal::Store(error) => error.into(),
            StartRefusal::Gone
            | StartRefusal::WrongState(_)
            | StartRefusal::Busy
            | StartRefusal::NotConfirmed
            | StartRefusal::Irreversible
            | StartRefusal::NotTemporary
            | StartRefusal::Obstacle(_)
            | StartRefusal::Hash => Self::not_begun(refusal),
        }
    }
}

/// What a page says at its fields, line by line.
impl From<FormErrors> for Fault {
    fn from(errors: FormErrors) -> Self {
        let lines: Vec<String> = errors.0.into_iter().map(|error| error.message).collect();
        Self::not_begun(lines.join("\n"))
    }
}
