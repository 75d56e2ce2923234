//! The only way to the body of a form: token checked, size limited, errors by field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use subtle::ConstantTimeEq as _;

use super::frame::FrameSeed;
use super::paths;
use super::problem::Problem;

/// The fields of a form as sent: names may repeat, as rows do.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of a field, without the spaces around it; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// The first value of a field as it was typed: spaces belong to a password.
    pub fn secret(&self, name: &str) -> String {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }

    /// Every value of a repeated field, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(other, _)| other == name)
            .map(|(_, value)| value.trim())
    }

    pub fn is_checked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
}

/// The token that a form of this session carries.
pub(super) fn expected_token(request: &Request) -> String {
    let seed = request.extensions().get::<FrameSeed>();
    seed.map(|seed| seed.csrf.clone()).unwrap_or_default()
}

/// A form's fields after its token was checked.
pub struct CheckedForm(pub Fields);

impl<S: Send + Sync> FromRequest<S> for CheckedForm {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let expected = expected_token(&request);
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| unreadable())?;
        let fields = Fields(serde_html_form::from_bytes(&body).map_err(|_| unreadable())?);
        if !is_ours(fields.get("csrf"), &expected) {
            return Err(stale());
        }
        Ok(Self(fields))
    }
}

/// A form on a page without a session (one-time link): the origin check of the admission layer is its guard, and
/// the token in it is the secret itself.
pub struct PublicForm(pub Fields);

impl<S: Send + Sync> FromRequest<S> for PublicForm {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| unreadable())?;
        serde_html_form::from_bytes(&body)
            .map(|pairs| Self(Fields(pairs)))
            .map_err(|_| unreadable())
    }
}

/// Is it the token that this session's forms carry?
pub(super) fn is_ours(token: &str, expected: &str) -> bool {
    !expected.is_empty() && bool::from(token.as_bytes().ct_eq(expected.as_bytes()))
}

pub(super) fn unreadable() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "KA-FORM",
        "This form could not be read",
        "It was too large or not a form of ours.",
    )
    .input("Nothing was changed.")
    .way("Go to the start page", paths::HOME)
}

pub(super) fn stale() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "KA-TOKEN",
        "This form belongs to another session",
        "You signed in again since the form was opened. Open it once more and send it from there.",
    )
    .input("Nothing was changed.")
    .way("Go to the start page", paths::HOME)
}
