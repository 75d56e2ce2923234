//! What each step does and how it is taken back.

use serde_json::Value;

use super::run::{Leave, Run};
use super::{dated, logins, upkeep};
use crate::cluster::{self, Acting, Direction, Mode, NewLogin, NewProfile, QuotaChange};
use crate::domain::{Email, Manager, PlainPassword, Repair, Step, Upkeep, UserName};
use crate::store;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0}")]
    NotReached(String),
    #[error("The new login was written, but Dex did not accept it: {0}")]
    NotProved(String),
    #[error(
        "{object} has been kept by {} since this was planned. Nothing was changed in it; discard this and plan again.", .manager.as_str()
    )]
    KeptInGit { object: String, manager: Manager },
    #[error("{0}")]
    NobodyLeft(String),
    #[error("The plan holds no hash for this login. Discard it and plan again.")]
    NoHash,
}

/// What undoing a step came to.
pub(super) enum Undo {
    Done(String),
    Nothing,
}

impl Run {
    /// Does one step. What was there before is stored before anything is written.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    pub(super) async fn do_step(
        &mut self,
        index: usize,
    ) -> Result<Result<String, StepError>, Leave> {
        let acting = match self.acting() {
            Ok(acting) => acting,
            Err(error) => return Ok(Err(error)),
        };
        let step = self.operation.steps[index].step.clone();
        if let Step::EditDexConfig { edits } = &step {
            return self.edit_dex(&acting, index, edits).await;
        }
        if let Step::Import(part) = &step {
            return self.import(acting, index, part).await;
        }
        if let Step::Release(part) = &step {
            return self.release(acting, index, part).await;
        }
        if self.operation.steps[index].before.is_none()
            && let Err(error) = self.look_first(&acting, index, &step).await?
        {
            return Ok(Err(error));
        }
        match &step {
            Step::WaitForProfile { name } => self.wait_for_profile(index, name).await,
            Step::WaitForQuota { name, quota } => self.wait_for_quota(name, quota).await,
            Step::WaitForProfileGone { name } => self.wait_until_gone(name).await,
            Step::ProveSignIn { email } => Ok(self.prove(email).await),
            Step::Upkeep(Upkeep::WaitForOwner { profile, owner }) => {
                self.wait_for_owner(profile, owner).await
            }
            Step::WaitForDex => self.wait_for_dex(index).await,
            Step::ProveDex => Ok(self.prove_dex(&acting).await),
            Step::ProveSame {
                email,
                user_id,
                shipped,
            } => {
                let password = shipped.then(PlainPassword::shipped);
                Ok(self.prove_same(&acting, email, (user_id, password)).await)
            }
            Step::EndSessions { email, user_id } => {
                Ok(self.end_sessions(&acting, email, user_id).await)
            }
            Step::Administrator(change) => {
                Ok(self.change_administrator(&acting, index, change).await)
            }
            Step::OffBoard(checklist) => Ok(self.check_who_stays(&acting, checklist).await),
            _ => Ok(self.write(&acting, index, &step).await),
        }
    }

    pub(super) fn acting(&self) -> Result<Acting, StepError> {
        if let Some(acting) = self.acting.get() {
            return Ok(acting.clone());
        }
        let acting = self.engine.parts.cluster.acting_as(&self.operation.actor)?;
        Ok(self.acting.get_or_init(|| acting).clone())
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm per case; split up it would be harder to compare"
    )]
    async fn write(&self, acting: &Acting, index: usize, step: &Step) -> Result<String, StepError> {
        let id = self.operation.id;
        self.note_request(step).await?;
        match step {
            Step::CreateLogin {
                email,
                username,
                user_id,
                hash,
            } => {
                let hash = Some(hash.clone().ok_or(StepError::NoHash)?);
                let login = NewLogin {
                    email: email.clone(),
                    username: username.clone(),
                    user_id: user_id.clone(),
                    hash,
                };
                acting.create_login(&login, id, Mode::Apply).await?;
                Ok(format!(
                    "Login {email} is in Dex; it works at once, without a restart."
                ))
            }
            Step::SetPassword { email, hash } => {
                let hash = hash.as_deref().ok_or(StepError::NoHash)?;
                acting.set_password(email, Some(hash), Mode::Apply).await?;
                if self.operation.offered_link().is_some() {
                    return Ok(format!("The old password of {email} no longer works."));
                }
                Ok(format!("New password set for {email}."))
            }
            Step::DeleteLogin { email } => {
                acting.delete_login(email, Mode::Apply).await?;
                Ok(format!("Login {email} is gone from Dex."))
            }
            Step::CreateProfile { name, owner, quota } => {
                acting
                    .create_profile(&NewProfile { name, owner, quota }, id, Mode::Apply)
                    .await?;
                Ok(format!("Profile {name} created."))
            }
            Step::SetQuota {
                name,
                quota,
                remove,
            } => {
                let accepted = &self.operation.steps[index].conflicts;
                acting
                    .set_quota(
                        &QuotaChange {
                            name,
                            quota,
                            remove,
                            accepted,
                        },
                        Mode::Apply,
                    )
                    .await?;
                Ok(format!("Quota of {name} written to the profile."))
            }
            Step::DeleteProfile { name } => {
                acting.delete_profile(name, Mode::Apply).await?;
                Ok(format!("Profile {name} marked for deletion."))
            }
            Step::AddContributor {
                profile,
                user,
                role,
            } => {
                acting
                    .add_contributor(profile, user, *role, Mode::Apply)
                    .await?;
                Ok(format!("{user} has {role} in {profile}."))
            }
            Step::RemoveContributor {
                profile,
                user,
                role,
            } => {
                acting
                    .remove_contributor(profile, user, *role, Mode::Apply)
                    .await?;
                Ok(format!("{user} no longer has {role} in {profile}."))
            }
            Step::Dated(step) => self.write_dated(acting, step).await,
            Step::Upkeep(step) => {
                let accepted = &self.operation.steps[index].conflicts;
                Ok(upkeep::write(acting, accepted, step).await?)
            }
            Step::Login(step) => self.write_login(acting, step).await,
            Step::Repair { repair, .. } => {
                let before = self.operation.steps[index].before.as_ref();
                let before = before.and_then(|before| before.get("found"));
                acting.repair(repair, (id, before), Mode::Apply).await?;
                if let Repair::ExpandClaim { claim, size } = repair {
                    return Ok(format!(
                        "{claim} asks for {size}. The page Storage shows the new size once the provisioner has grown the volume; some do so only when the pod that uses it starts anew."
                    ));
                }
                Ok(format!("{} is as it should be.", repair.object()))
            }
            Step::SetUserId { email, user_id } => {
                acting.set_user_id(email, user_id, Mode::Apply).await?;
                Ok(format!("{email} has a user ID of its own."))
            }
            Step::CopyLogin { email } => {
                acting.copy_login(email, id, Mode::Apply).await?;
                Ok(format!(
                    "Password object of {email} is there. The static entry hides it until it is gone."
                ))
            }
            Step::RestartDex => {
                let edits = self.static_edits();
                self.restart_dex(acting, Direction::Forward(&edits)).await
            }
            Step::EditDexConfig { .. }
            | Step::EndSessions { .. }
            | Step::WaitForProfile { .. }
            | Step::WaitForQuota { .. }
            | Step::WaitForProfileGone { .. }
            | Step::WaitForDex
            | Step::ProveDex
            | Step::ProveSame { .. }
            | Step::Import(_)
            | Step::Administrator(_)
            | Step::OffBoard(_)
            | Step::Release(_)
            | Step::ProveSignIn { .. } => Ok(String::new()),
        }
    }

    async fn end_sessions(
        &self,
        acting: &Acting,
        email: &Email,
        user_id: &str,
    ) -> Result<String, StepError> {
        let at_dex = acting.end_dex_sessions(email, user_id).await?;
        let here = self
            .engine
            .parts
            .store
            .sessions_delete_of(&UserName::from(email))
            .await?;
        Ok(format!(
            "{here} sessions here and {at_dex} refresh tokens at Dex ended. A session at Kubeflow's gateway lives on \
             for up to 24 hours."
        ))
    }

    async fn prove(&self, email: &Email) -> Result<String, StepError> {
        let Some(password) = self.engine.secrets.peek(&self.operation.id) else {
            return Err(StepError::NotProved(
                "the password is no longer in memory; resume to set a new one".into(),
            ));
        };
        let proved = if self.static_edits().is_empty() {
            self.engine.parts.prover.prove(email, &password).await
        } else {
            self.sign_in_soon(email, &password).await
        };
        match proved {
            Ok(_) => Ok(format!("Dex signed {email} in with the new password.")),
            Err(why) => Err(StepError::NotProved(why)),
        }
    }

    /// Takes one step back, to what was stored before it ran.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per case; split up it would be harder to compare"
    )]
    pub(super) async fn undo_step(&self, index: usize) -> Result<Undo, StepError> {
        let record = &self.operation.steps[index];
        let Some(before) = &record.before else {
            return Ok(Undo::Nothing);
        };
        let found: Option<&Value> = before.get("found");
        let acting = self.acting()?;
        let id = self.operation.id;
        match &record.step {
            Step::CreateLogin { email, .. } | Step::CopyLogin { email } => {
                acting.undo_create_login(email, id).await?;
                Ok(Undo::Done(format!("Login {email} removed again.")))
            }
            Step::SetUserId { email, .. } => {
                let Some(found) = found else {
                    return Ok(Undo::Nothing);
                };
                acting.restore_user_id(email, found).await?;
                Ok(Undo::Done(format!("{email} has the user ID of before.")))
            }
            Step::SetPassword { email, .. } | Step::DeleteLogin { email } => {
                let Some(found) = found else {
                    return Ok(Undo::Nothing);
                };
                acting.restore_login(email, found).await?;
                Ok(Undo::Done(format!("Login {email} is as it was before.")))
            }
            Step::CreateProfile { name, .. } => {
                acting.undo_create_profile(name, id).await?;
                Ok(Undo::Done(format!("Profile {name} removed again.")))
            }
            Step::SetQuota { name, .. } => {
                let Some(found) = found else {
                    return Ok(Undo::Nothing);
                };
                acting.restore_quota(name, found).await?;
                Ok(Undo::Done(format!("Quota of {name} is as it was before.")))
            }
            Step::AddContributor {
                profile,
                user,
                role,
            } if found.is_none() => {
                acting
                    .remove_contributor(profile, user, *role, Mode::Apply)
                    .await?;
                Ok(Undo::Done(format!("{user} is no longer in {profile}.")))
            }
            Step::RemoveContributor {
                profile,
                user,
                role,
            } if found.is_some() => {
                let until = dated::former_until(found, self.engine.clock.now());
                let place = (profile, user, *role);
                acting.let_in(place, until, Mode::Apply).await?;
                Ok(Undo::Done(format!("{user} is in {profile} again.")))
            }
            Step::Dated(step) => {
                let undone = self.undo_dated(&acting, step, found).await?;
                self.restore_request(&record.step, before).await?;
                Ok(undone)
            }
            Step::Upkeep(step) => {
                let now = self.engine.clock.now();
                let undone = upkeep::undo(&acting, step, (found, now)).await?;
                self.restore_request(&record.step, before).await?;
                Ok(undone.map_or(Undo::Nothing, Undo::Done))
            }
            Step::Login(step) => Ok(logins::undo(&acting, step, found)
                .await?
                .map_or(Undo::Nothing, Undo::Done)),
            Step::Repair { repair, .. } => {
                acting.undo_repair(repair, found, id).await?;
                Ok(Undo::Done(format!(
                    "{} is as it was before.",
                    repair.object()
                )))
            }
            Step::Administrator(change) => self.undo_administrator(&acting, change, found).await,
            Step::OffBoard(_)
            | Step::AddContributor { .. }
            | Step::RemoveContributor { .. }
            | Step::DeleteProfile { .. }
            | Step::EndSessions { .. }
            | Step::WaitForProfile { .. }
            | Step::WaitForQuota { .. }
            | Step::WaitForProfileGone { .. }
            | Step::EditDexConfig { .. }
            | Step::RestartDex
            | Step::WaitForDex
            | Step::ProveDex
            | Step::ProveSame { .. }
            | Step::Import(_)
            | Step::Release(_)
            | Step::ProveSignIn { .. } => Ok(Undo::Nothing),
        }
    }
}
