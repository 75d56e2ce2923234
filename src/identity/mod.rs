//! Signing in at Dex: the code flow, the ID token, the proof of a login, and the way to Dex for browsers that reach us
//! directly.
//!
//! The browser is sent to the relative `/dex/auth`; token and keys are fetched where we reach Dex ourselves, because
//! the issuer's name is known inside the cluster only. Knows http, oauth2 and jsonwebtoken; nothing of axum, kube and SQL.

mod authorize;
mod error;
mod exchange;
mod forward;
mod http;
mod keys;
mod prove;
pub mod throttle;
mod token;

use jiff::Timestamp;
use secrecy::SecretString;

pub use authorize::{SignIn, begin};
pub use error::{Error, ForwardError};
pub use token::Claims;

use self::http::Http;
use self::keys::Keys;

/// Our client as Dex knows it.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Compared with `iss` byte for byte.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Relative; the same literal at both ends of the flow.
    pub redirect: String,
}

/// What was remembered of a sign-in on its way.
#[derive(Debug, Clone, Copy)]
pub struct Pending<'a> {
    pub nonce: &'a str,
    pub verifier: &'a str,
}

/// Dex, as we reach it.
pub struct Dex {
    http: Http,
    keys: Keys,
}

impl Dex {
    /// `upstream` is scheme, host and port, without `/dex`.
    pub fn new(upstream: &str) -> Self {
        Self {
            http: Http::new(upstream),
            keys: Keys::default(),
        }
    }

    /// Does Dex answer and say that it is well?
    pub async fn alive(&self) -> Result<(), Error> {
        let answer = self.http.get("/dex/healthz").await?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(Error::Unreachable(format!(
                "Dex says that it is not well ({}).",
                answer.status()
            )))
        }
    }

    /// The code becomes a verified identity.
    pub async fn finish(
        &self,
        provider: &Provider,
        code: &str,
        pending: &Pending<'_>,
        now: Timestamp,
    ) -> Result<Claims, Error> {
        let id_token = exchange::exchange(&self.http, provider, code, pending.verifier).await?;
        let keys = self.keys.for_token(&self.http, &id_token).await?;
        let expected = token::Expected {
            provider,
            nonce: pending.nonce,
            now,
        };
        token::verify(&id_token, &keys, &expected).map_err(Error::Rejected)
    }
}
