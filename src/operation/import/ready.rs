//! Waiting for the profiles of a list, and proving what came of it.

use std::time::Duration;

use crate::domain::{HealthVerdict, ImportRow, Stage};
use crate::operation::run::{Leave, Run};
use crate::operation::step::StepError;

use super::rows::stopped;

/// The profile controller makes one to two profiles a second. When none became ready for this long, it is stuck.
const STUCK: Duration = Duration::from_mins(5);
/// The lease is renewed at least this often while rows are looked at.
const BEAT: Duration = Duration::from_secs(2);

impl Run {
    pub(super) async fn import_ready(
        &mut self,
        index: usize,
    ) -> Result<Result<String, StepError>, Leave> {
        let rows = self.import_rows().await?;
        let total = rows.len();
        let due = |row: &ImportRow| !row.is_failed() && row.stage < Stage::Ready;
        let mut waiting: Vec<ImportRow> = rows.into_iter().filter(due).collect();
        let mut moved = tokio::time::Instant::now();
        loop {
            let before = waiting.len();
            waiting = self.look_at(waiting).await?;
            if waiting.len() < before {
                moved = tokio::time::Instant::now();
            }
            let sentence = format!("{} of {total} people.", total - waiting.len());
            if waiting.is_empty() {
                return Ok(Ok(format!(
                    "Every profile that was created can be used: namespace, bindings, policies and quota are in place. {sentence}"
                )));
            }
            if moved.elapsed() > STUCK {
                return self.give_up_waiting(waiting).await;
            }
            if self.shall_stop().await {
                return Ok(Err(stopped(&sentence)));
            }
            self.operation.steps[index].detail = sentence;
            self.pause().await?;
        }
    }

    /// Stores those that are ready, and gives back the others.
    async fn look_at(&mut self, rows: Vec<ImportRow>) -> Result<Vec<ImportRow>, Leave> {
        let mut still = Vec::new();
        let mut renewed = tokio::time::Instant::now();
        for mut row in rows {
            if self.is_ready(&row).await {
                row.stage = Stage::Ready;
                self.save_row(&row).await?;
            } else {
                still.push(row);
            }
            if renewed.elapsed() > BEAT {
                self.still_wanted()?;
                self.save().await?;
                renewed = tokio::time::Instant::now();
            }
        }
        Ok(still)
    }

    /// What is watched says when to look; the API server has the word.
    async fn is_ready(&self, row: &ImportRow) -> bool {
        let Some(name) = &row.profile else {
            return true;
        };
        let cluster = &self.engine.parts.cluster;
        let fine = |verdict| matches!(verdict, HealthVerdict::Healthy | HealthVerdict::Warning);
        let watched = cluster.profile(name);
        if !watched.is_some_and(|profile| fine(profile.health.verdict)) {
            return false;
        }
        let now = cluster.profile_progress(name).await;
        now.is_ok_and(|health| fine(health.verdict))
    }

    async fn give_up_waiting(
        &mut self,
        rows: Vec<ImportRow>,
    ) -> Result<Result<String, StepError>, Leave> {
        let count = rows.len();
        let minutes = STUCK.as_secs() / 60;
        for mut row in rows {
            let health = row
                .profile
                .as_ref()
                .and_then(|name| self.engine.parts.cluster.profile(name))
                .map(|profile| profile.health.clone());
            let (reason, remedy) =
                health.map_or_else(Default::default, |health| (health.reason, health.remedy));
            row.failure = format!("The profile is not ready. {reason} {remedy}");
            self.save_row(&row).await?;
        }
        Ok(Ok(format!(
            "For {minutes} minutes no profile became ready; {count} were not waited for any longer."
        )))
    }

    /// A sample signs in, because Dex needs as long for each sign-in as the hash took. Of all others the API server's
    /// answer is known.
    pub(super) async fn import_prove(&mut self) -> Result<Result<String, StepError>, Leave> {
        let rows = self.import_rows().await?;
        let failed = rows.iter().filter(|row| row.is_failed()).count();
        let id = self.operation.id;
        let able: Vec<_> = rows
            .iter()
            .filter(|row| row.stage >= Stage::Login && !row.handed_over)
            .filter_map(|row| Some((row, self.engine.sheets.peek(&id, row.number)?)))
            .collect();
        let mut sample = vec![0, able.len() / 2, able.len().saturating_sub(1)];
        sample.dedup();
        let mut proved = Vec::new();
        for (row, password) in sample.into_iter().filter_map(|at| able.get(at)) {
            self.save().await?;
            if let Err(why) = self.sign_in_soon(&row.email, password).await {
                return Ok(Err(StepError::NotProved(format!("{}: {why}", row.email))));
            }
            proved.push(row.email.as_str());
        }
        if failed > 0 {
            let total = rows.len();
            let why = format!(
                "{failed} of {total} people failed; the others are there. Their rows say why. Resume tries those again."
            );
            return Ok(Err(StepError::NotReached(why)));
        }
        if proved.is_empty() {
            return Ok(Ok(
                "All are there. Nobody's password is in memory any more to sign in with."
                    .to_owned(),
            ));
        }
        Ok(Ok(format!(
            "Dex signed in {}. Of all others the API server confirmed the login.",
            proved.join(", ")
        )))
    }
}
