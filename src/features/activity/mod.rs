//! Activity: who did what to which thing, and what came of it.

mod pages;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadActivity);
    Routes::new(app)
        .get(paths::ACTIVITY, read, pages::list)
        .get(paths::ACTIVITY_LINE, read, pages::show)
}
