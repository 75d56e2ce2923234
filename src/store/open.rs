//! Opening: the pool, the settings of each engine, and the migrations.

use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};

use super::{Error, Faults, Store, patiently, row};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Longest wait for all migrations, the wait for another process that migrates included.
const MIGRATE: Duration = Duration::from_mins(1);

/// What the URL says about the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    SqliteFile,
    SqliteMemory,
    Postgres,
}

impl Store {
    /// `sqlite:PATH` (made if missing), `sqlite::memory:` or `postgres://…`; migrated to this version's schema.
    pub async fn open(url: &str) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url)?;
        if engine == Engine::SqliteFile {
            make_private_file(url)?;
        }
        let pool = patiently(engine.pool_options().connect(url)).await?;
        match prepare(&pool, engine).await {
            Ok(()) => Ok(Self {
                pool,
                faults: Faults::default(),
            }),
            Err(error) => {
                // Gives back the lock that a failed migration leaves behind on PostgreSQL.
                pool.close().await;
                Err(error)
            }
        }
    }
}

impl Engine {
    fn of(url: &str) -> Result<Self, Error> {
        if url.starts_with("sqlite:") && url.contains(":memory:") {
            Ok(Self::SqliteMemory)
        } else if url.starts_with("sqlite:") {
            Ok(Self::SqliteFile)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Ok(Self::Postgres)
        } else {
            // The URL may hold a password and is not repeated.
            Err(Error::Unreachable(
                "its URL starts neither with sqlite: nor with postgres:".to_owned(),
            ))
        }
    }

    /// For `SQLite`, sqlx itself sets a busy timeout of five seconds and foreign keys on every connection.
    fn pool_options(self) -> AnyPoolOptions {
        let options = AnyPoolOptions::new().acquire_timeout(CONNECT);
        match self {
            Self::SqliteFile => options.max_connections(4),
            // Every connection to :memory: is a database of its own, so there is exactly one, for ever.
            Self::SqliteMemory => options
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None),
            Self::Postgres => options.max_connections(8),
        }
    }
}

/// Only the owner may read it: it holds hashes of passwords in planned operations.
/// `SQLite` gives its journal the same mode.
fn make_private_file(url: &str) -> Result<(), Error> {
    let path = url.trim_start_matches("sqlite:");
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    if path.contains('%') {
        return Err(Error::Unreachable(
            "the path of its file has a % in it".to_owned(),
        ));
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::Unreachable(format!(
            "the file {path} cannot be opened for writing ({error})"
        ))),
    }
}

async fn prepare(pool: &AnyPool, engine: Engine) -> Result<(), Error> {
    if engine == Engine::SqliteFile {
        use_write_ahead_log(pool).await?;
    }
    tokio::time::timeout(MIGRATE, migrate(pool, engine))
        .await
        .map_err(|_| Error::Locked)?
}

/// `SQLite` does not wait for others here, however long the busy timeout is.
async fn use_write_ahead_log(pool: &AnyPool) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        let statement = sqlx::query(include_str!("sql/sqlite_journal.sql"));
        match patiently(statement.fetch_all(pool)).await {
            Err(Error::Locked) if tries < 50 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            other => return other.map(drop),
        }
    }
}

/// All missing migrations in one transaction. Two processes that start at once wait for each other: on
/// `SQLite` for the write lock, on `PostgreSQL` for a lock of ours; the one that sqlx takes ends before the commit.
async fn migrate(pool: &AnyPool, engine: Engine) -> Result<(), Error> {
    let mut work = match engine {
        Engine::Postgres => pool.begin().await?,
        Engine::SqliteFile | Engine::SqliteMemory => {
            pool.begin_with(include_str!("sql/sqlite_lock.sql")).await?
        }
    };
    if engine == Engine::Postgres {
        sqlx::query(include_str!("sql/postgres_lock.sql"))
            .execute(&mut *work)
            .await?;
    }
    // `run` takes any `Acquire`, and with it this future could not be sent to another thread.
    match MIGRATIONS.run_direct(None, &mut *work, false).await {
        Ok(()) => Ok(work.commit().await?),
        Err(MigrateError::VersionMissing(version)) => {
            let found = sqlx::query(include_str!("sql/schema_version.sql"))
                .fetch_one(&mut *work)
                .await?;
            Err(newer_schema(row::version(&found)?, version))
        }
        Err(error) => Err(error.into()),
    }
}

fn newer_schema(found: i64, missing: i64) -> Error {
    let known = MIGRATIONS.iter().map(|step| step.version).max();
    match known {
        Some(known) if found > known => Error::NewerSchema { found, known },
        _ => Error::Corrupt(format!("migration {missing} is unknown here")),
    }
}
