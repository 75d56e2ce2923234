//! Somebody sets the password of their own login, with a link that an administrator made.
//!
//! The person may nothing in Kubernetes, so the write is made as the administrator who made the link, whose rights are
//! asked for again at that moment. A link is good for a login in one state: the hash that belongs to no password. The
//! write replaces that hash under the version that was read, so of all who try, one succeeds, whatever the store says.

use super::Desk;
use crate::clock;
use crate::cluster::{self, Mode};
use crate::domain::{
    Actor, Email, Outcome, PasswordError, PasswordLink, Permission, PlainPassword, TokenHash,
    UserName,
};
use crate::operation::{self, Prover as _, hashed};
use crate::store;

/// Why no password was set.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Used, expired, replaced by another, or never there: one answer for all, so that nothing can be learnt from it.
    #[error("This link was used already, has expired, or another took its place.")]
    Dead,
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(
        "{0}, who made this link, may no longer set passwords. Ask somebody who administers this Kubeflow for another one."
    )]
    MakerLostTheRight(UserName),
    #[error("The password could not be hashed.")]
    Hash,
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A password that was written.
#[derive(Debug)]
pub struct Chosen {
    pub email: Email,
    /// What Dex said when it was asked to sign the person in with it.
    pub proof: Result<(), String>,
}

impl Desk {
    /// For the page that asks for a password. Looking spends nothing (SEC-42).
    pub async fn password_link(&self, token: &str) -> Result<PasswordLink, LinkError> {
        let found = self
            .store
            .password_link_find(&clock::hash_token(token), self.clock.now())
            .await?;
        found.ok_or(LinkError::Dead)
    }

    /// Sets the password, once (SEC-36). Nothing is spent by a password that is refused.
    pub async fn choose_password(&self, token: &str, text: String) -> Result<Chosen, LinkError> {
        let link = self.password_link(token).await?;
        let password = PlainPassword::chosen(text, &link.email)?;
        if !self.may_still(&link.maker).await? {
            self.note_choice(&link, Outcome::Refused).await?;
            return Err(LinkError::MakerLostTheRight(link.maker.user));
        }
        let acting = self.cluster.acting_as(&link.maker)?;
        let login = acting.login_as_it_is(&link.email).await;
        let login = login.map_err(dead_or_broken)?;
        if lock_of(&login.hash()) != link.lock {
            return Err(LinkError::Dead);
        }
        let hash = hashed(&password, operation::COST)
            .await
            .ok_or(LinkError::Hash)?;
        for mode in [Mode::DryRun, Mode::Apply] {
            let written = acting.set_password_of(&login, &hash, mode).await;
            written.map_err(dead_or_broken)?;
        }
        self.note_choice(&link, Outcome::Done).await?;
        self.store.password_link_delete(&link.token).await?;
        let proof = self.prove(&link.email, &password).await.map(drop);
        if let Err(why) = &proof {
            tracing::warn!(%why, "password.not-proved");
        }
        Ok(Chosen {
            email: link.email,
            proof,
        })
    }

    /// Asked now, not remembered: an administrator may have gone since the link was made.
    async fn may_still(&self, maker: &Actor) -> Result<bool, cluster::Error> {
        for rule in Permission::WriteUsers.rules() {
            if !self.cluster.may(maker, rule).await?.allowed {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Both names: who chose the password, and in whose name it was written.
    async fn note_choice(&self, link: &PasswordLink, outcome: Outcome) -> Result<(), store::Error> {
        let maker = &link.maker.user;
        let note = match outcome {
            Outcome::Refused => format!(
                "by a link of {maker}, who may no longer set passwords; nothing was written"
            ),
            Outcome::Done | Outcome::Failed | Outcome::Undone => {
                format!("by a link of {maker}, and written in the name of {maker}")
            }
        };
        let who = UserName::from(&link.email);
        self.record(&who, "login.password-chosen", (outcome, &note))
            .await
    }
}

/// What is kept of the hash that a link may replace.
pub(in crate::access) fn lock_of(hash: &str) -> TokenHash {
    clock::hash_token(hash)
}

/// A login that is gone, disabled or was written to since is a dead link; who holds it learns no more.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum grows; every other case is answered alike"
)]
fn dead_or_broken(error: cluster::Error) -> LinkError {
    match error {
        cluster::Error::NotFound { .. }
        | cluster::Error::Disabled { .. }
        | cluster::Error::Stale { .. } => LinkError::Dead,
        other => LinkError::Cluster(other),
    }
}
