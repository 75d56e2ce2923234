//! Search over everything: people, profiles and operations, as far as the person may see them.

mod find;
mod pages;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// Open to everybody with a session: each group has only what this person could open.
pub fn routes(app: &App) -> Routes {
    Routes::new(app).get(paths::SEARCH, Guard::SignedIn, pages::show)
}
