//! Objects of releases that are applied as operations. Fields are kept until the operation has ended, and no field of
//! an object that holds secrets ever: whoever inserts leaves those out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Acquire as _, Row as _};

use super::row::{clean, json, millis, text, to_json};
use super::{Error, Saved, Store, patiently};
use crate::domain::{Kind, OperationId, ReleaseBody, ReleaseRow, RowState, UserName};

impl Store {
    /// All objects of a plan or none of them. An object without an entry in `bodies` is kept without its fields.
    pub async fn release_insert(
        &self,
        id: &OperationId,
        rows: &[ReleaseRow],
        bodies: &[ReleaseBody],
        now: Timestamp,
    ) -> Result<(), Error> {
        let bodies: BTreeMap<u32, &serde_json::Value> =
            bodies.iter().map(|one| (one.number, &one.body)).collect();
        let mut connection = patiently(self.pool.acquire()).await?;
        let mut work = patiently(connection.begin()).await?;
        for row in rows {
            let body = bodies.get(&row.number);
            let statement = sqlx::query(include_str!("sql/release_rows_insert.sql"))
                .bind(id.to_string())
                .bind(i64::from(row.number))
                .bind(millis(now))
                .bind(to_json(row)?)
                .bind(body.map(to_json).transpose()?.unwrap_or_default());
            patiently(statement.execute(&mut *work)).await?;
        }
        patiently(work.commit()).await
    }

    /// In the order of the waves.
    pub async fn release_rows(&self, id: &OperationId) -> Result<Vec<ReleaseRow>, Error> {
        let statement = sqlx::query(include_str!("sql/release_rows_of.sql")).bind(id.to_string());
        self.rows(statement)
            .await?
            .iter()
            .map(release_row)
            .collect()
    }

    /// Fields of all objects whose fields are kept.
    pub async fn release_bodies(&self, id: &OperationId) -> Result<Vec<ReleaseBody>, Error> {
        let statement =
            sqlx::query(include_str!("sql/release_rows_bodies.sql")).bind(id.to_string());
        self.rows(statement)
            .await?
            .iter()
            .map(release_body)
            .collect()
    }

    /// Saves states only for the holder of the operation's lease.
    pub async fn release_save(
        &self,
        id: &OperationId,
        rows: &[ReleaseRow],
        owner: &str,
    ) -> Result<Saved, Error> {
        let mut connection = patiently(self.pool.acquire()).await?;
        let mut work = patiently(connection.begin()).await?;
        for row in rows {
            let statement = sqlx::query(include_str!("sql/release_rows_save.sql"))
                .bind(id.to_string())
                .bind(i64::from(row.number))
                .bind(row.state.as_str())
                .bind(clean(&row.detail))
                .bind(owner.to_owned());
            let saved = patiently(statement.execute(&mut *work)).await?;
            if saved.rows_affected() == 0 {
                return Ok(Saved::LeaseLost);
            }
        }
        patiently(work.commit()).await.map(|()| Saved::Yes)
    }

    /// What failed is tried again.
    pub async fn release_retry(&self, id: &OperationId) -> Result<(), Error> {
        let statement =
            sqlx::query(include_str!("sql/release_rows_retry.sql")).bind(id.to_string());
        self.change(statement).await.map(drop)
    }

    pub async fn release_delete(&self, id: &OperationId) -> Result<(), Error> {
        let statement =
            sqlx::query(include_str!("sql/release_rows_delete.sql")).bind(id.to_string());
        self.change(statement).await.map(drop)
    }

    /// Forgets the fields of releases that are done, and of those that failed before `before`.
    pub async fn release_forget(&self, before: Timestamp) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/release_rows_forget.sql")).bind(millis(before));
        self.change(statement).await
    }

    /// Rows whose operation is gone.
    pub async fn release_sweep(&self, before: Timestamp) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/release_rows_sweep.sql")).bind(millis(before));
        self.change(statement).await
    }

    /// Plans of a kind that a person has not started.
    pub async fn operations_planned_of(
        &self,
        actor: &UserName,
        kind: Kind,
    ) -> Result<Vec<OperationId>, Error> {
        let statement = sqlx::query(include_str!("sql/operations_planned_of.sql"))
            .bind(clean(actor.as_str()))
            .bind(kind.as_str());
        self.rows(statement)
            .await?
            .iter()
            .map(super::operations::id)
            .collect()
    }
}

fn release_row(row: &AnyRow) -> Result<ReleaseRow, Error> {
    let state = text(row, "state")?;
    let state = RowState::ALL
        .into_iter()
        .find(|one| one.as_str() == state)
        .ok_or_else(|| Error::Corrupt("column state holds no state of an object".to_owned()))?;
    Ok(ReleaseRow {
        state,
        detail: text(row, "detail")?,
        ..json(row, "about")?
    })
}

fn release_body(row: &AnyRow) -> Result<ReleaseBody, Error> {
    let number: i64 = row.try_get("number")?;
    Ok(ReleaseBody {
        number: u32::try_from(number)
            .map_err(|_| Error::Corrupt("column number holds no number of a row".to_owned()))?,
        body: json(row, "body")?,
    })
}
