//! My profiles: what somebody without administrator's rights sees, and who works with them.

mod contributors;
mod pages;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get(paths::MINE, Guard::SignedIn, pages::show)
        .get(
            paths::MINE_CONTRIBUTORS,
            Guard::SignedIn,
            contributors::show,
        )
        .post(paths::MINE_CONTRIBUTORS, Guard::SignedIn, contributors::add)
        .post(
            paths::MINE_CONTRIBUTOR_REMOVE,
            Guard::SignedIn,
            contributors::remove,
        )
}
