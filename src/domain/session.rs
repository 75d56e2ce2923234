//! A signed-in browser, and the one-time link that can make one.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Actor, UserName};

/// SHA-256 of a secret token, in hex; the only form in which a token is ever stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    /// From 64 hex digits, as stored or as computed by `access::token`.
    pub fn from_hex(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Public name of a session: may be shown in a list and in a form, opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub token: TokenHash,
    pub actor: Actor,
    /// When the session was opened.
    pub created_at: Timestamp,
    /// When the person last proved who they are; privileged operations ask for a recent one.
    pub authenticated_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    /// Address that the sign-in came from, as seen by the server.
    pub address: String,
    pub user_agent: String,
}

/// A one-time sign-in link, unspent or spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink {
    pub token: TokenHash,
    pub actor: Actor,
    /// Who made it, for the record.
    pub made_by: UserName,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
