//! Where people go from an operation that is done.

use crate::domain::{Kind, Operation};
use crate::web::paths;
use crate::web::view::Link;

pub(super) fn after(operation: &Operation) -> Vec<Link> {
    match operation.kind {
        Kind::AddUser | Kind::ResetPassword | Kind::ChangeLogin => vec![Link::new(
            "See the user",
            paths::fill(paths::USER, &operation.subject),
        )],
        Kind::CreateProfile
        | Kind::SetQuota
        | Kind::TransferProfile
        | Kind::FreezeProfile
        | Kind::ThawProfile => vec![Link::new(
            "See the profile",
            paths::fill(paths::PROFILE, &operation.subject),
        )],
        Kind::AddUsers | Kind::RemoveUser | Kind::RemoveUsers | Kind::MigrateLogins => {
            vec![Link::new("See all users", paths::USERS)]
        }
        Kind::ApplyRelease => vec![
            Link::new("Run the checks", paths::CHECKS),
            Link::new("See the installation", paths::INSTALLATION),
        ],
        Kind::Repair | Kind::Probe => vec![Link::new("Run the checks", paths::CHECKS)],
        Kind::DeleteProfile
        | Kind::AddContributor
        | Kind::RemoveContributor
        | Kind::RepairContributor
        | Kind::SetQuotas
        | Kind::DeleteProfiles => {
            vec![Link::new("See all profiles", paths::PROFILES)]
        }
    }
}
