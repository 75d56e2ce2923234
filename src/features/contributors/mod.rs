//! Contributors: who else may use a profile. Shown on the profile's page; changed from there.

mod actions;
mod form;
mod mending;
pub mod operations;
mod sharing;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let write = Guard::Needs(Permission::WriteContributors);
    Routes::new(app)
        .post(paths::CONTRIBUTORS, write, actions::add)
        .post(paths::CONTRIBUTOR_REMOVE, write, actions::remove)
        .get(paths::CONTRIBUTOR_DATE, write, form::date)
        .post(paths::CONTRIBUTOR_DATE, write, form::set_date)
        .get(paths::SHARE, write, sharing::form)
        .post(paths::SHARE, write, sharing::share)
        .post(paths::PAIR_MEND, write, mending::mend)
        .post(paths::PAIR_REMOVE, write, mending::remove)
}
