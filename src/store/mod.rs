//! The only code that speaks SQL: sessions, links, sign-ins on their way, activity, operations, settings,
//! usage.
//!
//! Owns the pool, the migrations and the form in which values are stored; the same SQL runs on `SQLite`
//! and on `PostgreSQL`. Knows `domain` and sqlx, nothing of the cluster, of pages or of permissions, and
//! never asks for the time. Times are kept in milliseconds. To add a table: a migration, `sql/<table>_<verb>.sql`
//! with one statement each, one file here, and a test in `tests/it/store.rs`, which runs it on both engines.

mod audit;
mod end_requests;
mod error;
mod faults;
mod imports;
mod links;
mod open;
mod operations;
mod password_links;
mod pending;
mod row;
mod sessions;
mod settings;
mod usage;

use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;

pub use error::Error;
pub use faults::{Fault, Faults};
pub use operations::{OperationFilter, Saved};
pub use pending::PendingSignIn;

/// Longest wait for one statement; a database that drops packets would otherwise hang a request for ever.
const PATIENCE: Duration = Duration::from_secs(10);

type Statement = Query<'static, sqlx::Any, AnyArguments>;

/// The database. Cheap to clone; all clones share one pool.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    faults: Faults,
}

impl Store {
    /// Is the database there and answering?
    pub async fn ping(&self) -> Result<(), Error> {
        self.rows(sqlx::query(include_str!("sql/schema_version.sql")))
            .await
            .map(drop)
    }

    /// What went wrong so far.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Lets go of the database; whoever asks afterwards is told that it is gone.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn rows(&self, statement: Statement) -> Result<Vec<AnyRow>, Error> {
        let rows = patiently(statement.fetch_all(&self.pool)).await;
        faults::counted(rows, &self.faults)
    }

    async fn row(&self, statement: Statement) -> Result<Option<AnyRow>, Error> {
        // All rows are read, also of DELETE … RETURNING: a statement left half-way may not count.
        Ok(self.rows(statement).await?.into_iter().next())
    }

    /// How many rows were changed.
    async fn change(&self, statement: Statement) -> Result<u64, Error> {
        let result = patiently(statement.execute(&self.pool)).await;
        Ok(faults::counted(result, &self.faults)?.rows_affected())
    }

    /// All of these, or none.
    async fn all_or_none(
        &self,
        statements: impl IntoIterator<Item = Statement, IntoIter: Send> + Send,
    ) -> Result<(), Error> {
        let statements = statements.into_iter();
        let work = async {
            let mut work = self.pool.begin().await?;
            for statement in statements {
                statement.execute(&mut *work).await?;
            }
            work.commit().await
        };
        faults::counted(patiently(work).await, &self.faults)
    }

    async fn total(&self, statement: Statement) -> Result<u64, Error> {
        let row = self.row(statement).await?;
        row.as_ref().map_or(Ok(0), row::total)
    }
}

async fn patiently<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(result) => result.map_err(Error::from),
        Err(_) => Err(Error::Unreachable(format!(
            "no answer within {} seconds",
            PATIENCE.as_secs()
        ))),
    }
}
