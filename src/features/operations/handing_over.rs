//! The link to set a password that an operation ends with.

use http::{HeaderMap, StatusCode, header};
use secrecy::ExposeSecret as _;

use super::receipt::Secret;
use crate::access::{MakeError, SignedIn};
use crate::clock::Clock;
use crate::domain::{Operation, State};
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::scheme::Scheme;
use crate::web::view::{Action, When};

pub(super) const WAITING: &str = "Nobody knows a password of this login. Make a link and hand it over; each new one puts the one before out of use.";
pub(super) const SHOWN: &str = "Hand it over in a safe way: whoever uses it first sets the password. If it gets lost, make another one here.";
pub(super) const PRINTED: &str =
    "Open this address once and choose the password with which you sign in to Kubeflow.";

/// Whoever ran the operation may make it, again and again.
pub(super) fn button(signed_in: &SignedIn, operation: &Operation) -> Option<Action> {
    let offered = operation.offered_link().is_some() && operation.state == State::Done;
    let path = paths::fill(paths::OPERATION_RECEIPT, &operation.id.to_string());
    (offered && signed_in.is_mine(operation))
        .then(|| Action::allowed("Make a link to set the password", path))
}

pub(super) async fn make(
    signed_in: &SignedIn,
    operation: &Operation,
    headers: &HeaderMap,
) -> Result<Secret, Problem> {
    let made = signed_in
        .make_password_link(operation)
        .await
        .map_err(|error| problem(operation, error))?;
    let until = When::new(made.expires_at, Clock.now());
    Ok(Secret {
        label: format!("Link for {}", operation.subject),
        value: format!(
            "{}{}?token={}",
            origin(headers),
            paths::SET_PASSWORD,
            made.token.expose_secret()
        ),
        note: format!(
            "Works once, until {}. Shown once. It begins as the address by which you came here: somebody who reaches the dashboard by another one changes the beginning.",
            until.exact
        ),
    })
}

/// The address by which this browser came; the host was checked before any handler (SEC-38).
fn origin(headers: &HeaderMap) -> String {
    let scheme = match Scheme::of(headers) {
        Scheme::Http => "http",
        Scheme::Https => "https",
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    format!("{scheme}://{}", host.unwrap_or_default())
}

fn problem(operation: &Operation, error: MakeError) -> Problem {
    match error {
        MakeError::NotOffered | MakeError::Over => Problem::new(
            StatusCode::CONFLICT,
            "KA-LINK",
            "No link was made",
            error.to_string(),
        )
        .input("Nothing was changed.")
        .way("See the user", paths::fill(paths::USER, &operation.subject)),
        MakeError::Refusal(refusal) => refusal.into(),
        MakeError::Cluster(error) => error.into(),
        MakeError::Store(error) => error.into(),
    }
}
