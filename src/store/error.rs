//! What can go wrong with the store, and what to do about it.

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

/// Why the store did not do what it was asked. Never holds a value that was to be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error(
        "The store was written by a newer version of this program (its schema is {found}, this version knows {known}). Start the newer version, or restore a backup made before the upgrade"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error("The store is busy with another change. Try again in a moment")]
    Locked,
    #[error("The store already holds this entry. Reload the page to see it")]
    Exists,
    #[error(
        "The store cannot be used: {0}. Check that the database runs, that it can be reached and that its disk has room"
    )]
    Unreachable(String),
    #[error(
        "The store holds something that this version cannot read: {0}. Restore a backup, or start the version that wrote it"
    )]
    Corrupt(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let Some(database) = error.as_database_error() {
            return from_database(database);
        }
        let unreadable = matches!(
            error,
            sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Decode(_)
                | sqlx::Error::Encode(_)
                | sqlx::Error::ColumnNotFound(_)
                | sqlx::Error::ColumnIndexOutOfBounds { .. }
                | sqlx::Error::TypeNotFound { .. }
                | sqlx::Error::AnyDriverError(_)
                | sqlx::Error::RowNotFound
        );
        if unreadable {
            Self::Corrupt(error.to_string())
        } else {
            Self::Unreachable(error.to_string())
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        if let MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) = error {
            return inner.into();
        }
        Self::Corrupt(error.to_string())
    }
}

fn from_database(error: &dyn DatabaseError) -> Error {
    let code = error.code().unwrap_or_default();
    if error.is_unique_violation() {
        Error::Exists
    } else if is_lock(&code) {
        Error::Locked
    } else if is_misfit(&code) {
        Error::Corrupt(error.message().to_owned())
    } else {
        Error::Unreachable(error.message().to_owned())
    }
}

/// `SQLite`'s primary result code, which is the low byte of the extended one; `PostgreSQL` has five characters.
fn sqlite_code(code: &str) -> Option<u32> {
    let number = code.parse::<u32>().ok()?;
    (code.len() < 5).then_some(number & 0xff)
}

/// `SQLite`: BUSY, LOCKED. `PostgreSQL`: serialisation failure, deadlock, lock not available.
fn is_lock(code: &str) -> bool {
    sqlite_code(code).map_or_else(
        || ["40001", "40P01", "55P03"].contains(&code),
        |primary| [5, 6].contains(&primary),
    )
}

/// The statement and the database do not fit. `SQLite`: ERROR, CORRUPT, CONSTRAINT, MISMATCH, NOTADB.
/// `PostgreSQL`: classes data exception, integrity violation, undefined things.
fn is_misfit(code: &str) -> bool {
    sqlite_code(code).map_or_else(
        || {
            ["22", "23", "42"]
                .iter()
                .any(|class| code.starts_with(class))
        },
        |primary| [1, 11, 19, 20, 26].contains(&primary),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_is_told_from_broken_on_both_engines() {
        for code in ["5", "261", "517", "6", "40P01", "55P03"] {
            assert!(is_lock(code) && !is_misfit(code), "{code}");
        }
        for code in ["11", "26", "1", "42P01", "22021"] {
            assert!(is_misfit(code) && !is_lock(code), "{code}");
        }
        for code in ["13", "10", "14", "8", "53100", "57P01", "08006", "28P01"] {
            assert!(!is_misfit(code) && !is_lock(code), "{code}");
        }
    }
}
