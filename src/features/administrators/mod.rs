//! Administrators: who is one and by which bindings; adding and removing them, never the last.

mod actions;
mod forms;
pub mod operations;
mod pages;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadAdministrators);
    let write = Guard::Needs(Permission::WriteAdministrators);
    Routes::new(app)
        .get(paths::ADMINISTRATORS, read, pages::list)
        .get(paths::ADMINISTRATOR_NEW, write, forms::new)
        .post(paths::ADMINISTRATOR_NEW, write, actions::add)
        .get(paths::ADMINISTRATOR_REMOVE, write, forms::remove)
        .post(paths::ADMINISTRATOR_REMOVE, write, actions::remove)
}
