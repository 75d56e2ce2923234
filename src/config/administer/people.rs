//! Flags of `user`, `contributor` and `access`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Asking, Changing, Password};

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
    /// When it ends by itself: a date such as 2027-03-31 (the end of that day in UTC) or a moment.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
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
