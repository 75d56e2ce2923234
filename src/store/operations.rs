//! Operations, and the leases that let exactly one replica work on one.
//!
//! The whole operation is the column `body`; the other columns repeat what lists and leases need.

use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyRow;

use super::row::{clean, containing, json, maybe_time, millis, text, to_json};
use super::{Error, Statement, Store};
use crate::domain::{Kind, Operation, OperationId, State, UserName};

/// An operation that began longer ago than this is no news when it ends.
const YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// Which operations to show. Empty fields do not filter; texts are parts, without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationFilter {
    pub state: Option<State>,
    pub kind: Option<Kind>,
    pub subject: String,
    pub actor: String,
}

/// Did a save count?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Saved {
    Yes,
    /// Somebody else holds the operation now; whoever reads this must stop working on it.
    LeaseLost,
}

impl Store {
    pub async fn operation_insert(&self, operation: &Operation) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/operations_insert.sql"))
            .bind(operation.id.to_string())
            .bind(operation.kind.as_str())
            .bind(operation.state.as_str())
            .bind(clean(&operation.subject))
            .bind(clean(operation.actor.user.as_str()))
            .bind(millis(operation.created_at))
            .bind(millis(operation.updated_at))
            .bind(to_json(operation)?);
        self.change(statement).await.map(drop)
    }

    pub async fn operation_find(&self, id: &OperationId) -> Result<Option<Operation>, Error> {
        let statement = sqlx::query(include_str!("sql/operations_find.sql")).bind(id.to_string());
        self.row(statement).await?.as_ref().map(body).transpose()
    }

    /// Newest first, and how many match in all.
    pub async fn operations_page(
        &self,
        filter: &OperationFilter,
        limit: u32,
        offset: u32,
    ) -> Result<(Vec<Operation>, u64), Error> {
        let page = filtered(sqlx::query(include_str!("sql/operations_page.sql")), filter)
            .bind(i64::from(limit))
            .bind(i64::from(offset));
        let count = filtered(
            sqlx::query(include_str!("sql/operations_count.sql")),
            filter,
        );
        let rows = self.rows(page).await?;
        let operations = rows.iter().map(body).collect::<Result<_, _>>()?;
        Ok((operations, self.total(count).await?))
    }

    /// How many there are of each kind in each state; those of a newer version's kinds are left out.
    pub async fn operations_tally(&self) -> Result<Vec<(Kind, State, u64)>, Error> {
        let statement = sqlx::query(include_str!("sql/operations_tally.sql"));
        let mut tally = Vec::new();
        for row in &self.rows(statement).await? {
            let (kind, state) = (text(row, "kind")?.parse(), text(row, "state")?.parse());
            if let (Ok(kind), Ok(state)) = (kind, state) {
                tally.push((kind, state, super::row::total(row)?));
            }
        }
        Ok(tally)
    }

    /// Those of one person that ended after `since`, oldest first. Only young ones are looked at.
    pub async fn operations_ended_of(
        &self,
        actor: &UserName,
        since: Timestamp,
    ) -> Result<Vec<Operation>, Error> {
        let statement = sqlx::query(include_str!("sql/operations_ended_of.sql"))
            .bind(clean(actor.as_str()))
            .bind(millis(since))
            .bind(millis(since - YOUNG));
        self.rows(statement).await?.iter().map(body).collect()
    }

    /// When an operation ended last, of the young ones.
    pub async fn operations_last_end(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let statement =
            sqlx::query(include_str!("sql/operations_last_end.sql")).bind(millis(now - YOUNG));
        let row = self.row(statement).await?;
        let ended = row.map(|row| maybe_time(&row, "ended_at")).transpose()?;
        Ok(ended.flatten())
    }

    /// Takes or prolongs the lease and returns the operation as it is then; `None` if it does not exist or
    /// somebody else holds it.
    pub async fn operation_claim(
        &self,
        id: &OperationId,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Operation>, Error> {
        let statement = sqlx::query(include_str!("sql/operations_claim.sql"))
            .bind(id.to_string())
            .bind(owner.to_owned())
            .bind(millis(now))
            .bind(millis(until));
        self.row(statement).await?.as_ref().map(body).transpose()
    }

    /// Saves only for the holder of the lease, and prolongs it.
    pub async fn operation_save(
        &self,
        operation: &Operation,
        owner: &str,
        until: Timestamp,
    ) -> Result<Saved, Error> {
        let statement = sqlx::query(include_str!("sql/operations_save.sql"))
            .bind(operation.id.to_string())
            .bind(owner.to_owned())
            .bind(operation.state.as_str())
            .bind(millis(operation.updated_at))
            .bind(to_json(operation)?)
            .bind(millis(until));
        match self.change(statement).await? {
            0 => Ok(Saved::LeaseLost),
            _ => Ok(Saved::Yes),
        }
    }

    pub async fn operation_release(&self, id: &OperationId, owner: &str) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/operations_release.sql"))
            .bind(id.to_string())
            .bind(owner.to_owned());
        self.change(statement).await.map(drop)
    }

    /// Active ones that nobody works on, oldest first.
    pub async fn operations_abandoned(&self, now: Timestamp) -> Result<Vec<OperationId>, Error> {
        let statement = sqlx::query(include_str!("sql/operations_abandoned.sql")).bind(millis(now));
        self.rows(statement).await?.iter().map(id).collect()
    }

    pub async fn operation_delete(&self, id: &OperationId) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/operations_delete.sql")).bind(id.to_string());
        self.change(statement).await.map(drop)
    }

    /// Plans that nobody started.
    pub async fn operations_delete_planned(&self, before: Timestamp) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/operations_delete_planned.sql")).bind(millis(before));
        self.change(statement).await
    }

    /// Old ones that ended (done, undone or failed). An active one is never deleted.
    pub async fn operations_trim(&self, before: Timestamp) -> Result<u64, Error> {
        let statement = sqlx::query(include_str!("sql/operations_trim.sql")).bind(millis(before));
        self.change(statement).await
    }
}

fn filtered(statement: Statement, filter: &OperationFilter) -> Statement {
    statement
        .bind(filter.state.map_or("", State::as_str))
        .bind(filter.kind.map_or("", Kind::as_str))
        .bind(containing(&filter.subject))
        .bind(containing(&filter.actor))
}

fn body(row: &AnyRow) -> Result<Operation, Error> {
    json(row, "body")
}

pub(super) fn id(row: &AnyRow) -> Result<OperationId, Error> {
    text(row, "id")?
        .parse()
        .map_err(|_| Error::Corrupt("column id holds no id".to_owned()))
}
