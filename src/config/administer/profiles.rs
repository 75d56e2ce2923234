//! Flags of `profile` and `quota`, and of `export`, `diff` and `import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Asking, Caller, Changing};

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
    /// When it ends by itself: a date such as 2027-03-31 (the end of that day in UTC) or a moment.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
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
