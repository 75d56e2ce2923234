//! Signing in and out: through Dex, or with a one-time link; and the way to Dex for browsers that reach us directly.

mod actions;
mod dex_proxy;
mod pages;

use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get(paths::SIGN_IN, Guard::Public, pages::start)
        .get(paths::SIGN_IN_BEGIN, Guard::Public, actions::begin)
        .get(paths::CALLBACK, Guard::Public, actions::callback)
        .get(paths::LINK, Guard::Public, pages::link)
        .post(paths::LINK, Guard::Public, actions::spend_link)
        .get(paths::SIGNED_OUT, Guard::Public, pages::signed_out)
        .get(paths::DEX, Guard::Public, dex_proxy::forward)
        .post(paths::DEX, Guard::Public, dex_proxy::forward)
        .post(paths::SIGN_OUT, Guard::SignedIn, actions::sign_out)
        .post(paths::THEME, Guard::SignedIn, actions::theme)
}
