//! How the steps about a login that stays are tried, done and taken back.

use serde_json::Value;

use super::run::Run;
use super::step::StepError;
use crate::clock;
use crate::cluster::{self, Acting, Applied, Mode};
use crate::domain::{Email, LoginStep, hash_of_nothing, lasting};

/// The dry run; `None` for a step that writes nothing to the cluster.
pub(super) async fn rehearse(
    acting: &Acting,
    step: &LoginStep,
) -> Result<Option<Applied>, cluster::Error> {
    match step {
        LoginStep::Disable { email } => disable(acting, email, Mode::DryRun).await.map(Some),
        LoginStep::Enable { email } => acting.enable_login(email, Mode::DryRun).await.map(Some),
        LoginStep::OfferLink { .. } => Ok(None),
    }
}

async fn disable(acting: &Acting, email: &Email, mode: Mode) -> Result<Applied, cluster::Error> {
    let nothing = hash_of_nothing(&mut clock::random_u32);
    acting.disable_login(email, &nothing, mode).await
}

/// Puts back what was there before; `None`: there is nothing to put back.
pub(super) async fn undo(
    acting: &Acting,
    step: &LoginStep,
    found: Option<&Value>,
) -> Result<Option<String>, cluster::Error> {
    match (step, found) {
        (LoginStep::Disable { email }, Some(_)) => {
            acting.enable_login(email, Mode::Apply).await?;
            Ok(Some(format!(
                "{email} can sign in with the same password again."
            )))
        }
        (LoginStep::Enable { email }, Some(_)) => {
            disable(acting, email, Mode::Apply).await?;
            Ok(Some(format!("{email} is disabled again.")))
        }
        (LoginStep::Disable { .. } | LoginStep::Enable { .. }, None)
        | (LoginStep::OfferLink { .. }, _) => Ok(None),
    }
}

impl Run {
    /// Does it, and says how it went.
    pub(super) async fn write_login(
        &self,
        acting: &Acting,
        step: &LoginStep,
    ) -> Result<String, StepError> {
        match step {
            LoginStep::Disable { email } => {
                disable(acting, email, Mode::Apply).await?;
                Ok(format!(
                    "Nobody can sign in as {email}. The hash of the password waits in the Password object."
                ))
            }
            LoginStep::Enable { email } => {
                acting.enable_login(email, Mode::Apply).await?;
                Ok(format!(
                    "{email} can sign in again, with the password of before."
                ))
            }
            LoginStep::OfferLink { email, hours } => {
                let login = acting.login_as_it_is(email).await?;
                if Some(login.hash().as_str()) != self.operation.written_hash() {
                    let why = format!("Somebody else set a password for {email} in the meantime.");
                    return Err(StepError::NotReached(why));
                }
                Ok(format!(
                    "Nobody knows a password for {email}. A link can be made; it is good for {}.",
                    lasting(*hours)
                ))
            }
        }
    }
}
