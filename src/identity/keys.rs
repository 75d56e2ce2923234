//! Dex's public keys, kept until a token names one that is not among them.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Error;
use super::http::Http;
use super::token::key_id;

/// Unknown key ids make us ask at most this often: anybody can send one.
const PAUSE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Keys {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: Option<Arc<JwkSet>>,
    fetched: Option<Instant>,
}

impl Keys {
    /// Keys that hold the one which signed this token, as far as Dex has it. Callers share one fetch.
    pub(super) async fn for_token(&self, http: &Http, token: &str) -> Result<Arc<JwkSet>, Error> {
        let mut known = self.known.lock().await;
        let id = key_id(token);
        if let Some(keys) = &known.keys {
            let has = id.as_deref().is_some_and(|id| keys.find(id).is_some());
            let just_asked = known.fetched.is_some_and(|at| at.elapsed() < PAUSE);
            if has || just_asked {
                return Ok(keys.clone());
            }
        }
        let keys = Arc::new(fetch(http).await?);
        *known = Known {
            keys: Some(keys.clone()),
            fetched: Some(Instant::now()),
        };
        Ok(keys)
    }
}

async fn fetch(http: &Http) -> Result<JwkSet, Error> {
    let answer = http.get("/dex/keys").await?;
    if !answer.status().is_success() {
        return Err(Error::Unexpected(format!(
            "its keys cannot be read ({})",
            answer.status()
        )));
    }
    serde_json::from_slice(answer.body())
        .map_err(|error| Error::Unexpected(format!("its keys cannot be read: {error}")))
}
