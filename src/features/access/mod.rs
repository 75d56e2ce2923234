//! Access: who can reach what and why, why somebody cannot, and what somebody may do. Reads only; what is broken is put
//! right by operations of profiles and contributors.

mod dates;
mod export;
mod filter;
mod lines;
mod matrix;
mod may;
pub mod operations;
mod tabs;
mod view_as;
mod why;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadAccess);
    Routes::new(app)
        .get(paths::ACCESS, read, matrix::show)
        .get(paths::ACCESS_EXPORT, read, export::csv)
        .get(paths::ACCESS_DATES, read, dates::show)
        .get(paths::ACCESS_WHY, read, why::show)
        .get(paths::ACCESS_MAY, read, may::show)
        .get(paths::ACCESS_AS, read, view_as::show)
}
