//! The steps of a release: each object's state is stored while its wave goes, the lease is kept and the wish to pause
//! heard.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use crate::cluster::{Acting, Target};
use crate::domain::{AuditEvent, ObjectRef, Outcome, ReleasePart, ReleaseRow, RowState, Wave};
use crate::install::plan::{PlanError, Planned, targets};
use crate::install::run::{Ending, Runner};
use crate::install::stream::Manifest;
use crate::operation::record::record;
use crate::operation::run::{Leave, Run};
use crate::operation::step::StepError;
use crate::store::Saved;

/// How long an object is tried, and a wave waited for; the same as on the command line.
const PATIENCE: Duration = Duration::from_mins(15);
/// The lease is renewed and progress shown this often.
const BEAT: Duration = Duration::from_secs(1);

/// What a step has to do.
#[derive(Clone, Copy)]
enum Work<'a> {
    Wave(Wave, &'a [Planned]),
    Delete(&'a [Target]),
}

impl Work<'_> {
    async fn go(self, runner: &Runner<'_>) -> Ending {
        match self {
            Self::Wave(wave, objects) => runner.wave(wave, objects).await,
            Self::Delete(doomed) => runner.delete(doomed).await,
        }
    }
}

impl Run {
    pub(in crate::operation) async fn release(
        &mut self,
        acting: Acting,
        index: usize,
        part: &ReleasePart,
    ) -> Result<Result<String, StepError>, Leave> {
        match part {
            ReleasePart::Text(_) => {
                let planned = self.planned().await?;
                Ok(planned.map(|(objects, _)| format!("{} objects.", objects.len())))
            }
            ReleasePart::Delete { objects } => self.delete_first(&acting, index, objects).await,
            ReleasePart::Wave { wave, .. } => self.wave(&acting, index, *wave).await,
            ReleasePart::Whole => self.whole().await,
        }
    }

    async fn wave(
        &mut self,
        acting: &Acting,
        index: usize,
        wave: Wave,
    ) -> Result<Result<String, StepError>, Leave> {
        let (objects, rows) = match self.planned().await? {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let progress = Progress::new(rows, Some(wave));
        let work = Work::Wave(wave, &objects);
        let (ending, progress) = self.watched(acting, index, (progress, work)).await?;
        Ok(progress.judge(ending))
    }

    async fn delete_first(
        &mut self,
        acting: &Acting,
        index: usize,
        objects: &[ObjectRef],
    ) -> Result<Result<String, StepError>, Leave> {
        let doomed: Vec<Target> = match targets(acting, objects).await {
            Ok(doomed) => doomed,
            Err(PlanError::Cluster(error)) => return Ok(Err(error.into())),
            Err(error) => return Ok(Err(StepError::NotReached(error.to_string()))),
        };
        let progress = Progress::new(Vec::new(), None);
        let work = Work::Delete(&doomed);
        let (ending, progress) = self.watched(acting, index, (progress, work)).await?;
        Ok(progress.judge(ending).map(|_| {
            let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
            format!("Gone: {}.", names.join(", "))
        }))
    }

    /// Does the work with an eye on lease, store and the wish to pause.
    async fn watched(
        &mut self,
        acting: &Acting,
        index: usize,
        (mut progress, work): (Progress, Work<'_>),
    ) -> Result<(Ending, Progress), Leave> {
        let conflicts = self.operation.conflicts();
        let take_over = conflicts.iter().map(|one| one.manager.clone()).collect();
        let pause = CancellationToken::new();
        let (events, mut happened) = mpsc::unbounded_channel();
        let runner = Runner {
            acting,
            take_over: &take_over,
            patience: PATIENCE,
            stop: &pause,
            events,
        };
        let work = work.go(&runner);
        tokio::pin!(work);
        let mut beat = tokio::time::interval(BEAT);
        let ending = loop {
            tokio::select! {
                ending = &mut work => break ending,
                Some(event) = happened.recv() => progress.take(event),
                _ = beat.tick() => {
                    self.operation.steps[index].detail = progress.sentence();
                    self.still_wanted()?;
                    self.store_rows(&mut progress).await?;
                    self.save().await?;
                    if self.shall_stop().await {
                        pause.cancel();
                    }
                }
            }
        };
        while let Ok(event) = happened.try_recv() {
            progress.take(event);
        }
        self.store_rows(&mut progress).await?;
        Ok((ending, progress))
    }

    /// Stores the states that changed, and a line of the record for each object that was refused for good.
    async fn store_rows(&self, progress: &mut Progress) -> Result<(), Leave> {
        let changed = std::mem::take(&mut progress.dirty);
        if changed.is_empty() {
            return Ok(());
        }
        let rows: Vec<ReleaseRow> = changed
            .into_iter()
            .map(|at| progress.rows[at].clone())
            .collect();
        for row in rows.iter().filter(|row| row.state == RowState::Failed) {
            let event = self.row_failed(row);
            self.stored(|| record(&self.engine.parts.store, &event))
                .await?;
        }
        let (store, id) = (&self.engine.parts.store, &self.operation.id);
        let save = || store.release_save(id, &rows, &self.engine.owner);
        match self.stored(save).await? {
            Saved::Yes => Ok(()),
            Saved::LeaseLost => Err(Leave::LeaseLost),
        }
    }

    fn row_failed(&self, row: &ReleaseRow) -> AuditEvent {
        let operation = &self.operation;
        AuditEvent {
            id: format!("{}-o{}-failed", operation.id, row.number),
            at: self.engine.clock.now(),
            actor: operation.actor.user.clone(),
            action: "release.object-refused".to_owned(),
            subject: row.object.to_string(),
            outcome: Outcome::Failed,
            operation: Some(operation.id),
            before: None,
            after: None,
            note: row.detail.clone(),
        }
    }

    /// All objects with what is known of them; an error when fields that are still to be written are nowhere.
    async fn planned(&self) -> Result<Result<(Vec<Planned>, Vec<ReleaseRow>), StepError>, Leave> {
        let (rows, mut bodies) = self.rows_and_bodies().await?;
        let mut objects = Vec::with_capacity(rows.len());
        let mut missing = 0_usize;
        for row in &rows {
            let body = bodies.remove(&row.number);
            missing += usize::from(row.is_due() && body.is_none());
            let fate = if row.is_due() {
                row.fate.clone()
            } else {
                crate::domain::Fate::Unchanged
            };
            let manifest = Manifest {
                object: row.written.clone(),
                line: row.line,
                body: body.unwrap_or(Value::Null),
            };
            let target = Target {
                object: row.object.clone(),
                plural: row.plural.clone(),
            };
            objects.push(Planned::again(manifest, target, row.wave, fate));
        }
        if missing > 0 {
            let why = format!(
                "What {missing} objects consist of is not known to this program: fields of Secrets are stored nowhere, and the program that had them in memory was restarted, or is another replica. Give the same text again, then resume."
            );
            return Ok(Err(StepError::NotReached(why)));
        }
        Ok(Ok((objects, rows)))
    }

    async fn rows_and_bodies(&self) -> Result<(Vec<ReleaseRow>, HashMap<u32, Value>), Leave> {
        let id = &self.operation.id;
        let rows = self
            .stored(|| self.engine.parts.store.release_rows(id))
            .await?;
        let bodies = self.stored(|| self.engine.release_bodies(id)).await?;
        let bodies = bodies.into_iter().map(|one| (one.number, one.body));
        Ok((rows, bodies.collect()))
    }

    async fn whole(&self) -> Result<Result<String, StepError>, Leave> {
        let (rows, _) = self.rows_and_bodies().await?;
        let left = rows.iter().filter(|row| row.is_due()).count();
        let total = rows.len();
        if left > 0 {
            let why = format!(
                "{left} of {total} objects were not taken; the list of objects says why. Resume tries those again."
            );
            return Ok(Err(StepError::NotReached(why)));
        }
        self.engine.texts.forget(&self.operation.id);
        let as_wanted = rows.iter().filter(|row| row.state != RowState::Applied);
        let as_wanted = as_wanted.count();
        Ok(Ok(format!(
            "All {total} objects are as the text says: {} were applied, {as_wanted} were as wanted before.",
            total - as_wanted
        )))
    }
}
