//! Any object that a page is about, as YAML: to read, to compare, to put into Git.

mod pages;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// Open to everybody with a session: the object is read as that person, so Kubernetes decides.
pub fn routes(app: &App) -> Routes {
    Routes::new(app).get(paths::YAML, Guard::SignedIn, pages::show)
}
