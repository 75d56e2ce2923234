//! What handlers take from a request. Whatever is missing becomes a page.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::access::{Access, SignedIn};

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(undeclared)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Access {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(undeclared)
    }
}

/// A handler asks for more than its route declares: refused, whoever asks.
fn undeclared() -> Problem {
    tracing::error!("route.undeclared-permission");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "KA-ROUTE",
        "This page is broken",
        "The page asks for a right that its address does not declare. Please report this.",
    )
}

/// The parts of the path; what does not fit is “not found”.
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    #[expect(
        clippy::disallowed_types,
        reason = "the one place that turns axum's rejection into a page"
    )]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(|path| Self(path.0))
            .map_err(|_| Problem::not_found("such page"))
    }
}

/// The query; unreadable parts fall back to their defaults, so that no address makes a list fail.
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned + Default + Send,
    S: Send + Sync,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(
            serde_html_form::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default(),
        ))
    }
}

/// Where a request comes from, for throttling and for the list of sessions. The socket's address: headers can be
/// forged, and no decision about identity is made from it.
#[derive(Debug, Clone)]
pub struct Caller {
    pub address: String,
    pub agent: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let info = parts
            .extensions
            .get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
        let agent = parts
            .headers
            .get(http::header::USER_AGENT)
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default();
        Ok(Self {
            address: info.map_or_else(String::new, |info| info.0.ip().to_string()),
            agent: agent
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect(),
        })
    }
}
