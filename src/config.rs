//! Start-up configuration: flags and environment, parsed once. Nothing else reads the environment.

pub mod administer;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The administrator's dashboard for Kubeflow.
#[derive(Debug, Parser)]
#[command(name = "kubeflow-admin", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the dashboard.
    Serve(Box<Serve>),
    /// Try the dashboard on a Kubeflow in memory: no cluster is needed, and nothing stays behind unless asked.
    Demo(Demo),
    /// Print a one-time link that signs in without Dex: for the first start, and when nobody can sign in.
    SignInLink(Link),
    /// Put a link to the dashboard into the menu of Kubeflow's Central Dashboard, or take it out.
    #[command(subcommand)]
    MenuLink(MenuLink),
    /// Look at the installation and say what is wrong: exit code 0, 1 when something is, 2 when it could not be looked at.
    Doctor(Box<Doctor>),
    /// Apply what `kustomize build` prints, in one pass: exit code 0, 1 when something failed, 2 when nothing was begun, 3 when paused.
    Apply(Box<Apply>),
    /// List, add and remove people, and set their passwords.
    #[command(subcommand)]
    User(administer::User),
    /// List, create, hand over, freeze and delete profiles.
    #[command(subcommand)]
    Profile(administer::Profile),
    /// List, add and remove contributors of profiles.
    #[command(subcommand)]
    Contributor(administer::Contributor),
    /// Show and set the quotas of profiles.
    #[command(subcommand)]
    Quota(administer::Quota),
    /// Say who can reach what, and why somebody cannot.
    #[command(subcommand)]
    Access(administer::Access),
    /// Print profiles and contributors as Kubernetes objects.
    Export(administer::Export),
    /// Say what an import of a file would change: exit code 0 when nothing, 1 when something.
    Diff(administer::Diff),
    /// Bring profiles and contributors to what a file says.
    Import(Box<administer::Import>),
    /// List, resume and undo what these commands did.
    #[command(subcommand)]
    Operation(administer::Operation),
    /// Ask a running server whether it is alive; exit code 0 when it is.
    Health(Health),
}

/// Needs no more than a kubeconfig; what may not be read is said to be unknown.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Kubeconfig to use; without it KUBECONFIG or ~/.kube/config.
    #[arg(long, env = "KUBEFLOW_ADMIN_KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig.
    #[arg(long, env = "KUBEFLOW_ADMIN_CONTEXT")]
    pub context: Option<String>,
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    pub output: Output,
    /// Ask before an installation: can this cluster take this release?
    #[arg(long, value_name = "RELEASE")]
    pub pre: Option<String>,
    /// Exit code 1 from this level on.
    #[arg(long, value_enum, default_value_t = Level::Error)]
    pub fail_on: Level,
    /// Also try something out, and clean up after it.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub probe: Vec<Probe>,
}

/// Acts with the rights of a kubeconfig; never deletes unless asked.
#[derive(Debug, Args)]
pub struct Apply {
    /// The text, or - for standard input.
    #[arg(long, short)]
    pub file: PathBuf,
    /// Kubeconfig to use; without it KUBECONFIG or ~/.kube/config.
    #[arg(long, env = "KUBEFLOW_ADMIN_KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig.
    #[arg(long, env = "KUBEFLOW_ADMIN_CONTEXT")]
    pub context: Option<String>,
    /// Only print the plan.
    #[arg(long)]
    pub dry_run: bool,
    /// The text's SHA-256 in hexadecimal; another text is refused.
    #[arg(long, value_name = "DIGEST")]
    pub sha256: Option<String>,
    /// Field manager whose fields are taken over, such as kubectl-client-side-apply; may be given several times.
    #[arg(long, value_name = "MANAGER")]
    pub take_over: Vec<String>,
    /// Go on without objects whose kinds this Kubernetes no longer serves.
    #[arg(long)]
    pub leave_out_removed: bool,
    /// Object to delete first, such as apps/v1/StatefulSet/NAMESPACE/NAME; may be given several times.
    #[arg(long, value_name = "OBJECT")]
    pub delete: Vec<String>,
    /// How long an object is tried, and a wave waited for (e.g. 15m).
    #[arg(long, default_value = "15m", value_parser = duration)]
    pub patience: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    Table,
    Json,
    Junit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    Error,
    Warning,
    Info,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Probe {
    /// A Profile and its quota, as a dry run: nothing is kept.
    Profile,
    /// A small volume of the default class, which is deleted again.
    Volume,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub http: Http,
    #[command(flatten)]
    pub store: StoreAt,
    #[command(flatten)]
    pub kubernetes: Kubernetes,
    #[command(flatten)]
    pub dex: Dex,
    #[command(flatten)]
    pub sessions: Sessions,
    #[command(flatten)]
    pub observing: Observing,
    /// An operation whose program was silent this long is taken over by another, or by this one after a restart.
    #[arg(long, env = "KUBEFLOW_ADMIN_TAKE_OVER_AFTER", default_value = "20s", value_parser = duration)]
    pub take_over_after: Duration,
}

#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    pub http: Http,
    /// Address and port at which the demo's Kubernetes API answers programs such as kubectl; without it nobody outside.
    #[arg(long, env = "KUBEFLOW_ADMIN_DEMO_API_LISTEN")]
    pub api_listen: Option<SocketAddr>,
    /// Who is in it.
    #[arg(long, env = "KUBEFLOW_ADMIN_DEMO_WORLD", value_enum, default_value_t = DemoWorld::Team)]
    pub world: DemoWorld,
    /// Folder that keeps what is changed in the demo until it is started again; without it each start begins anew.
    #[arg(long, env = "KUBEFLOW_ADMIN_DEMO_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Forget what the folder keeps, and begin anew.
    #[arg(long, requires = "data_dir")]
    pub reset: bool,
}

/// Who is in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DemoWorld {
    /// An administrator, and nothing but an installation.
    Empty,
    /// Three profiles.
    Small,
    /// Forty people in twenty-five profiles, with a few things that are not right.
    Team,
    /// The same, and then as many profiles as Kubernetes is made for: ten thousand.
    Huge,
}

impl Serve {
    /// As the demo serves: its own database, its own Dex, and everything else as usual.
    pub fn for_demo(demo: Demo, dex_url: String, database: &str) -> Self {
        Self {
            http: demo.http,
            store: StoreAt {
                database: database.to_owned(),
            },
            kubernetes: Kubernetes {
                kubeconfig: None,
                context: None,
                act_as: Some(ActAs::Person),
                groups: Vec::new(),
            },
            dex: Dex { dex_url },
            sessions: Sessions {
                session_lifetime: Duration::from_hours(12),
                session_idle: Duration::from_hours(2),
                fresh_sign_in: Duration::from_hours(1),
            },
            observing: Observing {
                metrics_listen: None,
                otlp_endpoint: None,
            },
            take_over_after: Duration::from_secs(20),
        }
    }
}

/// Where and how browsers reach us.
#[derive(Debug, Clone, Args)]
pub struct Http {
    /// Address and port to listen on.
    #[arg(long, env = "KUBEFLOW_ADMIN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Host names that browsers may use besides localhost and plain addresses, separated by commas.
    #[arg(long, env = "KUBEFLOW_ADMIN_HOSTS", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// What to do with plain HTTP on anything but localhost: passwords and cookies can be read on the way.
    #[arg(long, env = "KUBEFLOW_ADMIN_PLAIN_HTTP", value_enum, default_value_t = PlainHttp::LoopbackOnly)]
    pub plain_http: PlainHttp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PlainHttp {
    /// Only <http://localhost>, as with `kubectl port-forward`.
    LoopbackOnly,
    /// Everywhere, as with a NodePort. Every page says so.
    Everywhere,
}

#[derive(Debug, Clone, Args)]
pub struct StoreAt {
    /// `sqlite:FILE` or `postgres://…`: sessions, the activity record and operations in flight.
    #[arg(
        long = "database",
        env = "DATABASE_URL",
        default_value = "sqlite:kubeflow-admin.db",
        hide_env_values = true
    )]
    pub database: String,
}

#[derive(Debug, Clone, Args)]
pub struct Kubernetes {
    /// Kubeconfig to use outside a cluster; without it KUBECONFIG, ~/.kube/config or the pod's own identity.
    #[arg(long, env = "KUBEFLOW_ADMIN_KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig.
    #[arg(long, env = "KUBEFLOW_ADMIN_CONTEXT")]
    pub context: Option<String>,
    /// Whose rights a write is made with.
    #[arg(long, env = "KUBEFLOW_ADMIN_ACT_AS", value_enum)]
    pub act_as: Option<ActAs>,
    /// Groups of ID tokens that are impersonated; the `ClusterRole` must list them too. Separated by commas.
    #[arg(long, env = "KUBEFLOW_ADMIN_GROUPS", value_delimiter = ',')]
    pub groups: Vec<String>,
}

/// Whose rights a write is made with; by default decided by where the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ActAs {
    /// The signed-in person, by impersonation: the default in a pod.
    Person,
    /// The kubeconfig's own user, for sessions opened by the link printed at start: the default on a laptop.
    Kubeconfig,
}

#[derive(Debug, Clone, Args)]
pub struct Dex {
    /// Where this program reaches Dex, without the path /dex.
    #[arg(
        long,
        env = "KUBEFLOW_ADMIN_DEX_URL",
        default_value = "http://dex.auth.svc.cluster.local:5556"
    )]
    pub dex_url: String,
}

#[derive(Debug, Clone, Args)]
pub struct Sessions {
    /// A session ends this long after sign-in, whatever happens (e.g. 12h).
    #[arg(long, env = "KUBEFLOW_ADMIN_SESSION_LIFETIME", default_value = "12h", value_parser = duration)]
    pub session_lifetime: Duration,
    /// A session ends this long after the last page.
    #[arg(long, env = "KUBEFLOW_ADMIN_SESSION_IDLE", default_value = "2h", value_parser = duration)]
    pub session_idle: Duration,
    /// Changes ask for a new sign-in when the last one is older than this.
    #[arg(long, env = "KUBEFLOW_ADMIN_FRESH_SIGN_IN", default_value = "1h", value_parser = duration)]
    pub fresh_sign_in: Duration,
}

/// For whoever watches the program itself.
#[derive(Debug, Clone, Args)]
pub struct Observing {
    /// Address and port for Prometheus, apart from the pages and without sign-in; without it there are no metrics.
    #[arg(long, env = "KUBEFLOW_ADMIN_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Collector that traces are sent to (OTLP over HTTP, such as <http://collector:4318>); without it there are none.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
}

#[derive(Debug, Args)]
pub struct Link {
    #[command(flatten)]
    pub store: StoreAt,
    /// How the dashboard is reached in the browser.
    #[arg(
        long,
        env = "KUBEFLOW_ADMIN_URL",
        default_value = "http://localhost:8080"
    )]
    pub url: String,
}

#[derive(Debug, Subcommand)]
pub enum MenuLink {
    /// Add the entry, or set its text and icon.
    Add(MenuEntry),
    /// Remove the entry.
    Remove(MenuPlace),
}

#[derive(Debug, Args)]
pub struct MenuEntry {
    #[command(flatten)]
    pub place: MenuPlace,
    /// What people read.
    #[arg(
        long,
        env = "KUBEFLOW_ADMIN_MENU_TEXT",
        default_value = "Administration"
    )]
    pub text: String,
    /// Name of an icon that the Central Dashboard knows.
    #[arg(
        long,
        env = "KUBEFLOW_ADMIN_MENU_ICON",
        default_value = "supervisor-account"
    )]
    pub icon: String,
}

/// Which `ConfigMap`, with whose rights.
#[derive(Debug, Args)]
pub struct MenuPlace {
    /// Kubeconfig to use outside a cluster; without it KUBECONFIG, ~/.kube/config or the pod's own identity.
    #[arg(long, env = "KUBEFLOW_ADMIN_KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig.
    #[arg(long, env = "KUBEFLOW_ADMIN_CONTEXT")]
    pub context: Option<String>,
    /// Namespace of the Central Dashboard.
    #[arg(
        long,
        env = "KUBEFLOW_ADMIN_MENU_NAMESPACE",
        default_value = "kubeflow"
    )]
    pub namespace: String,
    /// Its `ConfigMap`.
    #[arg(
        long,
        env = "KUBEFLOW_ADMIN_MENU_CONFIG_MAP",
        default_value = "centraldashboard-config"
    )]
    pub config_map: String,
}

#[derive(Debug, Args)]
pub struct Health {
    /// Address the server listens on.
    #[arg(long, env = "KUBEFLOW_ADMIN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// `90s`, `15m`, `12h` or `7d`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("“{text}” is not a duration such as 90s, 15m, 12h or 7d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(u64::from(count) * seconds))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_are_written_with_a_unit() {
        assert_eq!(duration("15m"), Ok(Duration::from_mins(15)));
        for wrong in ["", "15", "h", "-1h", "1.5h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
