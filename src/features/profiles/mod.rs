//! Profiles: who owns what, how healthy it is, and how much of its quota is used.

mod actions;
pub mod declared;
pub(crate) mod form;
mod form_pages;
mod freezing;
mod list;
mod many;
pub mod naming;
pub mod operations;
mod owner;
mod pages;
mod plugins;
mod repairs;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadProfiles);
    let write = Guard::Needs(Permission::WriteProfiles);
    let owners = Guard::Needs(Permission::WriteOwners);
    let quotas = Guard::Needs(Permission::WriteQuotas);
    Routes::new(app)
        .get(paths::PROFILES, read, list::list)
        .get(paths::PROFILE_NEW, write, form_pages::new)
        .post(paths::PROFILE_NEW, write, actions::create)
        .get(paths::PROFILES_DELETE, write, many::review)
        .post(paths::PROFILES_DELETE, write, many::delete)
        .get(paths::PROFILE, read, pages::show)
        .get(paths::PROFILE_DELETE, write, form_pages::delete)
        .post(paths::PROFILE_DELETE, write, actions::delete)
        .get(paths::PROFILE_OWNER, owners, owner::form)
        .post(paths::PROFILE_OWNER, owners, owner::transfer)
        .post(paths::PROFILE_UNSTICK, write, actions::unstick)
        .get(paths::PROFILE_FREEZE, quotas, freezing::form)
        .post(paths::PROFILE_FREEZE, quotas, freezing::freeze)
        .post(paths::PROFILE_THAW, quotas, freezing::thaw)
}
