//! Flags that the commands for users, profiles, contributors, quotas, access and operations share.

mod operations;
mod people;
mod profiles;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub use operations::{ListOperations, OneOperation, Operation, ResumeOperation, UndoOperation};
pub use people::{
    Access, AccessMatrix, AccessWhy, AddContributor, AddUser, Contributor, ImportUsers,
    ListContributors, ListUsers, MigrateUsers, RemoveContributor, RemoveUser, ResetPassword, User,
};
pub use profiles::{
    ChangeProfile, CreateProfile, Diff, Export, FreezeProfile, Import, ListProfiles, NamedProfile,
    Profile, Quota, SetQuota, TransferProfile,
};

/// With whose rights, and where.
#[derive(Debug, Clone, Args)]
pub struct Caller {
    /// Kubeconfig to use; without it KUBECONFIG or ~/.kube/config.
    #[arg(long, env = "KUBEFLOW_ADMIN_KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig.
    #[arg(long, env = "KUBEFLOW_ADMIN_CONTEXT")]
    pub context: Option<String>,
    /// User to impersonate, as kubectl does; your own rights decide whether you may.
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// Group to impersonate; may be given several times.
    #[arg(long, value_name = "GROUP", requires = "as_user")]
    pub as_group: Vec<String>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Yaml,
    Name,
}

/// A question: nothing is written anywhere.
#[derive(Debug, Clone, Args)]
pub struct Asking {
    #[command(flatten)]
    pub caller: Caller,
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

/// Where operations are kept, so that one that was interrupted can go on.
#[derive(Debug, Clone, Args)]
pub struct StateAt {
    /// Folder in which kubeflow-admin keeps its state; without it ~/.local/state.
    #[arg(long, env = "XDG_STATE_HOME", value_name = "FOLDER")]
    pub state_home: Option<PathBuf>,
}

/// How a new password is proved.
#[derive(Debug, Clone, Args)]
pub struct Proving {
    /// Where Dex is reached from here, without the path /dex, such as through `kubectl port-forward`.
    #[arg(long, env = "KUBEFLOW_ADMIN_DEX_URL", value_name = "URL")]
    pub dex_url: Option<String>,
    /// Do not prove logins by signing in at Dex; the receipt says that nothing was proved.
    #[arg(long)]
    pub no_proof: bool,
}

/// A change: planned, shown, asked about, carried out.
#[derive(Debug, Clone, Args)]
pub struct Changing {
    #[command(flatten)]
    pub asking: Asking,
    #[command(flatten)]
    pub state: StateAt,
    #[command(flatten)]
    pub proving: Proving,
    /// Only print the plan.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Field manager whose fields are taken over, such as kubectl-client-side-apply; may be given several times.
    #[arg(long, value_name = "MANAGER")]
    pub take_over: Vec<String>,
    /// Tool that keeps what is changed and will put it back: argo-cd, flux, helm or juju; may be given several times.
    #[arg(long, value_name = "TOOL")]
    pub temporary: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Password {
    /// Read the password from standard input instead of generating one.
    #[arg(long)]
    pub password_stdin: bool,
}
