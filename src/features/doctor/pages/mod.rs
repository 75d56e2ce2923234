//! What is shown of the installation and of the checks.

pub(super) mod component;
pub(super) mod detail;
mod finding;
pub(super) mod grow;
pub(super) mod installation;
pub(super) mod list;
pub(super) mod storage;

use crate::access::{Access, Age};
use crate::clock::Clock;
use crate::cluster::snapshot::{Gap, Snapshot};
use crate::web::problem::Problem;
use crate::web::view::When;

use super::check::Skip;

async fn look(access: &Access) -> Result<std::sync::Arc<Snapshot>, Problem> {
    Ok(access.snapshot(Age::Remembered).await?)
}

/// When the cluster was looked at.
fn age(snapshot: &Snapshot) -> When {
    When::new(snapshot.taken_at, Clock.now())
}

/// Why something is not known, for a person.
fn why(skip: &Skip) -> String {
    match skip {
        Skip::NotApplicable(why) => format!("Does not apply: {why}."),
        Skip::Gap(Gap::Absent(what)) => {
            format!("Does not apply: this cluster does not know {what}.")
        }
        Skip::Gap(Gap::Forbidden(right)) => {
            format!("Not allowed to look: it needs the right to {right}.")
        }
        Skip::Gap(Gap::Unreadable { what, why }) => format!("{what} could not be read: {why}"),
    }
}
