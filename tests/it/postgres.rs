//! A `PostgreSQL` server of the distribution for this test process, with a database for each test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Starts the server, waits until this process is gone (its end of the pipe closes, however it died), then
/// stops the server and removes its files.
const KEEPER: &str = r#"
trap : INT TERM HUP
folder=$1; shift
"$@" >"$folder/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server"; wait "$server"
rm -rf "$folder"
"#;

struct Server {
    folder: PathBuf,
    /// Holds the pipe whose end is the signal to stop.
    _keeper: Child,
    next: AtomicU32,
}

/// The URL of a new, empty database; `None` where `PostgreSQL` is not installed.
pub(crate) async fn new_database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start))
        .await
        .unwrap()
        .as_ref()?;
    let name = format!("test{}", server.next.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&server.url("postgres"))
        .await
        .unwrap();
    let statement = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    Some(server.url(&name))
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!(
            "postgres://tester@localhost/{database}?host={}",
            self.folder.display()
        )
    }
}

fn start() -> Option<Server> {
    let Some(programs) = programs() else {
        #[expect(clippy::disallowed_methods, reason = "asks where the test runs")]
        let on_ci = std::env::var("CI").is_ok();
        assert!(!on_ci, "PostgreSQL is not installed");
        eprintln!("left out: PostgreSQL is not installed");
        return None;
    };
    let folder = tempfile::Builder::new()
        .prefix("kubeflow-admin-postgres-")
        .tempdir()
        .unwrap()
        .keep();
    if is_root() {
        std::os::unix::fs::chown(&folder, Some(server_user()), None).unwrap();
    }
    let data = folder.join("data");
    let made = lowered(&programs.join("initdb"))
        .args(["--username=tester", "--auth=trust", "--encoding=UTF8"])
        .args(["--no-locale", "--no-sync", "--pgdata"])
        .arg(&data)
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let server = Server {
        _keeper: keeper(&programs, &folder),
        folder,
        next: AtomicU32::new(0),
    };
    server.wait_until_ready();
    Some(server)
}

fn keeper(programs: &Path, folder: &Path) -> Child {
    let server = lowered(&programs.join("postgres"));
    Command::new("sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(folder)
        .arg(server.get_program())
        .args(server.get_args())
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-F", "-c", "listen_addresses=", "-c", "max_connections=200"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap()
}

impl Server {
    fn wait_until_ready(&self) {
        let socket = self.folder.join(".s.PGSQL.5432");
        let began = Instant::now();
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            let log = std::fs::read_to_string(self.folder.join("log"));
            assert!(began.elapsed() < Duration::from_secs(30), "{log:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        // It listens a moment before it answers; the pool retries that part.
    }
}

/// `PostgreSQL` refuses to run as root, so root runs it as the user of Debian's package.
fn lowered(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program);
    command
}

/// The newest version that the distribution has installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .max()
}

fn is_root() -> bool {
    id(&["-u"]) == Some(0)
}

fn server_user() -> u32 {
    id(&["-u", "postgres"]).unwrap()
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
