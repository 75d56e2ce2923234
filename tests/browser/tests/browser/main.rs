//! The dashboard in Chromium. Skipped, with a line that says why, where the whole node or the browser is lacking.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

mod console;
mod main_job;
mod place;
