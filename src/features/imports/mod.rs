//! Adding many people at once: a pasted list, checked row by row; its progress row by row; its result and its sheet.

mod actions;
pub(crate) mod check;
pub(crate) mod form;
pub mod operations;
mod pages;
mod result;
mod rows;
pub(crate) mod table;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// Five thousand long lines, percent-encoded.
const LARGEST_LIST: usize = 2 * 1024 * 1024;

/// Rows belong to an operation, and like it to who planned it: the handler asks whose it is.
pub fn routes(app: &App) -> Routes {
    let write = Guard::Needs(Permission::WriteUsers);
    Routes::new(app)
        .get(paths::USERS_IMPORT, write, pages::new)
        .get(paths::USERS_IMPORT_TEMPLATE, write, result::template)
        .post_up_to(LARGEST_LIST, (paths::USERS_IMPORT, write), actions::plan)
        .get(paths::IMPORT_ROWS, Guard::SignedIn, rows::list)
        .get(paths::IMPORT_RESULT, Guard::SignedIn, result::result)
        .post(paths::IMPORT_STOP, Guard::SignedIn, actions::stop)
        .post(paths::IMPORT_SHEET, Guard::SignedIn, actions::sheet)
}
