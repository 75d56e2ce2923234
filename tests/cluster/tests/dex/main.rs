//! Changes of Dex's configuration, on a lab of their own because each of them starts Dex anew.
//!
//! The Deployment is real, its pod is imitated (`lab::dex_pod`); the whole node has the same with real pods.

#![expect(
    clippy::unwrap_used,
    reason = "everything here is a test; clippy sees that only inside test functions"
)]

mod killed;
mod migrate;
mod rollout;
mod statics;
mod world;
