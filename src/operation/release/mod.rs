//! A release as an operation: the code of `install`, one step for each wave, with each object's state stored while it
//! goes.
//!
//! What is written is kept beside the operation, so that whoever takes over can go on; but no field of an object that
//! holds secrets is stored. Those are in memory, and whoever needs them and has them not asks for the text again.

mod plan;
mod progress;
mod texts;
mod work;

pub(super) use texts::Texts;

use super::engine::{Engine, StartRefusal};
use crate::domain::{
    ObjectRef, Operation, OperationId, ReleaseBody, ReleasePart, ReleaseRow, Remark, RowState,
    Step, StepState,
};
use crate::install::plan::PlanError;
use crate::install::stream::Manifest;
use crate::store;

/// A text that was read.
pub struct GivenText {
    pub name: String,
    /// Of the bytes as they came, in hexadecimal.
    pub sha256: String,
    pub manifests: Vec<Manifest>,
    /// What an earlier plan of it left out; its manifests are not among these.
    pub left_out: Vec<Remark>,
}

/// What the person decided before the plan is made.
#[derive(Debug, Clone, Default)]
pub struct ReleaseChoices {
    /// Objects that go first.
    pub delete: Vec<ObjectRef>,
    /// Go on without objects whose kinds this Kubernetes no longer serves.
    pub leave_out: bool,
}

/// Why there is no plan, or why a text is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseRefusal {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("This is another text: its SHA-256 is {found}, and the plan was made for {wanted}.")]
    Another { found: String, wanted: String },
    #[error("Planning was interrupted. Give the text once more.")]
    Interrupted,
}

impl Engine {
    /// In the order of the waves, without their fields.
    pub async fn release_rows(&self, id: &OperationId) -> Result<Vec<ReleaseRow>, StartRefusal> {
        Ok(self.parts.store.release_rows(id).await?)
    }

    /// Has this program everything that is still to be written?
    pub async fn holds_release(&self, id: &OperationId) -> Result<bool, StartRefusal> {
        let rows = self.parts.store.release_rows(id).await?;
        let kept = self.release_bodies(id).await?;
        let has = |row: &ReleaseRow| kept.iter().any(|one| one.number == row.number);
        Ok(rows.iter().all(|row| !row.is_due() || has(row)))
    }

    /// The text of a plan that is still whole, to plan it anew; `None` when parts of it are gone.
    pub async fn release_text(
        &self,
        operation: &Operation,
    ) -> Result<Option<GivenText>, StartRefusal> {
        let Some(text) = operation.release() else {
            return Ok(None);
        };
        let rows = self.parts.store.release_rows(&operation.id).await?;
        let mut bodies = self.release_bodies(&operation.id).await?.into_iter();
        let manifests: Option<Vec<Manifest>> = rows
            .into_iter()
            .map(|row| {
                let body = bodies.next().filter(|one| one.number == row.number)?.body;
                Some(Manifest {
                    object: row.written,
                    line: row.line,
                    body,
                })
            })
            .collect();
        Ok(manifests.map(|manifests| GivenText {
            name: text.name.clone(),
            sha256: text.sha256.clone(),
            manifests,
            left_out: text.left_out.clone(),
        }))
    }

    /// Keeps in memory what the store may not have, of the same text once more.
    pub async fn give_release(
        &self,
        operation: &Operation,
        text: GivenText,
    ) -> Result<(), ReleaseRefusal> {
        let wanted = operation.release().map(|text| text.sha256.clone());
        let wanted = wanted.unwrap_or_default();
        if text.sha256 != wanted {
            let found = text.sha256;
            return Err(ReleaseRefusal::Another { found, wanted });
        }
        let rows = self.parts.store.release_rows(&operation.id).await?;
        let mut given: std::collections::HashMap<ObjectRef, Manifest> = text
            .manifests
            .into_iter()
            .map(|one| (one.object.clone(), one))
            .collect();
        let bodies = rows.iter().filter_map(|row| {
            Some(ReleaseBody {
                number: row.number,
                body: given.remove(&row.written)?.body,
            })
        });
        self.texts
            .keep(operation.id, bodies.collect(), self.clock.now());
        Ok(())
    }

    /// What the store keeps and what is in memory, in the order of the rows.
    async fn release_bodies(&self, id: &OperationId) -> Result<Vec<ReleaseBody>, store::Error> {
        let mut bodies = self.parts.store.release_bodies(id).await?;
        let stored: std::collections::HashSet<u32> = bodies.iter().map(|one| one.number).collect();
        let held = self.texts.of(id).into_iter();
        bodies.extend(held.filter(|one| !stored.contains(&one.number)));
        bodies.sort_by_key(|one| one.number);
        Ok(bodies)
    }

    /// Objects that failed are tried again, in the waves they belong to.
    pub(super) async fn prepare_release(
        &self,
        operation: &mut Operation,
    ) -> Result<(), StartRefusal> {
        if operation.release().is_none() {
            return Ok(());
        }
        let (store, id) = (&self.parts.store, operation.id);
        store.import_forget_stop(&id).await?;
        let rows = store.release_rows(&id).await?;
        let failed: Vec<_> = rows
            .iter()
            .filter(|row| row.state == RowState::Failed)
            .map(|row| row.wave)
            .collect();
        for record in &mut operation.steps {
            let again = matches!(&record.step, Step::Release(ReleasePart::Wave { wave, .. }) if failed.contains(wave));
            if again && record.state == StepState::Done {
                record.state = StepState::Running;
            }
        }
        Ok(store.release_retry(&id).await?)
    }

    /// Nothing of a text stays when its plan is discarded.
    pub(super) async fn discard_release(&self, id: &OperationId) -> Result<(), store::Error> {
        self.texts.forget(id);
        self.parts.store.release_delete(id).await
    }
}
