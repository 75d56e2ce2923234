//! The whole node: pods run in it, and what belongs to that. Skipped, with a line that says
//! why, where it cannot be started.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

mod dex;
mod pods;
mod rollout;

use lab::{Lab, node};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

/// One node for all of these tests; none where something is lacking.
pub(crate) async fn shared_node() -> Option<&'static Lab> {
    static SHARED: OnceCell<Lab> = OnceCell::const_new();
    let obstacles = node::obstacles();
    if !obstacles.is_empty() {
        eprintln!("skipped: a whole node needs {}", obstacles.join(", "));
        return None;
    }
    let started = SHARED.get_or_try_init(Lab::node).await;
    Some(started.unwrap_or_else(|problem| panic!("the node did not start: {problem:?}")))
}

/// There is one Dex: who changes it, or counts its pods, waits for its turn.
pub(crate) async fn turn_at_dex() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}
