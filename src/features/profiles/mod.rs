//! Profiles: who owns what, how healthy it is, and how much of its quota is used.

mod actions;
mod form;
mod form_pages;
mod list;
mod many;
pub mod operations;
mod pages;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadProfiles);
    let write = Guard::Needs(Permission::WriteProfiles);
    Routes::new(app)
        .get(paths::PROFILES, read, list::list)
        .get(paths::PROFILE_NEW, write, form_pages::new)
        .post(paths::PROFILE_NEW, write, actions::create)
        .get(paths::PROFILES_DELETE, write, many::review)
        .post(paths::PROFILES_DELETE, write, many::delete)
        .get(paths::PROFILE, read, pages::show)
        .get(paths::PROFILE_DELETE, write, form_pages::delete)
        .post(paths::PROFILE_DELETE, write, actions::delete)
}
