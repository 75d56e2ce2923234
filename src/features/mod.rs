//! One folder per word in the menu. Each has its routes in `mod.rs`, what it shows in `pages.rs`, what its forms do in
//! `actions.rs`, what people type in `form.rs` and what happens in `operations.rs`.

pub mod access;
pub mod account;
pub mod activity;
pub mod administrators;
pub mod capacity;
pub mod connect;
pub mod contributors;
pub mod dashboard;
pub mod doctor;
pub mod health;
pub mod imports;
pub mod leaving;
pub mod live;
pub mod mine;
pub mod operations;
pub mod own_password;
pub mod profiles;
pub mod quotas;
pub mod search;
pub mod sign_in;
pub mod usage;
pub mod users;
pub mod yaml;

use crate::web::app::App;
use crate::web::routes::Routes;

/// Every route of the program.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .merge(health::routes(app))
        .merge(sign_in::routes(app))
        .merge(own_password::routes(app))
        .merge(dashboard::routes(app))
        .merge(users::routes(app))
        .merge(imports::routes(app))
        .merge(leaving::routes(app))
        .merge(profiles::routes(app))
        .merge(quotas::routes(app))
        .merge(contributors::routes(app))
        .merge(access::routes(app))
        .merge(administrators::routes(app))
        .merge(capacity::routes(app))
        .merge(usage::routes(app))
        .merge(doctor::routes(app))
        .merge(operations::routes(app))
        .merge(activity::routes(app))
        .merge(account::routes(app))
        .merge(mine::routes(app))
        .merge(connect::routes(app))
        .merge(search::routes(app))
        .merge(live::routes(app))
        .merge(yaml::routes(app))
}
