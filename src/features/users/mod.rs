//! Users: everybody who can sign in, owns a profile or shares one, joined over all sources.

mod actions;
mod fixes;
pub(crate) mod form;
mod form_pages;
pub mod logins;
mod many;
pub mod operations;
mod pages;
mod reset;
pub(crate) mod secret_form;
mod switches;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadUsers);
    let write = Guard::Needs(Permission::WriteUsers);
    let write_static = Guard::Needs(Permission::WriteStaticLogins);
    Routes::new(app)
        .get(paths::USERS, read, pages::list)
        .get(paths::USER_NEW, write, form_pages::new)
        .post(paths::USER_NEW, write, actions::add)
        .get(paths::USERS_REMOVE, write, many::review)
        .post(paths::USERS_REMOVE, write, many::remove)
        .get(paths::USER, read, pages::show)
        .get(paths::USER_RESET, write, reset::show)
        .post(paths::USER_RESET, write, reset::plan)
        .post(paths::USER_DISABLE, write, switches::disable)
        .post(paths::USER_ENABLE, write, switches::enable)
        .post(paths::USER_END_SESSIONS, write, switches::end_sessions)
        .post(paths::USER_MIGRATE, write_static, actions::migrate)
        .post(paths::USERS_MIGRATE, write_static, actions::migrate_all)
        .post(paths::USER_FIX, write, actions::fix)
        .get(paths::USER_REMOVE, write, form_pages::remove)
        .post(paths::USER_REMOVE, write, actions::remove)
}
