//! Somebody changes the password of their own login, knowing the one before.
//!
//! An ordinary person may nothing on Password objects, and the ServiceAccount may write nothing. The write is made as
//! `kubeflow-admin:self-service`, an identity whose only rights are to read and patch them, and which is taken on after
//! Dex has signed the person in with the old password, at that moment. Without its Role nobody changes anything here.

use super::Desk;
use crate::cluster::{self, LoginAsItIs, Mode};
use crate::domain::{
    Actor, DEX_NAMESPACE, Email, Outcome, PasswordError, PlainPassword, ResourceRule, UserName,
};
use crate::operation::{self, Prover as _, hashed};
use crate::store;

/// What the identity must be allowed.
const RULES: [ResourceRule; 2] = [on_passwords("get"), on_passwords("patch")];

const fn on_passwords(verb: &'static str) -> ResourceRule {
    ResourceRule {
        verb,
        group: "dex.coreos.com",
        resource: "passwords",
        namespace: Some(DEX_NAMESPACE),
        name: None,
    }
}

/// Why the password is what it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("This is the password you have")]
    Same,
    #[error("Dex did not sign you in with this password: {0}")]
    NotYours(String),
    #[error("Dex did not sign you in with the new password, so the old one was put back: {0}")]
    NotProved(String),
    #[error("The password could not be hashed.")]
    Hash,
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Desk {
    /// Did whoever installed this let people change their own passwords? Kubernetes knows.
    pub async fn lets_people_change_passwords(&self) -> Result<bool, cluster::Error> {
        for rule in &RULES {
            let verdict = self.cluster.may(&Actor::self_service(), rule).await?;
            if !verdict.allowed {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The version is read before the old password is checked, so that nobody else's write in between is lost.
    pub async fn change_password(
        &self,
        email: &Email,
        old: String,
        new: String,
    ) -> Result<(), ChangeError> {
        if old == new {
            return Err(ChangeError::Same);
        }
        let password = PlainPassword::chosen(new, email)?;
        let acting = self.cluster.acting_as(&Actor::self_service())?;
        let login = acting.login_as_it_is(email).await?;
        if let Err(why) = self.prove(email, &PlainPassword::typed(old)).await {
            self.note_change(email, Outcome::Refused, "the old password was wrong")
                .await?;
            return Err(ChangeError::NotYours(why));
        }
        let hash = hashed(&password, operation::COST)
            .await
            .ok_or(ChangeError::Hash)?;
        for mode in [Mode::DryRun, Mode::Apply] {
            acting.set_password_of(&login, &hash, mode).await?;
        }
        if let Err(why) = self.prove(email, &password).await {
            self.put_back(email, &login).await?;
            return Err(ChangeError::NotProved(why));
        }
        let note = "the old password was checked at Dex; written as kubeflow-admin:self-service";
        self.note_change(email, Outcome::Done, note).await?;
        Ok(())
    }

    async fn put_back(&self, email: &Email, before: &LoginAsItIs) -> Result<(), ChangeError> {
        let acting = self.cluster.acting_as(&Actor::self_service())?;
        let now = acting.login_as_it_is(email).await?;
        acting
            .set_password_of(&now, &before.hash(), Mode::Apply)
            .await?;
        let note = "the new password was not proved; the old one was put back";
        self.note_change(email, Outcome::Failed, note).await?;
        Ok(())
    }

    async fn note_change(
        &self,
        email: &Email,
        outcome: Outcome,
        note: &str,
    ) -> Result<(), store::Error> {
        let who = UserName::from(email);
        self.record(&who, "login.password-changed", (outcome, note))
            .await
    }
}
