//! Usage over time: the chart of a profile, and the report of a month.
//!
//! Shows what `jobs/sample.rs` has noted. A quota counts what pods request, so that is what is told here.

mod chart;
mod history;
mod report;
mod words;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadProfiles);
    Routes::new(app)
        .get(paths::USAGE, read, report::show)
        .get(paths::USAGE_CSV, read, report::csv)
        // One's own profiles are everybody's to see; the handler asks whose it is.
        .get(paths::PROFILE_USAGE, Guard::SignedIn, history::show)
}
