//! The dashboard on a real API server with a real Dex: what it promises, seen from outside.

#![expect(
    clippy::unwrap_used,
    reason = "everything here is a test; clippy sees that only inside test functions"
)]

mod access;
mod errors;
mod manifest;
mod operations;
mod ownership;
mod quotas;
mod reach;
mod repairs;
mod routes;
mod security;
mod sharing;
mod sign_in;
mod users;
mod world;
