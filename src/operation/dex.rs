//! A change of Dex's configuration as a guarded roll-out: written, restarted, waited for, proved by a real sign-in;
//! and put back, restarted and proved when Dex does not come up with it.

use std::time::Duration;

use super::hashing::hashed;
use super::run::{Leave, PATIENCE, Run};
use super::step::StepError;
use super::wait::POLL;
use crate::clock;
use crate::cluster::{self, Acting, Direction, Mode, NewLogin, PutBack, Rollout};
use crate::domain::{
    Email, Outcome, PlainPassword, State, StaticEdit, Step, StepState, subject_of,
};

/// A new pod of Dex is waited for this long.
const DEX_LIMIT: Duration = Duration::from_mins(3);
/// After a restart the way to the new pod may take a moment to be known everywhere.
const PROOF_LIMIT: Duration = Duration::from_secs(20);
/// How often a write is tried at once while others write, before it is waited.
const ATTEMPTS: u32 = 10;
/// Nobody has addresses there, and nobody ever will.
const PROBE_HOST: &str = "probe.kubeflow-admin.invalid";
/// The lowest cost that Dex accepts: the login lives for a second.
const PROBE_COST: u32 = 10;

impl Run {
    /// What was there before is stored before anything is written, and again when somebody else wrote in between.
    pub(super) async fn edit_dex(
        &mut self,
        acting: &Acting,
        index: usize,
        edits: &[StaticEdit],
    ) -> Result<Result<String, StepError>, Leave> {
        let mut attempt = 1;
        loop {
            let record = &self.operation.steps[index];
            let earlier = record.before.as_ref().map(|before| before["found"].clone());
            let write = match acting.prepare_dex(edits, earlier.as_ref()).await {
                Ok(write) => write,
                Err(error) => return Ok(Err(error.into())),
            };
            let before = serde_json::json!({ "found": write.before });
            self.operation.steps[index].before = Some(before);
            self.save().await?;
            match acting.write_dex(&write, Mode::Apply).await {
                Ok(_) => {
                    let detail = "Written. Dex reads it when it starts the next time.";
                    return Ok(Ok(detail.to_owned()));
                }
                // Somebody is writing right now; the next moment is as good as one later.
                Err(cluster::Error::Stale { .. }) if attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Ok(Err(error.into())),
            }
        }
    }

    pub(super) async fn restart_dex(
        &self,
        acting: &Acting,
        direction: Direction<'_>,
    ) -> Result<String, StepError> {
        let now = self.engine.clock.now();
        acting
            .restart_dex(self.operation.id, direction, now, Mode::Apply)
            .await?;
        Ok("Dex was told to start anew. The old pod serves until the new one is up.".to_owned())
    }

    /// The edits of this operation, for the mark of its restart.
    pub(super) fn static_edits(&self) -> Vec<StaticEdit> {
        let mut all = Vec::new();
        for record in &self.operation.steps {
            if let Step::EditDexConfig { edits } = &record.step {
                all.extend(edits.iter().cloned());
            }
        }
        all
    }

    pub(super) async fn wait_for_dex(
        &mut self,
        index: usize,
    ) -> Result<Result<String, StepError>, Leave> {
        let began = tokio::time::Instant::now();
        loop {
            let why = match self.engine.parts.cluster.dex_rollout().await {
                Ok(Rollout::Done) => return Ok(Ok("The new pod of Dex is up.".to_owned())),
                Ok(Rollout::Broken(why)) => return Ok(Err(StepError::NotReached(why))),
                Ok(Rollout::Progressing(why)) => why,
                Err(error) => return Ok(Err(error.into())),
            };
            if began.elapsed() > DEX_LIMIT {
                let minutes = DEX_LIMIT.as_secs() / 60;
                let why = format!("Dex is not up after {minutes} minutes. {why}");
                return Ok(Err(StepError::NotReached(why)));
            }
            self.operation.steps[index].detail = why;
            self.pause().await?;
        }
    }

    /// A login is made, used at Dex's own pages, and deleted again.
    pub(super) async fn prove_dex(&self, acting: &Acting) -> Result<String, StepError> {
        let id = self.operation.id;
        let email = self.probe();
        let password = PlainPassword::generated(&mut clock::random_u32);
        let hash = hashed(&password, PROBE_COST).await;
        let login = NewLogin {
            email: email.clone(),
            username: "probe".to_owned(),
            user_id: id.to_string(),
            hash: Some(hash.ok_or(StepError::NoHash)?),
        };
        acting.create_login(&login, id, Mode::Apply).await?;
        let proved = self.sign_in_soon(&email, &password).await;
        acting.undo_create_login(&email, id).await?;
        match proved {
            Ok(_) => Ok(
                "Dex signed somebody in: a login that was made for this and is deleted again."
                    .to_owned(),
            ),
            Err(why) => Err(StepError::NotProved(why)),
        }
    }

    fn probe(&self) -> Email {
        let id = self.operation.id.0.simple();
        let address = format!("{id}@{PROBE_HOST}").parse();
        #[expect(
            clippy::expect_used,
            reason = "hexadecimal digits in front of a fixed host"
        )]
        address.expect("an address")
    }

    /// Signs in, and tries again for a while. Gives the subject that Dex names.
    pub(super) async fn sign_in_soon(
        &self,
        email: &Email,
        password: &PlainPassword,
    ) -> Result<String, String> {
        let began = tokio::time::Instant::now();
        loop {
            match self.engine.parts.prover.prove(email, password).await {
                Ok(subject) => return Ok(subject),
                Err(why) if began.elapsed() > PROOF_LIMIT => return Err(why),
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// The person is to Dex who they were before. With the password that Kubeflow ships a sign-in shows it; of any
    /// other only the hash is known, and that cannot be turned back.
    pub(super) async fn prove_same(
        &self,
        acting: &Acting,
        email: &Email,
        (user_id, shipped): (&str, Option<PlainPassword>),
    ) -> Result<String, StepError> {
        let subject = subject_of(user_id);
        let edit = self.operation.steps.iter().find_map(|record| {
            let edits = matches!(record.step, Step::EditDexConfig { .. });
            record.before.as_ref().filter(|_| edits)
        });
        let before = edit.map(|before| before["found"].clone());
        if !acting
            .is_same_login(email, &before.unwrap_or_default())
            .await?
        {
            let why = "user ID or hash are not those of the static entry";
            return Err(StepError::NotProved(why.to_owned()));
        }
        let Some(password) = shipped else {
            return Ok(format!(
                "User ID, and with it the subject {subject}, and the hash are the same as before. A sign-in could not \
                 be tried: nobody can turn a hash back into the password."
            ));
        };
        match self.sign_in_soon(email, &password).await {
            Ok(now) if now == subject => Ok(format!(
                "Dex signed {email} in with the old password, as the same subject {subject}."
            )),
            Ok(other) => Err(StepError::NotProved(format!(
                "it names the subject {other} instead of {subject}"
            ))),
            Err(why) => Err(StepError::NotProved(why)),
        }
    }

    /// The edit that a failing step makes suspect: one that was written, and that this step was to prove.
    pub(super) fn suspect(&self, failing: usize) -> Option<usize> {
        let guarded = matches!(
            self.operation.steps[failing].step,
            Step::RestartDex
                | Step::WaitForDex
                | Step::ProveDex
                | Step::ProveSame { .. }
                | Step::ProveSignIn { .. }
        );
        let edit = self.operation.steps[..failing]
            .iter()
            .rposition(|record| matches!(record.step, Step::EditDexConfig { .. }));
        edit.filter(|edit| guarded && self.operation.steps[*edit].state == StepState::Done)
    }

    /// A restoration that was begun by a program that is gone.
    pub(super) fn unfinished_restoration(&self) -> Option<usize> {
        let steps = &self.operation.steps;
        steps.iter().position(|record| record.restoring.is_some())
    }

    /// Puts back what the edit found, and ends the operation. That it goes back is stored first: whoever takes over
    /// must not take the healthy old Dex for the success of the new one.
    pub(super) async fn give_up_edit(&mut self, edit: usize, why: String) -> Result<(), Leave> {
        self.operation.steps[edit].restoring = Some(why.clone());
        self.save().await?;
        let put_back = self.put_back_patiently(edit).await?;
        let account = match &put_back {
            Ok(_) => {
                "What was there before was put back; Dex was started with it and signs people in."
            }
            Err(_) => {
                "Putting back what was there before failed as well: see the step that wrote it."
            }
        };
        for record in &mut self.operation.steps[edit..] {
            if record.state == StepState::Failed {
                record.detail = format!("{why} {account}");
            } else if matches!(record.step, Step::RestartDex | Step::WaitForDex) {
                record.state = StepState::Waiting;
                record.before = None;
                record.detail.clear();
            }
        }
        let record = &mut self.operation.steps[edit];
        record.restoring = None;
        let outcome = match put_back {
            Ok(detail) => {
                record.state = StepState::Undone;
                record.detail = detail;
                Outcome::Undone
            }
            Err(error) => {
                record.state = StepState::Failed;
                record.detail = format!("Could not be put back: {error}");
                Outcome::Failed
            }
        };
        self.line(edit, outcome).await?;
        self.finish(State::Failed).await
    }

    /// A restoration is worth waiting for: again and again while the trouble is of the kind that passes.
    pub(super) async fn put_back_patiently(
        &mut self,
        edit: usize,
    ) -> Result<Result<String, StepError>, Leave> {
        let began = tokio::time::Instant::now();
        loop {
            match self.put_back_dex(edit).await? {
                Err(StepError::Cluster(error))
                    if error.may_pass() && began.elapsed() < PATIENCE =>
                {
                    self.operation.steps[edit].detail = format!("Trying again: {error}");
                    self.pause().await?;
                }
                end => return Ok(end),
            }
        }
    }

    /// Dex does not come up with what was there before either, so that was broken by somebody else already. The pod
    /// from before the restart has not read it, and is left running.
    async fn keep_old_dex(&self, acting: &Acting, edit: usize, error: StepError) -> StepError {
        let restart = self.operation.steps[edit..]
            .iter()
            .find(|record| matches!(record.step, Step::RestartDex));
        let before = restart
            .and_then(|record| record.before.as_ref())
            .and_then(|before| before.get("found"));
        let kept = match before {
            Some(before) => acting.keep_old_dex(before).await.is_ok(),
            None => false,
        };
        let account = if kept {
            "The configuration was broken before this change and nobody had started Dex with it; the pod from before \
             still serves. Mend the configuration before Dex is started the next time."
        } else {
            "The configuration was broken before this change."
        };
        StepError::NotReached(format!("{error} {account}"))
    }

    /// To what was there before the edit, with one restart, waited for and proved.
    async fn put_back_dex(&mut self, edit: usize) -> Result<Result<String, StepError>, Leave> {
        let record = &self.operation.steps[edit];
        let (Step::EditDexConfig { edits }, Some(before)) = (&record.step, &record.before) else {
            return Ok(Ok(String::new()));
        };
        let (edits, before) = (edits.clone(), before["found"].clone());
        let acting = match self.acting() {
            Ok(acting) => acting,
            Err(error) => return Ok(Err(error)),
        };
        let restarted = self.operation.steps[edit..].iter().any(|record| {
            matches!(record.step, Step::RestartDex) && record.state != StepState::Waiting
        });
        match acting.put_back_dex(&before, &edits).await {
            Ok(PutBack::NothingToDo) if !restarted => {
                return Ok(Ok("Nothing had been written.".to_owned()));
            }
            Ok(PutBack::Written | PutBack::NothingToDo) => {}
            Err(error) => return Ok(Err(error.into())),
        }
        if let Err(error) = self.restart_dex(&acting, Direction::Back).await {
            return Ok(Err(error));
        }
        if let Err(error) = self.wait_for_dex(edit).await? {
            return Ok(Err(self.keep_old_dex(&acting, edit, error).await));
        }
        if let Err(error) = self.prove_dex(&acting).await {
            return Ok(Err(error));
        }
        Ok(Ok(
            "The configuration is as it was before; Dex was started with it and signs people in."
                .to_owned(),
        ))
    }
}
