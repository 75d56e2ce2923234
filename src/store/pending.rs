//! Sign-ins on their way: sent to Dex, not back yet.

use std::fmt;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::row::{clean, millis, text, time};
use super::{Error, Store};
use crate::domain::TokenHash;

/// What must be known when the browser comes back from Dex.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingSignIn {
    pub state: TokenHash,
    /// Hash of the cookie that ties the sign-in to the browser that began it (SEC-12).
    pub browser: TokenHash,
    pub nonce: String,
    /// PKCE verifier; worth something only together with a code.
    pub verifier: String,
    /// Local path to go to afterwards.
    pub next: String,
    pub expires_at: Timestamp,
}

impl fmt::Debug for PendingSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSignIn")
            .field("next", &self.next)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Store {
    pub async fn pending_insert(&self, pending: &PendingSignIn) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/pending_insert.sql"))
            .bind(pending.state.as_str().to_owned())
            .bind(pending.browser.as_str().to_owned())
            .bind(pending.nonce.clone())
            .bind(pending.verifier.clone())
            .bind(clean(&pending.next))
            .bind(millis(pending.expires_at));
        self.change(statement).await.map(drop)
    }

    /// Of all who try, exactly one gets it, and only before it expires.
    pub async fn pending_take(
        &self,
        state: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<PendingSignIn>, Error> {
        let statement = sqlx::query(include_str!("sql/pending_take.sql"))
            .bind(state.as_str().to_owned())
            .bind(millis(now));
        self.row(statement).await?.as_ref().map(pending).transpose()
    }

    pub async fn pending_delete_expired(&self, now: Timestamp) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/pending_delete_expired.sql")).bind(millis(now));
        self.change(statement).await
    }
}

fn pending(row: &AnyRow) -> Result<PendingSignIn, Error> {
    Ok(PendingSignIn {
        state: TokenHash::from_hex(text(row, "state")?),
        browser: TokenHash::from_hex(text(row, "browser")?),
        nonce: text(row, "nonce")?,
        verifier: text(row, "verifier")?,
        next: text(row, "next")?,
        expires_at: time(row, "expires_at")?,
    })
}
