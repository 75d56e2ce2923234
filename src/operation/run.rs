//! One operation from where it stands to its end, with its lease kept and every state stored before it is acted on.

use std::sync::OnceLock;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::endings;
use super::engine::Engine;
use super::record::{is_recorded, record, step_event};
use super::step::{StepError, Undo};
use crate::cluster::Acting;
use crate::domain::{Operation, Outcome, State, Step, StepState};
use crate::store::{self, Saved};

/// Trouble that passes by itself is waited out this long before a step fails.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// The store may be away this long before the operation is left to whoever takes it over.
const STORE_PATIENCE: Duration = Duration::from_mins(2);

/// When the program is told to stop, a request on its way may still end; then the operation is handed over as it was
/// stored last. Whoever goes on does the step again, which every step allows.
const HAND_OVER: Duration = Duration::from_secs(2);

/// Why a run ends early. The operation stays as stored; somebody goes on from there.
pub(super) enum Leave {
    LeaseLost,
    Stopping,
    StoreGone,
}

pub(super) struct Run {
    pub(super) engine: Engine,
    pub(super) operation: Operation,
    /// One pair of hands for all steps.
    pub(super) acting: OnceLock<Acting>,
}

impl Run {
    pub(super) fn new(engine: Engine, operation: Operation) -> Self {
        Self {
            engine,
            operation,
            acting: OnceLock::new(),
        }
    }

    #[expect(clippy::wrong_self_convention, reason = "the value is used up")]
    pub(super) async fn to_the_end(mut self) {
        let (id, kind) = (self.operation.id, self.operation.kind);
        let stop = self.engine.parts.stop.clone();
        let span = tracing::info_span!("operation", operation = %id, kind = kind.as_str());
        let end = tokio::select! {
            end = self.work().instrument(span) => end,
            () = no_longer_wanted(&stop) => Err(Leave::Stopping),
        };
        let ended = end.as_ref().map(|()| self.operation.state);
        endings::count(&self.engine.endings, kind, ended);
        match end {
            Ok(()) => {
                tracing::info!(operation = %id, state = self.operation.state.as_str(), "operation.ended");
            }
            Err(Leave::LeaseLost) => tracing::warn!(operation = %id, "operation.lease-lost"),
            Err(Leave::StoreGone) => tracing::error!(operation = %id, "operation.store-gone"),
            Err(Leave::Stopping) => self.hand_over().await,
        }
    }

    async fn work(&mut self) -> Result<(), Leave> {
        match self.operation.state {
            State::Undoing => self.undo_steps().await,
            State::Planned | State::Running | State::Failed | State::Done | State::Undone => {
                self.do_steps().await
            }
        }
    }

    /// Gives the lease back, so that another replica, or the next start, goes on at once.
    async fn hand_over(&self) {
        let id = self.operation.id;
        let store = &self.engine.parts.store;
        match store.operation_release(&id, &self.engine.owner).await {
            Ok(()) => tracing::info!(operation = %id, "operation.handed-over"),
            Err(error) => tracing::warn!(operation = %id, %error, "operation.not-handed-over"),
        }
    }

    async fn do_steps(&mut self) -> Result<(), Leave> {
        if let Some(edit) = self.unfinished_restoration() {
            let why = self.operation.steps[edit].restoring.clone();
            return self.give_up_edit(edit, why.unwrap_or_default()).await;
        }
        for index in 0..self.operation.steps.len() {
            if self.operation.steps[index].state == StepState::Done {
                continue;
            }
            self.begin_step(index).await?;
            match self.patiently(index).await? {
                Ok(detail) => self.end_step(index, StepState::Done, detail).await?,
                Err(error) => {
                    let why = error.to_string();
                    self.end_step(index, StepState::Failed, why.clone()).await?;
                    return match self.suspect(index) {
                        Some(edit) => self.give_up_edit(edit, why).await,
                        None => self.finish(State::Failed).await,
                    };
                }
            }
        }
        self.finish(State::Done).await
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum grows; every other case is answered alike"
    )]
    async fn undo_steps(&mut self) -> Result<(), Leave> {
        for index in (0..self.operation.steps.len()).rev() {
            self.still_wanted()?;
            let state = self.operation.steps[index].state;
            if matches!(state, StepState::Waiting | StepState::Undone) {
                continue;
            }
            let undone = match self.operation.steps[index].step.clone() {
                Step::EditDexConfig { .. } => self.put_back_patiently(index).await?.map(Undo::Done),
                Step::Import(part) => self.undo_import(index, &part).await?,
                _other => self.undo_step(index).await,
            };
            let end = match undone {
                Ok(Undo::Done(detail)) => (StepState::Undone, detail),
                Ok(Undo::Nothing) => (StepState::Undone, String::new()),
                Err(error) => {
                    self.operation.steps[index].detail = format!("Could not be undone: {error}");
                    self.operation.steps[index].state = StepState::Failed;
                    self.line(index, Outcome::Failed).await?;
                    return self.finish(State::Failed).await;
                }
            };
            self.operation.steps[index].detail.clone_from(&end.1);
            self.operation.steps[index].state = end.0;
            if !end.1.is_empty() {
                self.line(index, Outcome::Undone).await?;
            }
            self.save().await?;
        }
        self.finish(State::Undone).await
    }

    /// Does a step, again and again while the trouble is of the kind that passes.
    async fn patiently(&mut self, index: usize) -> Result<Result<String, StepError>, Leave> {
        let began = tokio::time::Instant::now();
        let mut pause = Duration::from_millis(250);
        loop {
            self.still_wanted()?;
            match self.do_step(index).await? {
                Err(StepError::Cluster(error))
                    if error.may_pass() && began.elapsed() < PATIENCE =>
                {
                    self.operation.steps[index].detail = format!("Trying again: {error}");
                    self.save().await?;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
                end => return Ok(end),
            }
        }
    }

    async fn begin_step(&mut self, index: usize) -> Result<(), Leave> {
        self.still_wanted()?;
        let now = self.engine.clock.now();
        let record = &mut self.operation.steps[index];
        record.state = StepState::Running;
        record.started_at.get_or_insert(now);
        record.detail.clear();
        self.save().await
    }

    async fn end_step(
        &mut self,
        index: usize,
        state: StepState,
        detail: String,
    ) -> Result<(), Leave> {
        let now = self.engine.clock.now();
        let record = &mut self.operation.steps[index];
        record.state = state;
        record.detail = detail;
        record.ended_at = Some(now);
        let outcome = if state == StepState::Failed {
            Outcome::Failed
        } else {
            Outcome::Done
        };
        if is_recorded(&record.step) || state == StepState::Failed {
            self.line(index, outcome).await?;
        }
        self.save().await
    }

    pub(super) async fn finish(&mut self, state: State) -> Result<(), Leave> {
        self.operation.state = state;
        self.save().await?;
        let _ = self
            .engine
            .parts
            .store
            .operation_release(&self.operation.id, &self.engine.owner)
            .await;
        Ok(())
    }

    pub(super) fn still_wanted(&self) -> Result<(), Leave> {
        if self.engine.parts.stop.is_cancelled() {
            Err(Leave::Stopping)
        } else {
            Ok(())
        }
    }

    pub(super) async fn line(&self, index: usize, outcome: Outcome) -> Result<(), Leave> {
        let event = step_event(&self.operation, index, outcome, self.engine.clock.now());
        self.stored(|| record(&self.engine.parts.store, &event))
            .await
    }

    /// Stores the operation and renews the lease.
    pub(super) async fn save(&mut self) -> Result<(), Leave> {
        self.operation.updated_at = self.engine.clock.now();
        let this = &*self;
        match this.stored(|| this.engine.save(&this.operation)).await? {
            Saved::Yes => Ok(()),
            Saved::LeaseLost => Err(Leave::LeaseLost),
        }
    }

    /// What the store answers, asked again until it does or patience ends.
    pub(super) async fn stored<T, F>(&self, ask: impl Fn() -> F) -> Result<T, Leave>
    where
        F: Future<Output = Result<T, store::Error>>,
    {
        let began = tokio::time::Instant::now();
        loop {
            let error = match ask().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            tracing::warn!(operation = %self.operation.id, %error, "operation.store-unavailable");
            self.still_wanted()?;
            if began.elapsed() > STORE_PATIENCE {
                return Err(Leave::StoreGone);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

async fn no_longer_wanted(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(HAND_OVER).await;
}
