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
        Kind::AddUser
        | Kind::ResetPassword
        | Kind::ChangeLogin
        | Kind::DisableLogin
        | Kind::EnableLogin
        | Kind::EndSessions => vec![Link::new(
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
        Kind::AddAdministrator | Kind::RemoveAdministrator => {
            vec![Link::new("See all administrators", paths::ADMINISTRATORS)]
        }
        Kind::OffBoard => vec![
            Link::new(
                "Receipt to print or file away",
                paths::fill(paths::LEAVING_RECEIPT, &operation.id.to_string()),
            ),
            Link::new("See all users", paths::USERS),
        ],
        Kind::SetDate | Kind::EndOnDate => {
            vec![Link::new("See all dates", paths::ACCESS_DATES)]
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
        | Kind::DeleteProfiles
        | Kind::Import => {
            vec![Link::new("See all profiles", paths::PROFILES)]
        }
    }
}
