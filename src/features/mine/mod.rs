//! My profiles: what somebody without administrator's rights sees.

mod pages;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    Routes::new(app).get(paths::MINE, Guard::SignedIn, pages::show)
}
