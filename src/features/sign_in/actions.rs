//! What happens at sign-in and sign-out.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, header};
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use crate::access::{DeskError, NewSession, Place, SignedIn, Wish};
use crate::domain::Via;
use crate::identity::throttle::Purpose;
use crate::web::app::App;
use crate::web::cookies::{self, Name};
use crate::web::extract::{Caller, Query};
use crate::web::flash::Flash;
use crate::web::form::{CheckedForm, PublicForm};
use crate::web::problem::Problem;
use crate::web::scheme::Scheme;
use crate::web::throttle::throttle;
use crate::web::{page, paths};

/// A sign-in on its way may take as long as the store remembers it.
const PENDING_SECONDS: i64 = 15 * 60;
const YEAR_SECONDS: i64 = 365 * 24 * 3600;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Begin {
    #[serde(default)]
    next: String,
}

/// What Dex sends the browser back with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Callback {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Sends the browser to Dex, by a path of this very host.
pub(super) async fn begin(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Begin>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    throttle(&app, Purpose::SignIn, &caller, None)?;
    let begun = app
        .desk()
        .begin(paths::safe_next(&query.next))
        .await
        .map_err(dex_problem)?;
    let mut response = Redirect::to(&begun.url).into_response();
    let cookie = cookies::set(
        Name::SignIn,
        Scheme::of(&headers),
        begun.browser.expose_secret(),
        Some(PENDING_SECONDS),
    );
    append_cookie(&mut response, &cookie);
    Ok(response)
}

/// The way back from Dex.
pub(super) async fn callback(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Callback>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    throttle(&app, Purpose::SignIn, &caller, None)?;
    let scheme = Scheme::of(&headers);
    if !query.error.is_empty() {
        let text: String = query
            .error_description
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect();
        return Err(DeskError::Rejected(format!("It says: {text}")).into());
    }
    let browser = cookies::read(&headers, Name::SignIn, scheme).unwrap_or_default();
    let place = Place {
        address: caller.address,
        agent: caller.agent,
    };
    match app
        .desk()
        .finish(&query.state, &query.code, &browser, place)
        .await
    {
        Ok(session) => Ok(welcome(&app, session, &headers).await),
        Err(error) => {
            app.desk().note_failure("", &error.to_string()).await?;
            Err(error.into())
        }
    }
}

/// Spends a one-time link; the token comes from the page's form, so a preview that opens the link spends nothing.
pub(super) async fn spend_link(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    PublicForm(form): PublicForm,
) -> Result<Response, Problem> {
    throttle(&app, Purpose::Link, &caller, None)?;
    let place = Place {
        address: caller.address,
        agent: caller.agent,
    };
    match app.desk().spend_link(form.get("token"), place).await {
        Ok(session) => Ok(welcome(&app, session, &headers).await),
        Err(error) => {
            app.desk()
                .note_failure("one-time link", &error.to_string())
                .await?;
            Err(error.into())
        }
    }
}

/// The new session's cookie; the one before it, if any, ends at once.
async fn welcome(app: &App, new: NewSession, headers: &HeaderMap) -> Response {
    let scheme = Scheme::of(headers);
    if let Some(old) = cookies::read(headers, Name::Session, scheme)
        && let Ok(Some(session)) = app.gate().session(&old, Wish::Persons).await
        && let Err(error) = app.gate().end(&session).await
    {
        tracing::warn!(%error, "session.old-one-not-ended");
    }
    let mut response = if new.session.actor.via == Via::Dex {
        page::see_other(&new.next)
    } else {
        page::see_other_saying(&new.next, Flash::SignedIn, scheme)
    };
    let seconds = app.desk().lifetime().as_secs();
    append_cookie(
        &mut response,
        &cookies::set(
            Name::Session,
            scheme,
            new.token.expose_secret(),
            Some(seconds),
        ),
    );
    append_cookie(&mut response, &cookies::remove(Name::SignIn, scheme));
    response
}

pub(super) async fn sign_out(
    State(app): State<App>,
    signed_in: SignedIn,
    headers: HeaderMap,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    app.gate().end(signed_in.session()).await?;
    signed_in
        .record(
            "session.closed",
            signed_in.actor().user.as_str(),
            "signed out",
        )
        .await?;
    let mut response = page::see_other(paths::SIGNED_OUT);
    append_cookie(
        &mut response,
        &cookies::remove(Name::Session, Scheme::of(&headers)),
    );
    Ok(response)
}

/// Light, dark, or as the system says.
pub(super) async fn theme(
    _: SignedIn,
    headers: HeaderMap,
    CheckedForm(form): CheckedForm,
) -> Response {
    let mut response = page::see_other(paths::safe_next(form.get("next")));
    let scheme = Scheme::of(&headers);
    let cookie = match form.get("theme") {
        theme @ ("dark" | "light") => cookies::set(Name::Theme, scheme, theme, Some(YEAR_SECONDS)),
        _ => cookies::remove(Name::Theme, scheme),
    };
    append_cookie(&mut response, &cookie);
    response
}

/// Dex is down or unknown: say so, and say what can be done without it.
#[expect(clippy::assigning_clones, reason = "clearer as an assignment")]
fn dex_problem(error: DeskError) -> Problem {
    let mut problem = Problem::from(error);
    problem.headline = "Dex cannot sign anybody in right now".to_owned();
    problem.input = "Look at the deployment dex in namespace auth. To get in without Dex, run: \
                     kubectl -n kubeflow-admin exec deploy/kubeflow-admin -- /kubeflow-admin sign-in-link"
        .to_owned();
    problem
}

fn append_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
