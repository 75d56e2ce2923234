//! What an administrator can ask for as an operation.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an administrator asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    AddUser,
    AddUsers,
    RemoveUser,
    ResetPassword,
    CreateProfile,
    SetQuota,
    DeleteProfile,
    AddContributor,
    RemoveContributor,
    /// Something about a login that is neither its password nor its end.
    ChangeLogin,
    MigrateLogins,
    Repair,
    RemoveUsers,
    SetQuotas,
    DeleteProfiles,
    RepairContributor,
    TransferProfile,
    FreezeProfile,
    ThawProfile,
    AddAdministrator,
    RemoveAdministrator,
    OffBoard,
    /// A contributor gets another date, or none.
    SetDate,
    /// The date of something has come.
    EndOnDate,
    DisableLogin,
    EnableLogin,
    /// Of one person, here and at Dex.
    EndSessions,
    /// Profiles and contributors brought to what a file says.
    Import,
}

impl Kind {
    pub const ALL: [Self; 28] = [
        Self::AddUser,
        Self::AddUsers,
        Self::RemoveUser,
        Self::ResetPassword,
        Self::CreateProfile,
        Self::SetQuota,
        Self::DeleteProfile,
        Self::AddContributor,
        Self::RemoveContributor,
        Self::ChangeLogin,
        Self::MigrateLogins,
        Self::Repair,
        Self::RemoveUsers,
        Self::SetQuotas,
        Self::DeleteProfiles,
        Self::RepairContributor,
        Self::TransferProfile,
        Self::FreezeProfile,
        Self::ThawProfile,
        Self::AddAdministrator,
        Self::RemoveAdministrator,
        Self::OffBoard,
        Self::SetDate,
        Self::EndOnDate,
        Self::DisableLogin,
        Self::EnableLogin,
        Self::EndSessions,
        Self::Import,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddUser => "add-user",
            Self::AddUsers => "add-users",
            Self::RemoveUser => "remove-user",
            Self::ResetPassword => "reset-password",
            Self::CreateProfile => "create-profile",
            Self::SetQuota => "set-quota",
            Self::DeleteProfile => "delete-profile",
            Self::AddContributor => "add-contributor",
            Self::RemoveContributor => "remove-contributor",
            Self::ChangeLogin => "change-login",
            Self::MigrateLogins => "migrate-logins",
            Self::Repair => "repair",
            Self::RemoveUsers => "remove-users",
            Self::SetQuotas => "set-quotas",
            Self::DeleteProfiles => "delete-profiles",
            Self::RepairContributor => "repair-contributor",
            Self::TransferProfile => "transfer-profile",
            Self::FreezeProfile => "freeze-profile",
            Self::ThawProfile => "thaw-profile",
            Self::AddAdministrator => "add-administrator",
            Self::RemoveAdministrator => "remove-administrator",
            Self::OffBoard => "off-board",
            Self::SetDate => "set-date",
            Self::EndOnDate => "end-on-date",
            Self::DisableLogin => "disable-login",
            Self::EnableLogin => "enable-login",
            Self::EndSessions => "end-sessions",
            Self::Import => "import",
        }
    }

    /// As a heading: verb and noun.
    pub fn title(self) -> &'static str {
        match self {
            Self::AddUser => "Add user",
            Self::AddUsers => "Add users",
            Self::RemoveUser => "Remove user",
            Self::ResetPassword => "Reset password",
            Self::CreateProfile => "Create profile",
            Self::SetQuota => "Set quota",
            Self::DeleteProfile => "Delete profile",
            Self::AddContributor => "Add contributor",
            Self::RemoveContributor => "Remove contributor",
            Self::ChangeLogin => "Change login",
            Self::MigrateLogins => "Migrate to Password objects",
            Self::Repair => "Repair",
            Self::RemoveUsers => "Remove users",
            Self::SetQuotas => "Set quotas",
            Self::DeleteProfiles => "Delete profiles",
            Self::RepairContributor => "Repair contributor",
            Self::TransferProfile => "Transfer profile",
            Self::FreezeProfile => "Freeze profile",
            Self::ThawProfile => "Thaw profile",
            Self::AddAdministrator => "Add administrator",
            Self::RemoveAdministrator => "Remove administrator",
            Self::OffBoard => "Off-board",
            Self::SetDate => "Set date",
            Self::EndOnDate => "End on its date",
            Self::DisableLogin => "Disable login",
            Self::EnableLogin => "Enable login",
            Self::EndSessions => "Sign out everywhere",
            Self::Import => "Import",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}
