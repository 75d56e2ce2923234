//! What is looked at before a step is done: whether it still may be, and what is there to be put back.

use serde_json::json;

use super::plan::rehearse;
use super::run::{Leave, Run};
use super::step::StepError;
use crate::cluster::Acting;
use crate::domain::{GitObject, Step};

impl Run {
    /// Tries the step once more, as things are now, and stores what is there before it.
    pub(super) async fn look_first(
        &mut self,
        acting: &Acting,
        index: usize,
        step: &Step,
    ) -> Result<Result<(), StepError>, Leave> {
        let now = self.engine.clock.now();
        let applied = match rehearse(acting, (self.operation.id, now), step).await {
            Ok(Some(applied)) => applied,
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error.into())),
        };
        if let Some(error) = self.kept_since(&applied.git) {
            return Ok(Err(error));
        }
        let mut before = match applied.before {
            Some(value) => json!({ "found": value }),
            None => json!({ "absent": true }),
        };
        if let Err(error) = self.note_former_request(step, &mut before).await {
            return Ok(Err(error));
        }
        self.operation.steps[index].before = Some(before);
        self.save().await?;
        Ok(Ok(()))
    }

    /// An object that came under the care of a tool after the person had agreed to the plan.
    pub(super) fn kept_since(&self, found: &[GitObject]) -> Option<StepError> {
        let agreed = self.operation.git_managers();
        let other = found.iter().find(|one| !agreed.contains(&one.manager))?;
        Some(StepError::KeptInGit {
            object: other.object.clone(),
            manager: other.manager,
        })
    }
}
