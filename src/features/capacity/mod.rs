//! Capacity: what there is, what was promised, what pods hold, and who is at the end of their quota.
//!
//! Promises and their use come from the watches. Nodes and pods are looked at on demand, as the person who asks
//! ([decision 20](../../../docs/decisions/0020-capacity-is-looked-at-on-demand.md)).

mod balance;
mod holders;
mod limits;
mod nodes;
mod pages;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadProfiles);
    Routes::new(app).get(paths::CAPACITY, read, pages::show)
}
