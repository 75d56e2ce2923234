//! The password of one's own login: set with a link that an administrator made, or changed by who knows the one before.

mod by_link;
mod change;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get(paths::SET_PASSWORD, Guard::Public, by_link::show)
        .post(paths::SET_PASSWORD, Guard::Public, by_link::set)
        .get(paths::ACCOUNT_PASSWORD, Guard::SignedIn, change::show)
        .post(paths::ACCOUNT_PASSWORD, Guard::SignedIn, change::change)
}
