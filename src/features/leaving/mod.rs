//! Off-boarding: everything that there is of people who leave, what becomes of each of it, and the receipt.

mod actions;
mod form;
mod gather;
pub mod operations;
mod pages;
mod receipt;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let write = Guard::Needs(Permission::WriteUsers);
    Routes::new(app)
        .get(paths::LEAVING, write, actions::review)
        .post(paths::LEAVING, write, actions::decide)
        .get(paths::LEAVING_RECEIPT, Guard::SignedIn, receipt::show)
}
