//! Too many attempts are a page.

use http::StatusCode;

use super::app::App;
use super::extract::Caller;
use super::paths;
use super::problem::Problem;
use crate::identity::throttle::{Purpose, RetryAfter};

/// Counts an attempt, by address and by account where one is named.
pub fn throttle(
    app: &App,
    purpose: Purpose,
    caller: &Caller,
    account: Option<&str>,
) -> Result<(), Problem> {
    app.throttle()
        .check(purpose, &caller.address, account)
        .map_err(|RetryAfter(wait)| {
            Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "KA-THROTTLE",
                "Too many attempts",
                format!("Wait {} seconds, then try again.", wait.as_secs().max(1)),
            )
            .way("Sign in", paths::SIGN_IN)
        })
}
