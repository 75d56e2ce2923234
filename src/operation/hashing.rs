//! Passwords become hashes, off the threads that answer requests.

use crate::domain::PlainPassword;

/// bcrypt cost of our hashes: upstream's recommendation, inside Dex's 10 to 16.
pub const COST: u32 = 12;

/// As Dex keeps it; `None` when it cannot be done, as when the program is ending.
pub async fn hashed(password: &PlainPassword, cost: u32) -> Option<String> {
    let password = password.clone();
    let hash = tokio::task::spawn_blocking(move || bcrypt::hash(password.expose(), cost));
    hash.await.ok()?.ok()
}
