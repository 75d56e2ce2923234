//! Rows of operations that add many people, and the wish to stop one.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::row::{clean, json, millis, text, to_json};
use super::{Error, Saved, Store};
use crate::domain::{ImportRow, OperationId, Stage};

impl Store {
    /// All rows of a plan or none of them.
    pub async fn import_insert(
        &self,
        id: &OperationId,
        rows: &[ImportRow],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut statements = Vec::with_capacity(rows.len());
        for row in rows {
            let statement = sqlx::query(include_str!("sql/import_rows_insert.sql"))
                .bind(id.to_string())
                .bind(i64::from(row.number))
                .bind(row.stage.number())
                .bind(clean(&row.failure))
                .bind(millis(now))
                .bind(to_json(row)?);
            statements.push(statement);
        }
        self.all_or_none(statements).await
    }

    /// In the order of the list.
    pub async fn import_rows(&self, id: &OperationId) -> Result<Vec<ImportRow>, Error> {
        let statement = sqlx::query(include_str!("sql/import_rows_of.sql")).bind(id.to_string());
        self.rows(statement).await?.iter().map(import_row).collect()
    }

    /// Saves only for the holder of the operation's lease.
    pub async fn import_save(
        &self,
        id: &OperationId,
        row: &ImportRow,
        owner: &str,
    ) -> Result<Saved, Error> {
        let statement = sqlx::query(include_str!("sql/import_rows_save.sql"))
            .bind(id.to_string())
            .bind(i64::from(row.number))
            .bind(row.stage.number())
            .bind(clean(&row.failure))
            .bind(to_json(row)?)
            .bind(owner.to_owned());
        match self.change(statement).await? {
            0 => Ok(Saved::LeaseLost),
            _ => Ok(Saved::Yes),
        }
    }

    /// What failed is tried again.
    pub async fn import_retry(&self, id: &OperationId) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/import_rows_retry.sql")).bind(id.to_string());
        self.change(statement).await.map(drop)
    }

    /// Everybody whose password nobody has begins anew.
    pub async fn import_restart(&self, id: &OperationId) -> Result<(), Error> {
        let statement =
            sqlx::query(include_str!("sql/import_rows_restart.sql")).bind(id.to_string());
        self.change(statement).await.map(drop)
    }

    /// From now on somebody has the passwords of all who have a login.
    pub async fn import_hand_over(&self, id: &OperationId) -> Result<(), Error> {
        let statement =
            sqlx::query(include_str!("sql/import_rows_hand_over.sql")).bind(id.to_string());
        self.change(statement).await.map(drop)
    }

    /// Rows whose operation is gone.
    pub async fn import_sweep(&self, before: Timestamp) -> Result<u64, Error> {
        let statement = sqlx::query(include_str!("sql/import_rows_sweep.sql")).bind(millis(before));
        self.change(statement).await
    }

    /// Whoever works on the operation sees it soon.
    pub async fn import_ask_to_stop(&self, id: &OperationId, now: Timestamp) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/import_stops_insert.sql"))
            .bind(id.to_string())
            .bind(millis(now));
        self.change(statement).await.map(drop)
    }

    pub async fn import_shall_stop(&self, id: &OperationId) -> Result<bool, Error> {
        let statement = sqlx::query(include_str!("sql/import_stops_find.sql")).bind(id.to_string());
        Ok(self.row(statement).await?.is_some())
    }

    pub async fn import_forget_stop(&self, id: &OperationId) -> Result<(), Error> {
        let statement =
            sqlx::query(include_str!("sql/import_stops_delete.sql")).bind(id.to_string());
        self.change(statement).await.map(drop)
    }
}

fn import_row(row: &AnyRow) -> Result<ImportRow, Error> {
    let stage: i64 = row.try_get("stage")?;
    let handed_over: i64 = row.try_get("handed_over")?;
    let stage = Stage::of_number(stage)
        .ok_or_else(|| Error::Corrupt("column stage holds no stage".to_owned()))?;
    Ok(ImportRow {
        stage,
        failure: text(row, "failure")?,
        handed_over: handed_over > 0,
        ..json(row, "body")?
    })
}
