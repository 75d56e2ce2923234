//! Dashboard: what needs attention, at a glance.

mod attention;
mod capacity;
mod pages;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// Open to everybody with a session: whoever may not see everybody's profiles is sent to their own.
pub fn routes(app: &App) -> Routes {
    Routes::new(app).get(paths::HOME, Guard::SignedIn, pages::show)
}
