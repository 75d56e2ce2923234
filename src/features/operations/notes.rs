//! What a plan says of a step beside the fields that it changes: what is waited for, what does not come back.

use super::people;
use crate::domain::{AdministratorChange, LoginStep, Operation, StaticEdit, Step};
use crate::web::words;

/// Empty where the changes say it all.
pub(super) fn of<'o>(operation: &Operation, step: &'o Step) -> &'o str {
    match step {
        Step::Repair { reason, .. } => reason,
        Step::Import(part) => people::note(part),
        Step::CreateLogin { .. } | Step::SetPassword { .. }
            if operation.offered_link().is_some() =>
        {
            "The hash that is written belongs to no password: nobody can sign in until the link is used."
        }
        Step::CreateLogin { .. } | Step::SetPassword { .. } => {
            "A password is generated when it starts, and shown once at the end."
        }
        Step::WaitForProfile { .. } => {
            "The profile controller of Kubeflow does this part; it is waited for and checked."
        }
        Step::DeleteProfile { .. } => "Irreversible.",
        Step::EndSessions { .. } => words::GATEWAY_SESSIONS,
        Step::Login(LoginStep::Disable { .. }) => words::DISABLED,
        Step::Login(LoginStep::OfferLink { .. }) => words::LINK_OFFERED,
        Step::Administrator(AdministratorChange::Add { .. }) => {
            "The role kubeflow-admin-operator: everything in this dashboard, and less than cluster-admin."
        }
        Step::Administrator(AdministratorChange::Remove { .. }) => {
            "Others whom the binding names stay in it. The last administrator who can sign in stays, whoever asks."
        }
        Step::EditDexConfig { edits } => dex_entries(step, edits),
        Step::RestartDex => {
            "The old pod serves until the new one is up. Should it not come up, what was there before is put back by itself."
        }
        Step::ProveDex => "A login is made for it and deleted again.",
        Step::ProveSame { shipped: false, .. } => {
            "User ID and hash are compared. A sign-in cannot be tried: nobody can turn a hash back into the password."
        }
        Step::ProveSame { .. }
        | Step::ProveSignIn { .. }
        | Step::WaitForDex
        | Step::CopyLogin { .. }
        | Step::SetUserId { .. }
        | Step::DeleteLogin { .. }
        | Step::CreateProfile { .. }
        | Step::SetQuota { .. }
        | Step::WaitForQuota { .. }
        | Step::WaitForProfileGone { .. }
        | Step::AddContributor { .. }
        | Step::RemoveContributor { .. }
        | Step::OffBoard(_)
        | Step::Dated(_)
        | Step::Login(LoginStep::Enable { .. })
        | Step::Upkeep(_) => "",
    }
}

fn dex_entries(step: &Step, edits: &[StaticEdit]) -> &'static str {
    if step.sets_password() && !edits.is_empty() {
        "A password is generated when it starts, and shown once at the end. Only these entries change; the rest of the text stays as it is."
    } else {
        "Only these entries change; the rest of the text stays as it is."
    }
}
