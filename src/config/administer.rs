//! Flags of the commands that administer from a shell: users, profiles, contributors, quotas, access, operations.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    #[arg(long, conflicts_with = "dex_url")]
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
}

/// Everybody who can sign in, owns a profile or shares one.
#[derive(Debug, Subcommand)]
pub enum User {
    /// List everybody.
    List(ListUsers),
    /// Add a login, and a profile and contributions with it.
    Add(Box<AddUser>),
    /// Remove a login, and what goes with it.
    Remove(Box<RemoveUser>),
    /// Set a new password.
    ResetPassword(Box<ResetPassword>),
    /// Turn static logins into Password objects: same e-mail, same user ID, same hash.
    Migrate(Box<MigrateUsers>),
    /// Add everybody on a list.
    Import(Box<ImportUsers>),
}

#[derive(Debug, Args)]
pub struct ListUsers {
    #[command(flatten)]
    pub asking: Asking,
    /// Part of the e-mail, the name or the name of a profile.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Only people of whom this was found, such as no-profile.
    #[arg(long, value_name = "CODE")]
    pub finding: Option<String>,
}

#[derive(Debug, Args)]
pub struct AddUser {
    pub email: String,
    /// Name of the person; without it the part of the e-mail before the @.
    #[arg(long, value_name = "NAME")]
    pub display_name: Option<String>,
    /// Name of their profile; without it one after the e-mail.
    #[arg(long, conflicts_with = "no_profile")]
    pub profile: Option<String>,
    /// No profile of their own.
    #[arg(long)]
    pub no_profile: bool,
    /// Limit of the profile, such as cpu=4; may be given several times.
    #[arg(long, value_name = "RESOURCE=AMOUNT", conflicts_with = "no_profile")]
    pub quota: Vec<String>,
    /// Profile of others that they may use, such as team-a=edit; may be given several times.
    #[arg(long, value_name = "PROFILE=ROLE")]
    pub share: Vec<String>,
    #[command(flatten)]
    pub password: Password,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Clone, Args)]
pub struct Password {
    /// Read the password from standard input instead of generating one.
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct RemoveUser {
    pub email: String,
    /// Leave their part in profiles of others.
    #[arg(long)]
    pub keep_contributions: bool,
    /// Also delete this profile of theirs, with everything in it; may be given several times.
    #[arg(long, value_name = "PROFILE")]
    pub delete_profile: Vec<String>,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct ResetPassword {
    pub email: String,
    #[command(flatten)]
    pub password: Password,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct MigrateUsers {
    #[arg(required_unless_present = "all")]
    pub email: Vec<String>,
    /// Every static login that can be migrated.
    #[arg(long, conflicts_with = "email")]
    pub all: bool,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct ImportUsers {
    /// The list: lines of e-mail, name and profile, or - for standard input.
    #[arg(long, short)]
    pub file: PathBuf,
    /// No profiles of their own.
    #[arg(long)]
    pub no_profile: bool,
    /// Name of the profiles of those without one on the list.
    #[arg(long, default_value = "{user}")]
    pub pattern: String,
    /// Limit of each profile, such as cpu=4; may be given several times.
    #[arg(long, value_name = "RESOURCE=AMOUNT", conflicts_with = "no_profile")]
    pub quota: Vec<String>,
    /// Profile of others that everybody may use, such as team-a=view; may be given several times.
    #[arg(long, value_name = "PROFILE=ROLE")]
    pub share: Vec<String>,
    /// Leave out lines that have a problem.
    #[arg(long)]
    pub skip: bool,
    /// New file for the passwords, readable by you alone; without it they are printed, on a terminal only.
    #[arg(long, value_name = "FILE")]
    pub passwords: Option<PathBuf>,
    #[command(flatten)]
    pub changing: Changing,
}

/// Profiles, which are namespaces with an owner.
#[derive(Debug, Subcommand)]
pub enum Profile {
    /// List all profiles.
    List(ListProfiles),
    /// Show one profile.
    Show(NamedProfile),
    /// Create a profile for somebody.
    Create(Box<CreateProfile>),
    /// Delete a profile with everything in it.
    Delete(Box<ChangeProfile>),
    /// Hand a profile over to another owner.
    Transfer(Box<TransferProfile>),
    /// Let nothing new start in a profile.
    Freeze(Box<FreezeProfile>),
    /// Let things start again in a frozen profile.
    Thaw(Box<ChangeProfile>),
}

#[derive(Debug, Args)]
pub struct ListProfiles {
    #[command(flatten)]
    pub asking: Asking,
    /// Part of the name or of the owner's name.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
}

#[derive(Debug, Args)]
pub struct NamedProfile {
    pub profile: String,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
pub struct ChangeProfile {
    pub profile: String,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct CreateProfile {
    pub profile: String,
    /// E-mail of the owner.
    #[arg(long, value_name = "EMAIL")]
    pub owner: String,
    /// Limit, such as cpu=4; may be given several times.
    #[arg(long, value_name = "RESOURCE=AMOUNT")]
    pub quota: Vec<String>,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct TransferProfile {
    pub profile: String,
    /// E-mail of the new owner.
    #[arg(long, value_name = "EMAIL")]
    pub to: String,
    /// Role that the present owner keeps: view, edit or admin; without it they lose their access.
    #[arg(long, value_name = "ROLE")]
    pub keep: Option<String>,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct FreezeProfile {
    pub profile: String,
    /// Why, for whoever finds their notebook refused.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    #[command(flatten)]
    pub changing: Changing,
}

/// Who else may use a profile.
#[derive(Debug, Subcommand)]
pub enum Contributor {
    /// List contributors, of one profile or of all.
    List(ListContributors),
    /// Give people a role in a profile; another role of theirs goes.
    Add(Box<AddContributor>),
    /// Take somebody's roles in a profile.
    Remove(Box<RemoveContributor>),
}

#[derive(Debug, Args)]
pub struct ListContributors {
    pub profile: Option<String>,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
pub struct AddContributor {
    pub profile: String,
    #[arg(required = true)]
    pub email: Vec<String>,
    /// The role: view, edit or admin.
    #[arg(long)]
    pub role: String,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct RemoveContributor {
    pub profile: String,
    pub email: String,
    #[command(flatten)]
    pub changing: Changing,
}

/// What a profile may use.
#[derive(Debug, Subcommand)]
pub enum Quota {
    /// Show the limits of a profile and what is used.
    Show(NamedProfile),
    /// Set limits of a profile; those that are not named stay.
    Set(Box<SetQuota>),
}

#[derive(Debug, Args)]
pub struct SetQuota {
    pub profile: String,
    /// Limits, such as cpu=4 memory=16Gi; an empty amount, as in cpu=, lifts a limit.
    #[arg(value_name = "RESOURCE=AMOUNT", required_unless_present = "replace")]
    pub limits: Vec<String>,
    /// Lift every limit that is not named.
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    pub changing: Changing,
}

/// Who can reach what.
#[derive(Debug, Subcommand)]
pub enum Access {
    /// Why somebody cannot get into a profile: exit code 0 when nothing stands in the way, 1 when something does.
    Why(AccessWhy),
    /// Every right of everybody, with where it comes from.
    Matrix(AccessMatrix),
}

#[derive(Debug, Args)]
pub struct AccessWhy {
    pub email: String,
    pub profile: String,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
pub struct AccessMatrix {
    #[command(flatten)]
    pub asking: Asking,
    /// Only rights of this person or group.
    #[arg(long, value_name = "NAME")]
    pub person: Option<String>,
    /// Only rights in this profile, those that hold everywhere included.
    #[arg(long = "in", value_name = "PROFILE")]
    pub profile: Option<String>,
}

/// Changes that this command made or began.
#[derive(Debug, Subcommand)]
pub enum Operation {
    /// List them, newest first.
    List(ListOperations),
    /// Show one with its steps.
    Show(OneOperation),
    /// Go on with one that failed or was interrupted.
    Resume(Box<ResumeOperation>),
    /// Take back what one did.
    Undo(Box<UndoOperation>),
}

#[derive(Debug, Args)]
pub struct ListOperations {
    #[command(flatten)]
    pub asking: Asking,
    #[command(flatten)]
    pub state: StateAt,
}

#[derive(Debug, Args)]
pub struct OneOperation {
    pub id: String,
    #[command(flatten)]
    pub asking: Asking,
    #[command(flatten)]
    pub state: StateAt,
}

#[derive(Debug, Args)]
pub struct ResumeOperation {
    pub id: String,
    #[command(flatten)]
    pub password: Password,
    /// New file for the passwords of a list, readable by you alone; without it they are printed, on a terminal only.
    #[arg(long, value_name = "FILE")]
    pub passwords: Option<PathBuf>,
    #[command(flatten)]
    pub changing: Changing,
}

#[derive(Debug, Args)]
pub struct UndoOperation {
    pub id: String,
    #[command(flatten)]
    pub changing: Changing,
}

/// Everything of people as Kubernetes objects, on standard output.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub caller: Caller,
    /// Only this profile and who shares it; may be given several times.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Vec<String>,
    /// Also Password objects, with the hashes in them: keep what comes out as you keep secrets.
    #[arg(long)]
    pub with_password_hashes: bool,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// The file, or - for standard input.
    #[arg(long, short)]
    pub file: PathBuf,
    /// Count contributors who are not in the file as surplus.
    #[arg(long)]
    pub prune: bool,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The file, or - for standard input.
    #[arg(long, short)]
    pub file: PathBuf,
    /// Take their roles from contributors who are not in the file; profiles are never deleted.
    #[arg(long)]
    pub prune: bool,
    #[command(flatten)]
    pub changing: Changing,
}
