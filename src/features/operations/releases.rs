//! What is particular about operations that apply a release: words of their plan, and links to objects and text.

use super::pages::Failure;
use crate::access::SignedIn;
use crate::domain::{Operation, ReleasePart, ReleaseText, State};
use crate::web::paths;
use crate::web::view::{Action, Link, Notice};

pub(super) fn note(part: &ReleasePart) -> &'static str {
    match part {
        ReleasePart::Text(_) => {
            "It is kept until the operation has ended; fields of Secrets are in memory only."
        }
        ReleasePart::Delete { .. } => "Irreversible. Nothing else is deleted.",
        ReleasePart::Wave { .. } => {
            "Server-side apply, several at once; the next wave begins when what it needs is there."
        }
        ReleasePart::Whole => "",
    }
}

/// Why a plan does not start.
pub(super) fn notices(operation: &Operation) -> Vec<Notice> {
    let obstacle = operation.release().and_then(ReleaseText::obstacle);
    obstacle
        .map(|why| Notice::new("danger", "This plan does not start", why))
        .into_iter()
        .collect()
}

/// Where the objects of a release are, one by one, and where it is planned anew.
pub(super) fn links(operation: &Operation) -> Vec<Link> {
    let id = operation.id.to_string();
    let mut links = Vec::new();
    if operation.release().is_some() {
        let objects = paths::fill(paths::RELEASE_OBJECTS, &id);
        links.push(Link::new("See every object", objects));
    }
    if operation.release().is_some() && operation.state == State::Planned {
        let again = format!("{}?again={id}", paths::RELEASE_NEW);
        links.push(Link::new("Plan again with other choices", again));
    }
    links
}

/// Where the text is given again, when this program lacks parts of it.
pub(super) async fn text(signed_in: &SignedIn, operation: &Operation) -> Option<Link> {
    let wanted = operation.release().is_some()
        && signed_in.is_mine(operation)
        && matches!(operation.state, State::Planned | State::Failed);
    if !wanted {
        return None;
    }
    let held = signed_in.engine().holds_release(&operation.id).await;
    let href = paths::fill(paths::RELEASE_TEXT, &operation.id.to_string());
    (!held.unwrap_or(true)).then(|| Link::new("Give the text again", href))
}

/// Between waves and objects it may rest.
pub(super) fn pause(operation: &Operation) -> Option<Action> {
    let href = paths::fill(paths::IMPORT_STOP, &operation.id.to_string());
    operation.release().map(|_| Action::allowed("Pause", href))
}

/// What applied objects cannot be is put back.
pub(super) fn failure(operation: &Operation, failure: Failure) -> Failure {
    if operation.release().is_none() {
        return failure;
    }
    Failure {
        text: "What was applied stays: a release is not undone. Resume goes on from here, and tries what failed again; what is done already is left alone.".to_owned(),
        ..failure
    }
}
