//! Everything that needs more than one module, in one binary: each further binary would be linked anew.

#![expect(
    clippy::unwrap_used,
    reason = "everything here is a test; clippy sees that only inside test functions"
)]

mod architecture;
mod dockerfile;
mod documents;
mod postgres;
mod requests;
mod roles;
mod store;
