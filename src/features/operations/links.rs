//! Where people go from an operation that is done.

use crate::access::SignedIn;
use crate::domain::{Kind, Operation, Permission};
use crate::web::paths;
use crate::web::view::Link;

pub(super) fn after(signed_in: &SignedIn, operation: &Operation) -> Vec<Link> {
    // Whoever keeps a profile of their own and administers nothing else.
    if !signed_in.may(Permission::ReadProfiles) {
        return vec![Link::new("See your profiles", paths::MINE)];
    }
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
        Kind::Repair => vec![Link::new("Run the checks", paths::CHECKS)],
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
