//! One step over all rows: several at once, each stored when it is done, with the lease kept and the wish to stop heard.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::sync::Semaphore;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::work::{RowEnd, Way, Worker};
use crate::cluster::Acting;
use crate::domain::{AuditEvent, ImportPart, ImportRow, Outcome, Stage, State};
use crate::operation::record::record;
use crate::operation::run::{Leave, Run};
use crate::operation::step::{StepError, Undo};
use crate::store::Saved;

/// Requests on their way at once. The API server shares its time fairly; more would push others aside.
const AT_ONCE: usize = 16;
/// The lease is renewed and progress shown this often.
const BEAT: Duration = Duration::from_secs(1);

/// How a step went over all rows.
#[derive(Debug, Clone, Copy)]
struct Pass {
    done: usize,
    failed: usize,
    total: usize,
    stopped: bool,
}

impl Pass {
    fn sentence(self) -> String {
        let Self {
            done,
            failed,
            total,
            ..
        } = self;
        if failed == 0 {
            format!("{done} of {total} people.")
        } else {
            format!("{done} of {total} people; {failed} failed.")
        }
    }
}

impl Run {
    pub(in crate::operation) async fn import(
        &mut self,
        acting: Acting,
        index: usize,
        part: &ImportPart,
    ) -> Result<Result<String, StepError>, Leave> {
        match part {
            ImportPart::Ready => self.import_ready(index).await,
            ImportPart::Prove => self.import_prove().await,
            ImportPart::Logins { .. } | ImportPart::Profiles { .. } | ImportPart::Shares { .. } => {
                let worker = self.worker(acting, part, Way::Forward);
                let pass = self.each_row(index, worker).await?;
                if pass.stopped {
                    return Ok(Err(stopped(&pass.sentence())));
                }
                Ok(Ok(pass.sentence()))
            }
        }
    }

    pub(in crate::operation) async fn undo_import(
        &mut self,
        index: usize,
        part: &ImportPart,
    ) -> Result<Result<Undo, StepError>, Leave> {
        if matches!(part, ImportPart::Ready | ImportPart::Prove) {
            return Ok(Ok(Undo::Nothing));
        }
        let acting = match self.acting() {
            Ok(acting) => acting,
            Err(error) => return Ok(Err(error)),
        };
        let worker = self.worker(acting, part, Way::Back);
        let pass = self.each_row(index, worker).await?;
        if pass.failed > 0 {
            let why = format!("{} The rows say why.", pass.sentence());
            return Ok(Err(StepError::NotReached(why)));
        }
        Ok(Ok(Undo::Done(format!(
            "Taken back for {} people.",
            pass.total
        ))))
    }

    fn worker(&self, acting: Acting, part: &ImportPart, way: Way) -> Worker {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Worker {
            engine: self.engine.clone(),
            acting,
            id: self.operation.id,
            part: part.clone(),
            way,
            cores: Semaphore::new(cores),
        }
    }

    async fn each_row(&mut self, index: usize, worker: Worker) -> Result<Pass, Leave> {
        let (way, part) = (worker.way, worker.part.clone());
        let rows = self.import_rows().await?;
        let mut pass = Pass {
            done: 0,
            failed: 0,
            total: rows.len(),
            stopped: false,
        };
        let (rows, others): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| is_due(row, &part, way));
        pass.failed = others.iter().filter(|row| row.is_failed()).count();
        pass.done = others.len() - pass.failed;
        let no_more = Arc::new(AtomicBool::new(false));
        let halt = no_more.clone();
        let worker = Arc::new(worker);
        // Tasks of their own: a row that waits for the store goes on while the run waits for it too. Polled from here
        // only, a row could hold the connection that the run needs to save.
        let mut ends = stream::iter(rows)
            .take_while(move |_| std::future::ready(!halt.load(Ordering::Relaxed)))
            .map(move |row| {
                let work = worker.clone().go(row).in_current_span();
                AbortOnDropHandle::new(tokio::spawn(work))
            })
            .buffer_unordered(AT_ONCE);
        let mut beat = tokio::time::interval(BEAT);
        loop {
            tokio::select! {
                end = ends.next() => match end {
                    None => return Ok(pass),
                    Some(Ok(end)) => self.row_ended(end, &part, way, &mut pass).await?,
                    Some(Err(error)) => match error.try_into_panic() {
                        Ok(panic) => std::panic::resume_unwind(panic),
                        Err(_) => return Err(Leave::Stopping),
                    },
                },
                _ = beat.tick() => {
                    self.operation.steps[index].detail = pass.sentence();
                    self.still_wanted()?;
                    self.save().await?;
                    if self.shall_stop().await {
                        pass.stopped = true;
                        no_more.store(true, Ordering::Relaxed);
                    }
                }
            }
        }
    }

    async fn row_ended(
        &self,
        (mut row, end): RowEnd,
        part: &ImportPart,
        way: Way,
        pass: &mut Pass,
    ) -> Result<(), Leave> {
        let outcome = match (&end, way) {
            (Err(_), _) => Outcome::Failed,
            (Ok(()), Way::Forward) => Outcome::Done,
            (Ok(()), Way::Back) => Outcome::Undone,
        };
        match end {
            Ok(()) => {
                pass.done += 1;
                row.failure.clear();
                row.stage = match way {
                    Way::Forward => part.stage(),
                    Way::Back if part.stage() == Stage::Login => Stage::Waiting,
                    Way::Back => row.stage,
                };
            }
            Err(why) => {
                pass.failed += 1;
                row.failure = why;
            }
        }
        if let Some(event) = self.row_event(&row, part, outcome) {
            self.stored(|| record(&self.engine.parts.store, &event))
                .await?;
        }
        self.save_row(&row).await
    }

    /// Its id is made from operation, row and what was done, so that a row gone through twice is recorded once.
    fn row_event(
        &self,
        row: &ImportRow,
        part: &ImportPart,
        outcome: Outcome,
    ) -> Option<AuditEvent> {
        let (action, subject) = match part {
            ImportPart::Logins { .. } => ("login.created", row.email.to_string()),
            ImportPart::Profiles { .. } => (
                "profile.created",
                format!("profile {}", row.profile.as_ref()?),
            ),
            ImportPart::Shares { .. } => ("contributor.added", row.email.to_string()),
            ImportPart::Ready | ImportPart::Prove => return None,
        };
        let operation = &self.operation;
        Some(AuditEvent {
            id: format!(
                "{}-r{}-{action}-{}",
                operation.id,
                row.number,
                outcome.as_str()
            ),
            at: self.engine.clock.now(),
            actor: operation.actor.user.clone(),
            action: action.to_owned(),
            subject,
            outcome,
            operation: Some(operation.id),
            before: None,
            after: None,
            note: row.failure.clone(),
        })
    }

    pub(super) async fn import_rows(&self) -> Result<Vec<ImportRow>, Leave> {
        let (store, id) = (&self.engine.parts.store, &self.operation.id);
        self.stored(|| store.import_rows(id)).await
    }

    pub(super) async fn save_row(&self, row: &ImportRow) -> Result<(), Leave> {
        let (store, id) = (&self.engine.parts.store, &self.operation.id);
        let save = || store.import_save(id, row, &self.engine.owner);
        match self.stored(save).await? {
            Saved::Yes => Ok(()),
            Saved::LeaseLost => Err(Leave::LeaseLost),
        }
    }

    /// A store that is away for a moment is no wish to stop.
    pub(super) async fn shall_stop(&self) -> bool {
        let store = &self.engine.parts.store;
        self.operation.state == State::Running
            && store
                .import_shall_stop(&self.operation.id)
                .await
                .unwrap_or_default()
    }
}

/// Has this row something to do here?
fn is_due(row: &ImportRow, part: &ImportPart, way: Way) -> bool {
    match way {
        // A crash may have come between a write and its row, so that every row may have left something behind.
        Way::Back => true,
        Way::Forward => !row.is_failed() && row.stage < part.stage(),
    }
}

pub(super) fn stopped(how_far: &str) -> StepError {
    StepError::NotReached(format!(
        "Stopped as asked: {how_far} Resume goes on from here; Undo takes back what was done."
    ))
}
