//! The dashboard in Chromium, over the demo: neither a cluster nor root is needed. Skipped, with a line that says why,
//! where there is no browser.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

mod addresses;
mod jobs;
mod keyboard;
mod pages;
mod place;
mod worlds;
