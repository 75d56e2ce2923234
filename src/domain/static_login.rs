//! Changes of `staticPasswords`: the logins that are written into the configuration of Dex.
//!
//! Owns what may be asked for. Where an entry is written, and in which words, is the cluster's to know.

use serde::{Deserialize, Serialize};

use super::UserName;

/// One change of one static login. A login is named by its e-mail in any case: Dex folds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum StaticEdit {
    /// A new password. `hash` is the bcrypt text; it is filled in when the operation starts.
    SetHash {
        login: UserName,
        hash: Option<String>,
    },
    /// A user ID of one's own, and with it a subject of one's own.
    SetUserId { login: UserName, user_id: String },
    /// The e-mail as everything behind Dex compares it.
    LowerCase { login: UserName },
    /// Every entry under this e-mail.
    Remove { login: UserName },
    /// Of several entries under one e-mail all but the last, which is the one that Dex uses.
    RemoveHidden { login: UserName },
}

impl StaticEdit {
    pub fn login(&self) -> &UserName {
        match self {
            Self::SetHash { login, .. }
            | Self::SetUserId { login, .. }
            | Self::LowerCase { login }
            | Self::Remove { login }
            | Self::RemoveHidden { login } => login,
        }
    }

    /// In the imperative, for the plan.
    pub fn describe(&self) -> String {
        match self {
            Self::SetHash { login, .. } => format!("set a new password for {login}"),
            Self::SetUserId { login, .. } => format!("give {login} a user ID of its own"),
            Self::LowerCase { login } => format!("write {login} in lower case"),
            Self::Remove { login } => format!("remove {login}"),
            Self::RemoveHidden { login } => {
                format!("remove the entries of {login} that Dex does not use")
            }
        }
    }
}
