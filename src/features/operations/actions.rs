//! Starting, resuming, undoing and discarding an operation; fetching its password once.

use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::{handing_over, pages};
use crate::access::{Freshness, SignedIn};
use crate::domain::{Operation, OperationId, State};
use crate::operation::{Consent, TakenOver, Temporary};
use crate::web::extract::Path;
use crate::web::flash::Flash;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::scheme::Scheme;
use crate::web::{page, paths};

pub(super) async fn start(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let operation = mine_and_fresh(&signed_in, &id).await?;
    let is_ticked = |name: &'static str, wanted: &str| fields.all(name).any(|one| one == wanted);
    // One box per manager: every one of them must be ticked.
    let taken = operation.conflicts();
    let taken = taken
        .iter()
        .all(|conflict| is_ticked("take_over", &conflict.manager));
    let temporary = operation.git_managers();
    let temporary = temporary
        .iter()
        .all(|manager| is_ticked("temporary", manager.as_str()));
    if !temporary && operation.state == State::Planned {
        return pages::not_temporary(frame, &operation);
    }
    let consent = Consent {
        taken_over: if taken { TakenOver::Yes } else { TakenOver::No },
        temporary: if temporary {
            Temporary::Accepted
        } else {
            Temporary::NotAccepted
        },
    };
    signed_in.engine().start(&operation.id, consent).await?;
    Ok(back(&operation.id))
}

pub(super) async fn resume(
    signed_in: SignedIn,
    Path(id): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let operation = mine_and_fresh(&signed_in, &id).await?;
    signed_in.engine().resume(&operation.id).await?;
    Ok(back(&operation.id))
}

pub(super) async fn undo(
    signed_in: SignedIn,
    Path(id): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let operation = mine_and_fresh(&signed_in, &id).await?;
    signed_in.engine().undo(&operation.id).await?;
    Ok(back(&operation.id))
}

pub(super) async fn discard(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let operation = mine(&signed_in, &id).await?;
    signed_in.engine().discard(&operation.id).await?;
    Ok(page::see_other_saying(
        paths::HOME,
        Flash::PlanDiscarded,
        Scheme::of(&headers),
    ))
}

/// Shows the generated password, once: the answer to a form, never to a link, and kept by no cache (SEC-43).
pub(super) async fn receipt(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let operation = mine(&signed_in, &id).await?;
    if operation.offered_link().is_some() && operation.state == State::Done {
        let operation = mine_and_fresh(&signed_in, &id).await?;
        let link = handing_over::make(&signed_in, &operation, &headers).await?;
        return pages::with_link(&signed_in, frame, &operation, link);
    }
    let engine = signed_in.engine();
    let mut password = None;
    if operation.state == State::Done && engine.holds_password(&operation.id) {
        // Recorded first: a record that cannot be written must not take the only copy with it.
        signed_in
            .record(
                "login.password-shown",
                &operation.subject,
                "the generated password was shown",
            )
            .await?;
        password = engine.take_password(&operation.id);
    }
    pages::with_password(&signed_in, frame, &operation, password)
}

async fn mine(signed_in: &SignedIn, id: &str) -> Result<Operation, Problem> {
    let operation = pages::find(signed_in, id).await?;
    if signed_in.is_mine(&operation) {
        return Ok(operation);
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "KA-403",
        "This is somebody else’s operation",
        format!(
            "Only {} can start, resume or undo it.",
            operation.actor.user
        ),
    )
    .input("Nothing was changed.")
    .way("Look at the operation", paths::fill(paths::OPERATION, id)))
}

/// For whatever changes something in the name of who planned it.
pub(in crate::features) async fn mine_and_fresh(
    signed_in: &SignedIn,
    id: &str,
) -> Result<Operation, Problem> {
    let operation = mine(signed_in, id).await?;
    match signed_in.freshness() {
        Freshness::Fresh => Ok(operation),
        Freshness::Stale => {
            let here = paths::encode(&paths::fill(paths::OPERATION, id));
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                "KA-FRESH",
                "Please sign in again",
                "Changes need a sign-in that is not too long ago, so that an unattended browser changes nothing.",
            )
            .input("Your plan is kept. Sign in and you are back at it.")
            .way("Sign in again", format!("{}?next={here}", paths::SIGN_IN_BEGIN)))
        }
    }
}

fn back(id: &OperationId) -> Response {
    page::see_other(&paths::fill(paths::OPERATION, &id.to_string()))
}
