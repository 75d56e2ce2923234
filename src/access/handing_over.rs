//! The link by which somebody sets their first password: made by who ran the operation, as often as it gets lost.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::desk::lock_of;
use super::{Refusal, SignedIn};
use crate::clock;
use crate::cluster;
use crate::domain::{Operation, PasswordLink, Permission};
use crate::store;

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    #[error("This operation offers no link.")]
    NotOffered,
    #[error(
        "The password was set already, with the link or by somebody else. Reset it to make another link."
    )]
    Over,
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A new link, with the only copy of its token.
pub struct MadeLink {
    pub token: SecretString,
    pub expires_at: Timestamp,
}

impl SignedIn {
    /// Puts the link before, if there was one, out of use. The password will be written in this person's name.
    pub async fn make_password_link(&self, operation: &Operation) -> Result<MadeLink, MakeError> {
        self.require(Permission::WriteUsers)?;
        let (Some((email, hours)), Some(written)) =
            (operation.offered_link(), operation.written_hash())
        else {
            return Err(MakeError::NotOffered);
        };
        let acting = self.services.cluster.acting_as(self.actor())?;
        let login = acting.login_as_it_is(email).await?;
        if login.hash() != written {
            return Err(MakeError::Over);
        }
        let now = self.services.clock.now();
        let (token, expires_at) = (
            clock::new_token(),
            now + SignedDuration::from_hours(i64::from(hours)),
        );
        let link = PasswordLink {
            token: clock::hash_token(token.expose_secret()),
            email: email.clone(),
            lock: lock_of(written),
            maker: self.actor().clone(),
            created_at: now,
            expires_at,
        };
        self.services.store.password_link_replace(&link).await?;
        let note = format!("good until {expires_at:.0}");
        self.record("login.link-made", email.as_str(), &note)
            .await?;
        Ok(MadeLink { token, expires_at })
    }
}
