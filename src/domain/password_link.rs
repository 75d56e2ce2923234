//! A one-time link by which somebody sets the password of their own login.

use jiff::Timestamp;

use super::{Actor, Email, TokenHash};

/// A link that was not used yet. It is good for one login, in the state in which it was when the link was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordLink {
    pub token: TokenHash,
    pub email: Email,
    /// SHA-256 of the hash that stands in the login until the link is used. Another hash there, and the link is dead:
    /// it was used, or somebody set a password or disabled the login since.
    pub lock: TokenHash,
    /// In whose name the password will be written; their rights are asked for again then.
    pub maker: Actor,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
