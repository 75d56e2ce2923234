//! Connect: addresses of Kubeflow that lead somewhere from outside, and how a program signs in there.
//!
//! `ways` reads addresses off Services, nodes and Gateways, `snippets` knows which client fits which release. Both are
//! pure; the page says what the person may not see.

mod pages;
mod snippets;
mod ways;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

/// For everybody: how to get in is no secret to those who are in.
pub fn routes(app: &App) -> Routes {
    Routes::new(app).get(paths::CONNECT, Guard::SignedIn, pages::show)
}
