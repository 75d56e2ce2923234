//! Passwords become hashes, off the threads that answer requests.

use crate::domain::PlainPassword;

/// bcrypt cost of our hashes: upstream's recommendation, inside Dex's 10 to 16.
const COST: u32 = 12;

/// `None` when it could not be done: the program is ending.
pub async fn hashed(password: PlainPassword) -> Option<String> {
    let hash = tokio::task::spawn_blocking(move || bcrypt::hash(password.expose(), COST));
    hash.await.ok().and_then(Result::ok)
}
