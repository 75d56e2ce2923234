//! Operations: the plan to review, its progress, its receipt, and what to do when it failed.

mod actions;
mod git;
mod handing_over;
mod links;
mod list;
mod notes;
mod pages;
mod people;
mod receipt;
mod releases;

pub(super) use actions::mine_and_fresh;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// One operation belongs to who planned it: those routes need a session, and the handler asks whose it is. What its
/// steps may do is decided by the API server, as that person.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get(
            paths::OPERATIONS,
            Guard::Needs(Permission::ReadActivity),
            list::list,
        )
        .get(paths::OPERATION, Guard::SignedIn, pages::show)
        .post(paths::OPERATION_START, Guard::SignedIn, actions::start)
        .post(paths::OPERATION_RESUME, Guard::SignedIn, actions::resume)
        .post(paths::OPERATION_UNDO, Guard::SignedIn, actions::undo)
        .post(paths::OPERATION_DISCARD, Guard::SignedIn, actions::discard)
        .post(paths::OPERATION_RECEIPT, Guard::SignedIn, actions::receipt)
}
