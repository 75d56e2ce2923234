//! Many people in one operation: each step goes through all rows, several at once, and stores each row when it is
//! done. A row that fails does not hold up the others; the last step says how many are left, and resuming goes
//! through those again.
//!
//! Passwords are in memory until somebody has seen the sheet. Whoever takes over after a crash makes new ones for
//! everybody whose password nobody has seen.

mod plan;
mod ready;
mod rows;
mod sheet;
mod work;

pub(super) use sheet::Sheets;

use std::collections::BTreeMap;

use super::engine::{Engine, StartRefusal};
use crate::domain::{
    ImportRow, Operation, OperationId, PlainPassword, Stage, State, Step, StepState,
};

impl Engine {
    /// Rows that failed are tried again; passwords that nobody saw and that are not in this memory are made anew.
    pub(super) async fn prepare_import(
        &self,
        operation: &mut Operation,
    ) -> Result<(), StartRefusal> {
        if !operation.has_rows() {
            return Ok(());
        }
        let (store, id) = (&self.parts.store, operation.id);
        store.import_forget_stop(&id).await?;
        if !self.sheets.has(&id) {
            store.import_restart(&id).await?;
        }
        store.import_retry(&id).await?;
        for record in &mut operation.steps {
            let begun = matches!(record.state, StepState::Done | StepState::Failed);
            if begun && matches!(record.step, Step::Import(_)) {
                record.state = StepState::Running;
            }
        }
        Ok(())
    }

    /// Asks whoever works on it to stop after the rows that are on their way.
    pub async fn stop_import(&self, id: &OperationId) -> Result<(), StartRefusal> {
        let found = self.parts.store.operation_find(id).await?;
        let operation = found.ok_or(StartRefusal::Gone)?;
        if operation.state != State::Running || !operation.has_rows() {
            return Err(StartRefusal::WrongState(operation.state));
        }
        let now = self.clock.now();
        Ok(self.parts.store.import_ask_to_stop(id, now).await?)
    }

    pub async fn import_rows(&self, id: &OperationId) -> Result<Vec<ImportRow>, StartRefusal> {
        Ok(self.parts.store.import_rows(id).await?)
    }

    /// Is there a sheet to show?
    pub fn holds_sheet(&self, id: &OperationId) -> bool {
        self.sheets.has(id)
    }

    /// The people and their passwords, for the first one who asks. Only those whose password is the one at Dex.
    pub async fn take_sheet(
        &self,
        id: &OperationId,
    ) -> Result<Vec<(ImportRow, PlainPassword)>, StartRefusal> {
        if !self.sheets.has(id) {
            return Ok(Vec::new());
        }
        let rows = self.parts.store.import_rows(id).await?;
        // Before they are shown: nobody's password is replaced once somebody has it.
        self.parts.store.import_hand_over(id).await?;
        let mut sheet: BTreeMap<u32, PlainPassword> = self.sheets.take(id);
        let current = |row: &ImportRow| {
            !row.handed_over && row.stage >= Stage::Login && *row.holder == *self.owner
        };
        let rows = rows.into_iter().filter(current);
        Ok(rows
            .filter_map(|row| {
                let password = sheet.remove(&row.number)?;
                Some((row, password))
            })
            .collect())
    }
}
