//! Account: who am I here, what may I do and why, and where am I signed in. For administrators: everybody's sessions.

mod actions;
mod pages;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};

pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get(paths::ACCOUNT, Guard::SignedIn, pages::show)
        .post(
            paths::ACCOUNT_SESSION_END,
            Guard::SignedIn,
            actions::end_own,
        )
        .post(
            paths::ACCOUNT_SESSIONS_END_OTHERS,
            Guard::SignedIn,
            actions::end_others,
        )
        .get(
            paths::SESSIONS,
            Guard::Needs(Permission::ReadSessions),
            pages::sessions,
        )
        .post(
            paths::SESSION_END,
            Guard::Needs(Permission::WriteSessions),
            actions::end_any,
        )
}
