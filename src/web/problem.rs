//! A failure as a page: what happened, what became of your input, and where to go from here.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::paths;
use crate::access::{DeskError, Refusal};
use crate::cluster;
use crate::operation::{PlanError, StartRefusal};
use crate::store;

/// A way out, as a link.
#[derive(Debug, Clone)]
pub struct Way {
    pub label: String,
    pub href: String,
}

/// Becomes a page in the outermost layer, which knows who is signed in and how the page should look.
#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    pub headline: String,
    pub happened: String,
    /// What became of what the person typed or asked for.
    pub input: String,
    pub ways: Vec<Way>,
    /// Stable code for the troubleshooting page.
    pub code: &'static str,
}

impl Problem {
    pub fn new(
        status: StatusCode,
        code: &'static str,
        headline: &str,
        happened: impl Into<String>,
    ) -> Self {
        Self {
            status,
            headline: headline.to_owned(),
            happened: happened.into(),
            input: String::new(),
            ways: Vec::new(),
            code,
        }
    }

    /// For the summary of a form.
    pub fn in_a_line(&self) -> String {
        let (headline, code) = (&self.headline, self.code);
        let said = format!("{headline} ({code}). {} {}", self.happened, self.input);
        said.trim_end().to_owned()
    }

    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    #[must_use]
    pub fn way(mut self, label: &str, href: impl Into<String>) -> Self {
        self.ways.push(Way {
            label: label.to_owned(),
            href: href.into(),
        });
        self
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "KA-404",
            "Not found",
            format!("There is no {what}."),
        )
        .way("Go to the start page", paths::HOME)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "KA-STORE",
            "The dashboard’s own database does not answer",
            error.to_string(),
        )
        .input("Nothing was changed. Operations that were running go on by themselves once the database is back.")
        .way("Try again", "")
    }
}

impl From<cluster::Error> for Problem {
    fn from(error: cluster::Error) -> Self {
        let (status, code, headline) = match &error {
            cluster::Error::NotFound { .. } => (StatusCode::NOT_FOUND, "KA-404", "Not found"),
            cluster::Error::Forbidden { .. } => (
                StatusCode::FORBIDDEN,
                "KA-RBAC",
                "Kubernetes does not allow this",
            ),
            cluster::Error::AlreadyExists { .. }
            | cluster::Error::FieldConflict(_)
            | cluster::Error::Stale { .. } => (
                StatusCode::CONFLICT,
                "KA-CONFLICT",
                "Somebody else changed this",
            ),
            cluster::Error::Invalid { .. } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "KA-INVALID",
                "Kubernetes does not accept this",
            ),
            cluster::Error::Refused { .. } => (
                StatusCode::CONFLICT,
                "KA-DEX-CONFIG",
                "The configuration of Dex cannot be changed safely",
            ),
            cluster::Error::Disabled { .. } => (
                StatusCode::CONFLICT,
                "KA-LOGIN",
                "This cannot be done with this login",
            ),
            cluster::Error::MissingCrd { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "KA-CRD",
                "A part of Kubeflow is not installed",
            ),
            cluster::Error::Unreachable { .. } | cluster::Error::Throttled => (
                StatusCode::SERVICE_UNAVAILABLE,
                "KA-API",
                "The Kubernetes API does not answer",
            ),
            cluster::Error::Other { .. } => (
                StatusCode::BAD_GATEWAY,
                "KA-API-OTHER",
                "The Kubernetes API gave an answer we did not expect",
            ),
        };
        Self::new(status, code, headline, error.to_string())
            .input("Nothing was changed.")
            .way("Go back to the start page", paths::HOME)
    }
}

impl From<PlanError> for Problem {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Cluster(error) => error.into(),
            PlanError::Store(error) => error.into(),
        }
    }
}

impl From<StartRefusal> for Problem {
    fn from(refusal: StartRefusal) -> Self {
        match refusal {
            StartRefusal::Store(error) => error.into(),
            StartRefusal::Gone => Self::not_found("operation of this name any more"),
            StartRefusal::WrongState(_)
            | StartRefusal::Busy
            | StartRefusal::NotConfirmed
            | StartRefusal::NotTemporary
            | StartRefusal::Irreversible
            | StartRefusal::Obstacle(_)
            | StartRefusal::Hash => Self::new(
                StatusCode::CONFLICT,
                "KA-OPERATION",
                "This operation cannot go on like that",
                refusal.to_string(),
            )
            .input("Nothing was changed."),
        }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        let (status, code) = match &error {
            DeskError::Store(_) | DeskError::Unavailable(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "KA-SIGN-IN")
            }
            DeskError::Expired | DeskError::Rejected(_) | DeskError::LinkSpent => {
                (StatusCode::UNAUTHORIZED, "KA-SIGN-IN")
            }
        };
        Self::new(status, code, "You are not signed in", error.to_string())
            .way("Sign in again", paths::SIGN_IN)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(error) => error.into(),
            Refusal::Cluster(error) => error.into(),
            Refusal::NotSignedIn => Self::new(
                StatusCode::UNAUTHORIZED,
                "KA-401",
                "You are not signed in",
                "This page is for people who are.",
            )
            .way("Sign in", paths::SIGN_IN),
            Refusal::Forbidden {
                permission,
                rule,
                verdict,
            } => {
                let mut happened = format!(
                    "Your account may not {}. It needs the right to {}.",
                    permission.describe(),
                    rule.describe()
                );
                if !verdict.reason.is_empty() {
                    happened.push_str(" The API server says: ");
                    happened.push_str(&verdict.reason);
                }
                Self::new(StatusCode::FORBIDDEN, "KA-403", "This is not open to you", happened)
                    .input("Nothing was changed. An administrator can grant the right in Kubernetes; it takes effect within a minute.")
                    .way("Go to your profiles", paths::MINE)
                    .way("See what you may do", paths::ACCOUNT)
            }
        }
    }
}
