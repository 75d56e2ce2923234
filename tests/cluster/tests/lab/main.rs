//! What the lab itself promises, on one control plane for all of these tests.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

mod contributors;
mod control_plane;
mod profiles;
mod sign_in;
