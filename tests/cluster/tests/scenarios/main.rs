//! The dashboard on a real API server with a real Dex: what it promises, seen from outside.

#![expect(
    clippy::unwrap_used,
    reason = "everything here is a test; clippy sees that only inside test functions"
)]

mod access;
mod bulk;
mod deploy;
mod doctor;
mod errors;
mod imports;
mod live;
mod manifest;
mod menu;
mod observing;
mod operations;
#[path = "../../../it/postgres.rs"]
mod postgres;
mod replicas;
mod routes;
mod search;
mod security;
mod sign_in;
mod users;
mod world;
mod yaml;
