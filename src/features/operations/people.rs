//! What is particular about operations on many people: words of their plan, and links to rows and sheet.

use crate::access::SignedIn;
use crate::domain::{ImportPart, Operation, State};
use crate::web::paths;
use crate::web::view::{Action, Link};

pub(super) fn note(part: &ImportPart) -> &'static str {
    match part {
        ImportPart::Logins { .. } => {
            "A password is generated for each; the sheet with all of them is shown once at the end. What is below is the first row; the first ten were tried on the API server, the others checked against what is known of the cluster."
        }
        ImportPart::Profiles { .. } => {
            "What is below is the first row; the first ten were tried on the API server."
        }
        ImportPart::Shares { .. } => "What is below is the first row.",
        ImportPart::Ready => {
            "The profile controller of Kubeflow does this part, one to two profiles a second; it is waited for and checked."
        }
        ImportPart::Prove => {
            "Three of them sign in: Dex needs as long for each as for making the hash. Of the others the API server confirms the login."
        }
    }
}

/// Where the people of a list are, one by one.
pub(super) fn rows(operation: &Operation) -> Option<Link> {
    let href = paths::fill(paths::IMPORT_ROWS, &operation.id.to_string());
    operation
        .has_rows()
        .then(|| Link::new("See every row", href))
}

/// A list may rest between rows.
pub(super) fn stop(operation: &Operation) -> Option<Action> {
    let href = paths::fill(paths::IMPORT_STOP, &operation.id.to_string());
    operation.has_rows().then(|| Action::allowed("Stop", href))
}

/// The sheet of a list that is at rest; those who are there have passwords, even if others failed.
pub(super) fn sheet(signed_in: &SignedIn, operation: &Operation) -> Option<Action> {
    let at_rest = matches!(operation.state, State::Done | State::Failed);
    let held = signed_in.engine().holds_sheet(&operation.id);
    let href = paths::fill(paths::IMPORT_SHEET, &operation.id.to_string());
    (signed_in.is_mine(operation) && at_rest && held)
        .then(|| Action::allowed("Show the hand-over sheet once", href))
}
