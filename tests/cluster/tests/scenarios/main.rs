//! The dashboard on a real API server with a real Dex: what it promises, seen from outside.

#![expect(
    clippy::unwrap_used,
    reason = "everything here is a test; clippy sees that only inside test functions"
)]

mod access;
mod administrators;
mod bulk;
mod capacity;
mod command_line;
mod connect;
mod dates;
mod deploy;
mod doctor;
mod errors;
mod git;
mod imports;
mod leaving;
mod live;
mod manifest;
mod menu;
mod observing;
mod operations;
mod owners;
mod ownership;
mod passwords;
#[path = "../../../it/postgres.rs"]
mod postgres;
mod quotas;
mod reach;
mod releases;
mod repairs;
mod replicas;
mod routes;
mod search;
mod security;
mod sharing;
mod sign_in;
mod usage;
mod users;
mod volumes;
mod world;
mod yaml;
