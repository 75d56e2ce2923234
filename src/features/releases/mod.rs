//! Applying a release: the text, its plan object by object, and how far each object has come.

mod actions;
mod form;
mod objects;
mod pages;

use crate::domain::Permission;
use crate::install::stream::LIMIT;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// Larger files are read to their end and forgotten up to here, so that the browser hears why.
const LARGEST_BODY: usize = 4 * LIMIT;

/// Objects belong to an operation, and like it to who planned it: the handler asks whose it is. What may be written is
/// decided by the API server, as that person, object by object.
pub fn routes(app: &App) -> Routes {
    let write = Guard::Needs(Permission::WriteInstallation);
    Routes::new(app)
        .get(paths::RELEASE_NEW, write, pages::new)
        .post_up_to(LARGEST_BODY, (paths::RELEASE_NEW, write), actions::plan)
        .get(paths::RELEASE_OBJECTS, Guard::SignedIn, objects::list)
        .get(paths::RELEASE_TEXT, Guard::SignedIn, pages::again)
        .post_up_to(
            LARGEST_BODY,
            (paths::RELEASE_TEXT, Guard::SignedIn),
            actions::give,
        )
}
