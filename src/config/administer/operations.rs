//! Flags of `operation`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Asking, Changing, Password, StateAt};

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
