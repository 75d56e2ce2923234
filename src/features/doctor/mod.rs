//! The doctor: what is installed, whether it is well, and how to mend it.
//!
//! `check` says what a check is and `checks/` has one file for each; all are pure functions over a snapshot of the
//! cluster. `recognise` tells the release, `data/` holds what changes with the world. Pages and the command line only
//! show what `run` answers.

mod actions;
pub(crate) mod check;
mod checks;
mod components;
mod data;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod fixtures;
pub(crate) mod operations;
mod pages;
mod places;
pub(crate) mod probe;
mod recognise;
#[cfg(test)]
mod rendered;
pub(crate) mod report;
pub(crate) mod run;
mod trouble;
pub(crate) mod version;
mod volumes;

use crate::domain::Permission;
use crate::web::app::App;
use crate::web::paths;
use crate::web::routes::{Guard, Routes};
use data::releases::{RELEASES, Release};

pub fn routes(app: &App) -> Routes {
    let read = Guard::Needs(Permission::ReadInstallation);
    let write = Guard::Needs(Permission::WriteInstallation);
    Routes::new(app)
        .get(paths::INSTALLATION, read, pages::installation::show)
        .get(paths::COMPONENT, read, pages::component::show)
        .get(paths::STORAGE, read, pages::storage::show)
        .get(paths::CLAIM_GROW, write, pages::grow::form)
        .post(paths::CLAIM_GROW, write, pages::grow::plan)
        .get(paths::CHECKS, read, pages::list::list)
        .get(paths::CHECK, read, pages::detail::show)
        .post(paths::CHECKS_AGAIN, read, actions::again)
        .post(paths::REPAIR, write, actions::repair)
        .post(
            paths::PROBE_SIGN_IN,
            Guard::Needs(Permission::WriteUsers),
            actions::try_sign_in,
        )
}

/// A release by its name, for the command line.
pub(crate) fn find_release(name: &str) -> anyhow::Result<&'static Release> {
    Release::find(name).ok_or_else(|| {
        let known: Vec<&str> = RELEASES.iter().map(|one| one.name).collect();
        anyhow::anyhow!(
            "release {name} is not known; known are {}",
            known.join(", ")
        )
    })
}
