//! What can go wrong at the API server, in sentences with the next step.
//!
//! Owns the one translation from `kube::Error`. Knows which kinds hold secrets and repeats nothing that the API
//! server said about their content (SEC-16, SEC-17).

use kube::core::Status;

use super::conflicts;
use super::kinds::{Content, Kind};
use crate::domain::Conflict;

/// Why the cluster did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{kind} {name} does not exist (any more)")]
    NotFound { kind: &'static str, name: String },
    #[error("{kind} {name} exists already. {note}")]
    AlreadyExists {
        kind: &'static str,
        name: String,
        note: String,
    },
    #[error("Other tools own what would change: {}", conflicts::sentence(.0))]
    FieldConflict(Vec<Conflict>),
    #[error(
        "{kind} {name} was changed by somebody else in the meantime; look at it again and repeat"
    )]
    Stale { kind: &'static str, name: String },
    #[error("Kubernetes does not allow it: {verb} {resource}{}. {message}", place(.namespace.as_deref()))]
    Forbidden {
        verb: &'static str,
        resource: String,
        namespace: Option<String>,
        message: String,
    },
    #[error("Kubernetes refuses {kind} {name}: {message}")]
    Invalid {
        kind: &'static str,
        name: String,
        /// Field and message, as the API server gives them.
        causes: Vec<(String, String)>,
        message: String,
    },
    /// No new password enables a login that somebody disabled.
    #[error(
        "The login {email} is disabled, and a new password would let somebody in. Enable it first"
    )]
    Disabled { email: String },
    /// A text in an object that this program does not dare to edit.
    #[error("{what} was left alone: {why}.")]
    Refused { what: String, why: String },
    #[error(
        "The cluster does not know the kind {kind}: the part of Kubeflow that brings it is not installed, or never started"
    )]
    MissingCrd { kind: &'static str },
    #[error("The Kubernetes API server cannot be reached: {why}")]
    Unreachable { why: String },
    #[error("The Kubernetes API server is busy and asks to wait; try again in a moment")]
    Throttled,
    #[error("Kubernetes answered with an error ({status}): {message}")]
    Other { status: u16, message: String },
}

/// What was being tried, for the words of the error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) verb: &'static str,
    pub(crate) kind: Kind,
    pub(crate) namespace: Option<&'a str>,
    /// Empty for a list.
    pub(crate) name: &'a str,
}

const WITHHELD: &str =
    "The API server’s words are withheld, because they may repeat a secret value.";

impl Error {
    /// The one translation of what the client reports.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    pub(crate) fn of(attempt: &Attempt<'_>, error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::of_status(attempt, &status),
            kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => Self::Other {
                status: 200,
                message: format!(
                    "the answer about {} cannot be read",
                    attempt.kind.resource()
                ),
            },
            other => Self::Unreachable {
                why: sources(&other),
            },
        }
    }

    pub(crate) fn of_status(attempt: &Attempt<'_>, status: &Status) -> Self {
        let (kind, name) = (attempt.kind.kind, attempt.name.to_owned());
        match (status.reason.as_str(), status.code) {
            ("AlreadyExists", _) => Self::AlreadyExists {
                kind,
                name,
                note: "Choose another name, or remove it first.".to_owned(),
            },
            ("Conflict", _) => match conflicts::from_status(status) {
                found if found.is_empty() => Self::Stale { kind, name },
                found => Self::FieldConflict(found),
            },
            ("Invalid", _) | (_, 422 | 400) => Self::Invalid {
                kind,
                name,
                causes: causes(attempt, status),
                message: message(attempt, status),
            },
            ("Forbidden", _) | (_, 403) => Self::forbidden(attempt, status),
            (_, 404) => not_found(attempt, status),
            (_, 429) => Self::Throttled,
            (_, 503 | 504) => Self::Unreachable {
                why: message(attempt, status),
            },
            (_, code) => Self::Other {
                status: code,
                message: message(attempt, status),
            },
        }
    }

    fn forbidden(attempt: &Attempt<'_>, status: &Status) -> Self {
        // RBAC writes these words and repeats no content; an admission webhook may.
        let of_rbac = status.message.contains(" cannot ");
        let message = if of_rbac {
            status.message.clone()
        } else {
            message(attempt, status)
        };
        Self::Forbidden {
            verb: attempt.verb,
            resource: attempt.kind.resource(),
            namespace: attempt.namespace.map(str::to_owned),
            message,
        }
    }

    /// Trouble that passes by itself, for which trying again is right.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Throttled | Self::Stale { .. } => true,
            Self::Other { status, .. } => *status >= 500,
            Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::FieldConflict(_)
            | Self::Forbidden { .. }
            | Self::Invalid { .. }
            | Self::Refused { .. }
            | Self::Disabled { .. }
            | Self::MissingCrd { .. } => false,
        }
    }

    /// Is the thing simply not there?
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }
}

/// A 404 about a name is an absent object; one without is an absent kind.
fn not_found(attempt: &Attempt<'_>, status: &Status) -> Error {
    let details = status.details.as_ref();
    if let Some(namespace) =
        details.filter(|d| d.kind == "namespaces" && attempt.kind.plural != "namespaces")
    {
        return Error::NotFound {
            kind: "Namespace",
            name: namespace.name.clone(),
        };
    }
    if details.is_some_and(|d| !d.name.is_empty()) && !attempt.name.is_empty() {
        return Error::NotFound {
            kind: attempt.kind.kind,
            name: attempt.name.to_owned(),
        };
    }
    Error::MissingCrd {
        kind: attempt.kind.kind,
    }
}

fn message(attempt: &Attempt<'_>, status: &Status) -> String {
    match attempt.kind.content {
        Content::Plain => status.message.clone(),
        Content::Secret => WITHHELD.to_owned(),
    }
}

fn causes(attempt: &Attempt<'_>, status: &Status) -> Vec<(String, String)> {
    let found = status.details.iter().flat_map(|details| &details.causes);
    match attempt.kind.content {
        Content::Plain => found
            .map(|cause| (cause.field.clone(), cause.message.clone()))
            .collect(),
        Content::Secret => found
            .map(|cause| (cause.field.clone(), WITHHELD.to_owned()))
            .collect(),
    }
}

fn place(namespace: Option<&str>) -> String {
    namespace.map_or_else(String::new, |name| format!(" in namespace {name}"))
}

/// The chain of causes: the outermost words of a connection error say nothing.
fn sources(error: &dyn std::error::Error) -> String {
    let mut words = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !words.iter().any(|known| known.contains(&text)) {
            words.push(text);
        }
        next = cause.source();
    }
    words.join(": ")
}
