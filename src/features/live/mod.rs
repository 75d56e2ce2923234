//! Live pages: one stream per page that is being looked at, which says *that* something changed and never what.
//!
//! The page then asks for itself again by its ordinary address, where every right is checked as ever. So a stream holds
//! nothing that could leak, and pages without scripts lose comfort only.

mod doorbell;
mod stream;
mod topic;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// Open to everybody with a session: what a stream may be about is asked at every look.
pub fn routes(app: &App) -> Routes {
    Routes::new(app).get(paths::EVENTS, Guard::SignedIn, stream::open)
}
