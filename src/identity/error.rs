//! What can go wrong between us and Dex, in sentences with the next step.

use super::token::Rejected;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Down, or dropped on the way: a NetworkPolicy drops silently.
    #[error(
        "Dex does not answer: {0} Look at the deployment dex in namespace auth; a NetworkPolicy there may also drop us."
    )]
    Unreachable(String),
    #[error(
        "Dex does not know our client, or its secret was changed. It is registered again; try once more."
    )]
    ClientUnknown,
    #[error("Dex did not accept the sign-in: {0}")]
    Refused(String),
    #[error("the ID token was not accepted: {0}")]
    Rejected(Rejected),
    #[error("Dex does not accept the password.")]
    WrongPassword,
    #[error("Dex answered in an unexpected way: {0}")]
    Unexpected(String),
}

/// Why a request is not passed on to Dex, or has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    #[error("this path is not passed on to Dex")]
    NotAllowed,
    #[error("{0}")]
    Unreachable(String),
}
