//! Migrations, versions, and what a stolen copy of the database would tell.

use kubeflow_admin::store::{Error, Store};
use sqlx::migrate::Migrator;
use sqlx::{AnyPool, Row};

use super::fixtures::{hash, link, password_link, pending, session};
use super::records::set;
use super::{Place, both};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

both!(
    a_database_of_the_first_version_is_migrated_and_keeps_its_rows,
    a_schema_of_a_newer_version_is_refused_and_left_alone,
    processes_that_start_at_once_all_open_it,
    no_column_holds_a_plain_token,
);

async fn raw(place: &Place) -> AnyPool {
    sqlx::any::install_default_drivers();
    let url = match place.url.strip_prefix("sqlite:") {
        Some(path) => format!("sqlite:{path}?mode=rwc"),
        None => place.url.clone(),
    };
    AnyPool::connect(&url).await.unwrap()
}

async fn a_database_of_the_first_version_is_migrated_and_keeps_its_rows(place: &Place) {
    let pool = raw(place).await;
    MIGRATIONS.run_to(1, &pool).await.unwrap();
    let ana = session(1, "ana@example.com");
    sqlx::query(include_str!("../../../src/store/sql/sessions_insert.sql"))
        .bind(ana.id.as_str().to_owned())
        .bind(ana.token.as_str().to_owned())
        .bind(ana.actor.user.as_str().to_owned())
        .bind(ana.actor.user.folded())
        .bind(serde_json::to_string(&ana.actor).unwrap())
        .bind(ana.created_at.as_millisecond())
        .bind(ana.authenticated_at.as_millisecond())
        .bind(ana.last_seen_at.as_millisecond())
        .bind(ana.expires_at.as_millisecond())
        .bind(ana.address.clone())
        .bind(ana.user_agent.clone())
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;

    let store = place.open().await;
    assert_eq!(store.session_find(&hash(1)).await, Ok(Some(ana)));
    set(&store, "a", "b").await;
    drop(store);
    place.open().await.ping().await.unwrap();
}

async fn a_schema_of_a_newer_version_is_refused_and_left_alone(place: &Place) {
    drop(place.open().await);
    let known = MIGRATIONS.iter().map(|step| step.version).max().unwrap();
    let pool = raw(place).await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        SELECT version + 7, description, success, checksum, 0 FROM _sqlx_migrations WHERE version = $1";
    sqlx::query(newer).bind(known).execute(&pool).await.unwrap();
    let found = known + 7;
    let error = Store::open(&place.url).await.err();
    assert_eq!(error, Some(Error::NewerSchema { found, known }));
    let rows = sqlx::query("SELECT COUNT(*) FROM _sqlx_migrations")
        .fetch_one(&pool)
        .await
        .unwrap();
    let versions = i64::try_from(MIGRATIONS.iter().count()).unwrap();
    assert_eq!(rows.get::<i64, _>(0), versions + 1);
}

async fn processes_that_start_at_once_all_open_it(place: &Place) {
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let url = place.url.clone();
            tokio::spawn(async move { Store::open(&url).await.map(drop) })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
}

/// A secret is known outside; the database holds its hash in these columns and nothing of it elsewhere.
/// A new table must be added here, so that somebody asks what a stolen copy of it would tell.
async fn no_column_holds_a_plain_token(place: &Place) {
    const COLUMNS: [(&str, &str); 17] = [
        (
            "_sqlx_migrations",
            "SELECT description FROM _sqlx_migrations",
        ),
        ("audit", "SELECT id FROM audit"),
        ("end_requests", "SELECT body FROM end_requests"),
        ("import_rows", "SELECT body FROM import_rows"),
        ("import_stops", "SELECT operation FROM import_stops"),
        ("links", "SELECT token FROM links"),
        ("operations", "SELECT id FROM operations"),
        ("password_links", "SELECT token FROM password_links"),
        ("password_links", "SELECT email FROM password_links"),
        ("pending", "SELECT state FROM pending"),
        ("pending", "SELECT browser FROM pending"),
        ("release_rows", "SELECT about FROM release_rows"),
        ("sessions", "SELECT token FROM sessions"),
        ("sessions", "SELECT id FROM sessions"),
        ("sessions", "SELECT actor FROM sessions"),
        ("settings", "SELECT name FROM settings"),
        ("usage", "SELECT profile FROM usage"),
    ];
    let store = place.open().await;
    store
        .session_insert(&session(1, "a@example.com"))
        .await
        .unwrap();
    store.link_insert(&link(1)).await.unwrap();
    store.pending_insert(&pending(1)).await.unwrap();
    store
        .password_link_replace(&password_link(1))
        .await
        .unwrap();
    let pool = raw(place).await;
    for (table, statement) in COLUMNS {
        let rows = sqlx::query(statement).fetch_all(&pool).await.unwrap();
        let hashed = ["token", "state", "browser"]
            .iter()
            .any(|column| statement.contains(column));
        for row in rows {
            let text: String = row.get(0);
            let is_hash = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
            assert_eq!(is_hash, hashed, "{table}: {text}");
        }
    }
    let mut known: Vec<_> = COLUMNS
        .iter()
        .map(|(table, _)| (*table).to_owned())
        .collect();
    known.dedup();
    assert_eq!(tables(place, &pool).await, known);
}

async fn tables(place: &Place, pool: &AnyPool) -> Vec<String> {
    let statement = if place.url.starts_with("sqlite:") {
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    } else {
        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    };
    let rows = sqlx::query(statement).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_statement_is_a_file_named_after_a_table() {
    let tables = [
        "audit_",
        "end_requests_",
        "import_rows_",
        "import_stops_",
        "links_",
        "operations_",
        "password_links_",
        "pending_",
        "release_rows_",
        "sessions_",
        "settings_",
        "usage_",
        "schema_",
        "sqlite_",
        "postgres_",
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/sql");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(tables.iter().any(|t| name.starts_with(t)), "{name}");
        assert!(!text.contains(';'), "{name} holds one statement");
    }
}

#[tokio::test]
async fn a_wrong_place_is_named_and_its_password_is_not() {
    for (url, part) in [
        ("mysql://u:canary@h/db", "starts neither"),
        (
            "sqlite:/nowhere/at/all/store.db",
            "/nowhere/at/all/store.db",
        ),
        ("postgres://u:canary@127.0.0.1:1/db", "cannot be used"),
    ] {
        let text = Store::open(url).await.err().unwrap().to_string();
        assert!(text.contains(part) && !text.contains("canary"), "{text}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::sqlite();
    let store = place.open().await;
    set(&store, "a", "b").await;
    let path = place.url.trim_start_matches("sqlite:");
    for suffix in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{path}{suffix}"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_unreadable() {
    let place = Place::sqlite();
    let path = place.url.trim_start_matches("sqlite:");
    std::fs::write(path, vec![b'x'; 8192]).unwrap();
    let error = Store::open(&place.url).await.err();
    assert!(matches!(error, Some(Error::Corrupt(_))), "{error:?}");
}

#[tokio::test]
async fn a_database_in_memory_keeps_what_it_is_given() {
    let store = Store::open("sqlite::memory:").await.unwrap();
    set(&store, "a", "b").await;
    assert_eq!(store.setting_get("a").await, Ok(Some("b".to_owned())));
}
