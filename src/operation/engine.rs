//! The engine: starts, resumes and undoes operations, and takes over those that somebody left behind.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch::{Receiver, Sender};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::endings::Endings;
use super::hashing::{COST, hashed};
use super::import::Sheets;
use super::plan::Planner;
use super::prover::Prover;
use super::release::Texts;
use super::run::Run;
use super::secrets::Secrets;
use crate::clock::{self, Clock};
use crate::cluster::Cluster;
use crate::domain::{
    Operation, OperationId, PlainPassword, ReleaseText, State, StaticEdit, Step, StepState,
    hash_of_nothing,
};
use crate::store::{self, Saved, Store};

/// Why an operation is not started, resumed or undone. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StartRefusal {
    #[error("This operation does not exist any more.")]
    Gone,
    #[error("This operation is {}; it cannot be done again.", .0.as_str())]
    WrongState(State),
    #[error("Another program works on this operation right now.")]
    Busy,
    #[error("Fields of other owners must be taken over first.")]
    NotConfirmed,
    #[error(
        "Objects that are kept in Git or a chart are changed only when it was accepted that the change is temporary."
    )]
    NotTemporary,
    #[error("A step of this operation cannot be undone.")]
    Irreversible,
    /// Why the plan, as it is, never starts.
    #[error("{0}")]
    Obstacle(String),
    #[error("The password could not be hashed.")]
    Hash,
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What the engine works with.
#[derive(Clone)]
pub struct EngineParts {
    pub cluster: Cluster,
    pub store: Store,
    pub prover: Arc<dyn Prover>,
    /// A lease that is not renewed for this long may be taken over.
    pub lease: SignedDuration,
    pub stop: CancellationToken,
    pub tasks: TaskTracker,
}

/// Cheap to clone; all clones are one engine.
#[derive(Clone)]
pub struct Engine {
    pub(super) parts: EngineParts,
    pub(super) clock: Clock,
    pub(super) secrets: Secrets,
    /// Passwords that somebody chose, until they are hashed.
    chosen: Secrets,
    pub(super) sheets: Sheets,
    pub(super) texts: Texts,
    /// Name under which this program holds leases; new at every start, so that no one mistakes itself for its ghost.
    pub(super) owner: Arc<str>,
    pub(super) endings: Endings,
    changes: Arc<Sender<u64>>,
}

impl Engine {
    pub fn new(parts: EngineParts) -> Self {
        let owner = clock::hex(&clock::random_bytes()[..8]);
        Self {
            parts,
            clock: Clock,
            secrets: Secrets::default(),
            chosen: Secrets::default(),
            sheets: Sheets::default(),
            texts: Texts::default(),
            owner: owner.into(),
            endings: Endings::default(),
            changes: Arc::new(Sender::new(0)),
        }
    }

    /// How runs ended so far.
    pub fn endings(&self) -> &Endings {
        &self.endings
    }

    /// Told of every step that this program takes. What other replicas do is in the store only.
    pub fn changes(&self) -> Receiver<u64> {
        self.changes.subscribe()
    }

    /// Cancelled when the program is told to stop.
    pub fn stop(&self) -> &CancellationToken {
        &self.parts.stop
    }

    pub fn planner(&self) -> Planner<'_> {
        Planner::new(
            &self.parts.cluster,
            &self.parts.store,
            self.clock,
            self.parts.prover.proofs(),
        )
    }

    /// What an operation sets instead of a generated password, for the next time that it is started or resumed here.
    pub fn choose_password(&self, id: &OperationId, password: PlainPassword) {
        self.chosen.keep(*id, password, self.clock.now());
    }

    /// Starts a planned operation in the background, with what the person confirmed.
    pub async fn start(&self, id: &OperationId, consent: Consent) -> Result<(), StartRefusal> {
        let mut operation = self.claim(id).await?;
        if operation.state != State::Planned {
            return self
                .give_back(&operation, StartRefusal::WrongState(operation.state))
                .await;
        }
        if consent.taken_over == TakenOver::No && !operation.conflicts().is_empty() {
            return self.give_back(&operation, StartRefusal::NotConfirmed).await;
        }
        if let Some(why) = operation.release().and_then(ReleaseText::obstacle) {
            return self
                .give_back(&operation, StartRefusal::Obstacle(why))
                .await;
        }
        if !operation.git_managers().is_empty() {
            if consent.temporary == Temporary::NotAccepted {
                return self.give_back(&operation, StartRefusal::NotTemporary).await;
            }
            operation.temporary = Some(self.clock.now());
        }
        operation.state = State::Running;
        self.go_on(operation).await
    }

    /// Goes on with an operation that failed.
    pub async fn resume(&self, id: &OperationId) -> Result<(), StartRefusal> {
        let mut operation = self.claim(id).await?;
        if operation.state != State::Failed {
            return self
                .give_back(&operation, StartRefusal::WrongState(operation.state))
                .await;
        }
        operation.state = State::Running;
        self.go_on(operation).await
    }

    /// Goes on with an operation whose program is gone, in the direction in which it went.
    pub async fn take_over(&self, id: &OperationId) -> Result<(), StartRefusal> {
        let operation = self.claim(id).await?;
        if operation.state.is_active() {
            return self.go_on(operation).await;
        }
        self.give_back(&operation, StartRefusal::WrongState(operation.state))
            .await
    }

    /// Takes back what was done, last step first.
    pub async fn undo(&self, id: &OperationId) -> Result<(), StartRefusal> {
        let mut operation = self.claim(id).await?;
        if !matches!(operation.state, State::Failed | State::Done) {
            return self
                .give_back(&operation, StartRefusal::WrongState(operation.state))
                .await;
        }
        if !can_be_undone(&operation) {
            return self.give_back(&operation, StartRefusal::Irreversible).await;
        }
        operation.state = State::Undoing;
        self.go_on(operation).await
    }

    /// Forgets a plan that was never started.
    pub async fn discard(&self, id: &OperationId) -> Result<(), StartRefusal> {
        let operation = self.claim(id).await?;
        if operation.state != State::Planned {
            return self
                .give_back(&operation, StartRefusal::WrongState(operation.state))
                .await;
        }
        self.parts.store.operation_delete(id).await?;
        Ok(self.discard_release(id).await?)
    }

    /// The generated password, for the first one who asks.
    pub fn take_password(&self, id: &OperationId) -> Option<PlainPassword> {
        self.secrets.take(id)
    }

    /// Is there a password to show?
    pub fn holds_password(&self, id: &OperationId) -> bool {
        self.secrets.peek(id).is_some()
    }

    /// Takes over what other programs (or this one before it was killed) left behind. Returns how many.
    pub async fn take_over_abandoned(&self) -> Result<usize, store::Error> {
        let mut taken = 0;
        for id in self
            .parts
            .store
            .operations_abandoned(self.clock.now())
            .await?
        {
            if self.parts.stop.is_cancelled() {
                break;
            }
            match self.claim(&id).await {
                Ok(operation) if operation.state.is_active() => {
                    tracing::warn!(operation = %id, "operation.taken-over");
                    if let Err(error) = self.go_on(operation).await {
                        tracing::warn!(operation = %id, %error, "operation.not-taken-over");
                    }
                    taken += 1;
                }
                Ok(_) | Err(StartRefusal::Busy | StartRefusal::Gone) => {}
                Err(StartRefusal::Store(error)) => return Err(error),
                Err(refusal) => {
                    tracing::warn!(operation = %id, %refusal, "operation.not-taken-over");
                }
            }
        }
        Ok(taken)
    }

    pub(super) async fn claim(&self, id: &OperationId) -> Result<Operation, StartRefusal> {
        let now = self.clock.now();
        match self
            .parts
            .store
            .operation_claim(id, &self.owner, now, now + self.parts.lease)
            .await?
        {
            Some(operation) => Ok(operation),
            None if self.parts.store.operation_find(id).await?.is_none() => Err(StartRefusal::Gone),
            None => Err(StartRefusal::Busy),
        }
    }

    /// An operation that this engine is working on already holds our own lease; leave it alone.
    async fn give_back(
        &self,
        operation: &Operation,
        refusal: StartRefusal,
    ) -> Result<(), StartRefusal> {
        if !operation.state.is_active() {
            self.parts
                .store
                .operation_release(&operation.id, &self.owner)
                .await?;
        }
        Err(refusal)
    }

    /// Stores the operation as it is about to run, and only then runs it.
    async fn go_on(&self, mut operation: Operation) -> Result<(), StartRefusal> {
        if operation.state == State::Running {
            self.prepare_password(&mut operation).await?;
            self.prepare_import(&mut operation).await?;
            self.prepare_release(&mut operation).await?;
        }
        operation.updated_at = self.clock.now();
        match self.save(&operation).await? {
            Saved::Yes => {
                let run = Run::new(self.clone(), operation);
                self.parts.tasks.spawn(run.to_the_end());
                Ok(())
            }
            Saved::LeaseLost => Err(StartRefusal::Busy),
        }
    }

    /// Makes a password where the operation needs one and none is in memory: at the start, and after a crash, which
    /// took the first one with it before anybody saw it. The step that sets it is then done again.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    async fn prepare_password(&self, operation: &mut Operation) -> Result<(), StartRefusal> {
        if operation.offered_link().is_some() {
            write_nothing_known(operation);
            return Ok(());
        }
        let restoring = operation.steps.iter().any(|step| step.restoring.is_some());
        if restoring || !operation.has_password() {
            return Ok(());
        }
        let chosen = self.chosen.take(&operation.id);
        if chosen.is_none() && self.secrets.peek(&operation.id).is_some() {
            return Ok(());
        }
        let password = chosen.unwrap_or_else(|| PlainPassword::generated(&mut clock::random_u32));
        let hashed = hashed(&password, COST).await.ok_or(StartRefusal::Hash)?;
        for record in &mut operation.steps {
            match &mut record.step {
                Step::CreateLogin { hash, .. } | Step::SetPassword { hash, .. } => {
                    *hash = Some(hashed.clone());
                }
                Step::EditDexConfig { edits } => {
                    for edit in edits {
                        if let StaticEdit::SetHash { hash, .. } = edit {
                            *hash = Some(hashed.clone());
                        }
                    }
                }
                Step::ProveSignIn { .. } | Step::RestartDex | Step::WaitForDex => {}
                _other => continue,
            }
            if record.state == StepState::Done {
                record.state = StepState::Running;
            }
        }
        self.secrets.keep(operation.id, password, self.clock.now());
        Ok(())
    }

    pub(super) async fn save(&self, operation: &Operation) -> Result<Saved, store::Error> {
        let until: Timestamp = self.clock.now() + self.parts.lease;
        let saved = self
            .parts
            .store
            .operation_save(operation, &self.owner, until)
            .await?;
        self.changes.send_modify(|count| *count += 1);
        Ok(saved)
    }
}

/// What the person confirmed before a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    pub taken_over: TakenOver,
    pub temporary: Temporary,
}

/// Did the person accept that what is kept in Git will be put back from there?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temporary {
    Accepted,
    NotAccepted,
}

/// A link is offered: until it is used, no password fits. Nothing is lost in a crash, so the first hash stays.
fn write_nothing_known(operation: &mut Operation) {
    if operation.written_hash().is_some() {
        return;
    }
    let nothing = hash_of_nothing(&mut clock::random_u32);
    for record in &mut operation.steps {
        if let Step::CreateLogin { hash, .. } | Step::SetPassword { hash, .. } = &mut record.step {
            *hash = Some(nothing.clone());
        }
    }
}

/// Did the person confirm that fields of other managers are taken over?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenOver {
    Yes,
    No,
}

/// Nothing that cannot be taken back has happened yet.
pub fn can_be_undone(operation: &Operation) -> bool {
    operation
        .steps
        .iter()
        .all(|record| record.state == StepState::Waiting || record.step.is_reversible())
}
