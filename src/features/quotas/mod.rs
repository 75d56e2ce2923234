//! Quotas: what the pods and volumes of a profile may take together.

mod actions;
mod defaults;
mod fill;
pub mod form;
mod many;
pub mod operations;
mod pages;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let write = Guard::Needs(Permission::WriteQuotas);
    Routes::new(app)
        .get(paths::PROFILES_QUOTA, write, many::form)
        .post(paths::PROFILES_QUOTA, write, many::set)
        .get(paths::QUOTA, write, pages::edit)
        .post(paths::QUOTA, write, actions::set)
}
