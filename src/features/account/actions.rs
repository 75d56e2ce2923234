//! Ending sessions.

use axum::response::Response;
use http::HeaderMap;

use crate::access::{Access, SignedIn};
use crate::domain::SessionId;
use crate::web::extract::Path;
use crate::web::flash::Flash;
use crate::web::form::CheckedForm;
use crate::web::problem::Problem;
use crate::web::scheme::Scheme;
use crate::web::{page, paths};

pub(super) async fn end_own(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let id = SessionId::new(id);
    if !signed_in.end_own_session(&id).await? {
        return Err(Problem::not_found("session of yours with this name"));
    }
    Ok(page::see_other_saying(
        paths::ACCOUNT,
        Flash::SessionEnded,
        Scheme::of(&headers),
    ))
}

pub(super) async fn end_others(
    signed_in: SignedIn,
    headers: HeaderMap,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    signed_in.end_other_sessions().await?;
    Ok(page::see_other_saying(
        paths::ACCOUNT,
        Flash::SessionsEnded,
        Scheme::of(&headers),
    ))
}

pub(super) async fn end_any(
    access: Access,
    Path(id): Path<String>,
    headers: HeaderMap,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    if !access.end_session(&SessionId::new(id)).await? {
        return Err(Problem::not_found("session of this name any more")
            .way("See all sessions", paths::SESSIONS));
    }
    Ok(page::see_other_saying(
        paths::SESSIONS,
        Flash::SessionEnded,
        Scheme::of(&headers),
    ))
}
