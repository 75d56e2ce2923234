//! The activity record: append, read, and trim what is too old. Nothing changes a line.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::any::AnyRow;

use super::row::{clean, containing, from_json, maybe_text, millis, starting, text, time, to_json};
use super::{Error, Statement, Store};
use crate::domain::{AuditEvent, AuditFilter, OperationId, Outcome, UserName};

impl Store {
    pub async fn audit_append(&self, event: &AuditEvent) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/audit_append.sql"))
            .bind(event.id.clone())
            .bind(millis(event.at))
            .bind(clean(event.actor.as_str()))
            .bind(clean(&event.action))
            .bind(clean(&event.subject))
            .bind(event.outcome.as_str())
            .bind(event.operation.map(|id| id.to_string()))
            .bind(event.before.as_ref().map(to_json).transpose()?)
            .bind(event.after.as_ref().map(to_json).transpose()?)
            .bind(clean(&event.note));
        self.change(statement).await.map(drop)
    }

    /// Newest first, and how many lines match in all.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        limit: u32,
        offset: u32,
    ) -> Result<(Vec<AuditEvent>, u64), Error> {
        let page = filtered(sqlx::query(include_str!("sql/audit_page.sql")), filter)
            .bind(i64::from(limit))
            .bind(i64::from(offset));
        let count = filtered(sqlx::query(include_str!("sql/audit_count.sql")), filter);
        let rows = self.rows(page).await?;
        let events = rows.iter().map(event).collect::<Result<_, _>>()?;
        Ok((events, self.total(count).await?))
    }

    pub async fn audit_find(&self, id: &str) -> Result<Option<AuditEvent>, Error> {
        let statement = sqlx::query(include_str!("sql/audit_find.sql")).bind(clean(id));
        self.row(statement).await?.as_ref().map(event).transpose()
    }

    /// Deletes the lines made before a time; how many there were.
    pub async fn audit_trim(&self, before: Timestamp) -> Result<u64, Error> {
        let statement = sqlx::query(include_str!("sql/audit_trim.sql")).bind(millis(before));
        self.change(statement).await
    }
}

fn filtered(statement: Statement, filter: &AuditFilter) -> Statement {
    let outcome = filter.outcome.map_or("", Outcome::as_str);
    let operation = filter
        .operation
        .map_or_else(String::new, |id| id.to_string());
    statement
        .bind(containing(&filter.actor))
        .bind(starting(&filter.action))
        .bind(containing(&filter.subject))
        .bind(outcome)
        .bind(operation)
}

fn event(row: &AnyRow) -> Result<AuditEvent, Error> {
    Ok(AuditEvent {
        id: text(row, "id")?,
        at: time(row, "at")?,
        actor: UserName::from_cluster(text(row, "actor")?),
        action: text(row, "action")?,
        subject: text(row, "subject")?,
        outcome: outcome(&text(row, "outcome")?)?,
        operation: operation(row)?,
        before: value(row, "before_json")?,
        after: value(row, "after_json")?,
        note: text(row, "note")?,
    })
}

fn outcome(text: &str) -> Result<Outcome, Error> {
    Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.as_str() == text)
        .ok_or_else(|| Error::Corrupt("column outcome holds an unknown word".to_owned()))
}

fn operation(row: &AnyRow) -> Result<Option<OperationId>, Error> {
    maybe_text(row, "operation")?
        .map(|id| id.parse())
        .transpose()
        .map_err(|_| Error::Corrupt("column operation holds no id".to_owned()))
}

fn value(row: &AnyRow, column: &str) -> Result<Option<Value>, Error> {
    maybe_text(row, column)?
        .map(|text| from_json(&text, column))
        .transpose()
}
