//! The layer around every route: host, session, origin and declared guard, in that order, before the handler.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderValue, Method, StatusCode, header};

use super::app::App;
use super::cookies::{self, Name};
use super::flash::Flash;
use super::frame::{Frame, FrameSeed};
use super::origin::{self, FromWhere};
use super::problem::Problem;
use super::routes::Guard;
use super::scheme::{self, HostRefusal, Scheme};
use super::{page, paths};
use crate::access::{Gate, Refusal, SignedIn, Wish};
use crate::clock;

/// Lets a request through to its handler, with what the handler may have; or answers it.
pub async fn admit(
    State((app, guard)): State<(App, Guard)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let outcome = prepare(&app, guard, &mut parts).await;
    let frame = Frame::of(&parts);
    let had_flash = parts
        .extensions
        .get::<FrameSeed>()
        .is_some_and(|seed| seed.flash.is_some());
    let scheme = Scheme::of(&parts.headers);
    let request_id = parts
        .headers
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let mut response = match outcome {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(answer) => answer,
    };
    if had_flash
        && response.status().is_success()
        && let Ok(value) = HeaderValue::from_str(&cookies::remove(Name::Flash, scheme))
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    page::render_problem(response, frame, &request_id)
}

async fn prepare(
    app: &App,
    guard: Guard,
    parts: &mut http::request::Parts,
) -> Result<(), Response> {
    if guard == Guard::Public && is_machine_path(parts.uri.path()) {
        return Ok(());
    }
    scheme::check_host(&parts.headers, app.http())
        .map_err(|refusal| host_problem(&refusal).into_response())?;
    let scheme = Scheme::of(&parts.headers);
    let token = cookies::read(&parts.headers, Name::Session, scheme);
    let flash = cookies::read(&parts.headers, Name::Flash, scheme);
    let mut seed = FrameSeed {
        csrf: String::new(),
        cluster: String::new(),
        banner: app.banner(),
        version: String::new(),
        flash: flash
            .as_deref()
            .filter(|_| wish(&parts.headers) == Wish::Persons)
            .and_then(Flash::from_code),
        theme: cookies::read(&parts.headers, Name::Theme, scheme)
            .filter(|theme| theme == "dark" || theme == "light")
            .unwrap_or_default(),
    };
    if guard != Guard::Public {
        let signed_in = sign_in_state(app, token.as_deref(), parts).await?;
        if let Some(token) = &token {
            seed.csrf = clock::derive("form", token);
        }
        seed.cluster = app.gate().cluster_name();
        seed.version = app.gate().cluster_version();
        parts.extensions.insert(signed_in.clone());
        parts.extensions.insert(seed);
        check_origin(parts)?;
        if let Guard::Needs(permission) = guard {
            let access = Gate::admit(signed_in, permission)
                .map_err(|refusal| Problem::from(refusal).into_response())?;
            parts.extensions.insert(access);
        }
        return Ok(());
    }
    parts.extensions.insert(seed);
    check_origin(parts)
}

/// Liveness, readiness and static files: exact paths, no session, no host rule (kubelet asks by pod address).
fn is_machine_path(path: &str) -> bool {
    path == paths::HEALTHZ || path == paths::READYZ || path.starts_with("/kubeflow-admin/static/")
}

async fn sign_in_state(
    app: &App,
    token: Option<&str>,
    parts: &http::request::Parts,
) -> Result<SignedIn, Response> {
    let session = match token {
        Some(token) => app
            .gate()
            .session(token, wish(&parts.headers))
            .await
            .map_err(|error| Problem::from(error).into_response())?,
        None => None,
    };
    let Some(session) = session else {
        return Err(to_sign_in(parts));
    };
    app.gate()
        .signed_in(session)
        .await
        .map_err(|refusal| Problem::from(refusal).into_response())
}

/// Our script says when it asks by itself. Whoever leaves it out, or adds it, only changes when their own session ends.
fn wish(headers: &http::HeaderMap) -> Wish {
    if headers.contains_key("x-kubeflow-admin-live") {
        Wish::Pages
    } else {
        Wish::Persons
    }
}

/// A page is remembered across sign-in; a form is not sent again by itself.
#[expect(clippy::assigning_clones, reason = "clearer as an assignment")]
fn to_sign_in(parts: &http::request::Parts) -> Response {
    if parts.method == Method::GET {
        let here = parts
            .uri
            .path_and_query()
            .map_or(paths::HOME, |path| path.as_str());
        let next = paths::encode(paths::safe_next(here));
        return Redirect::to(&format!("{}?next={next}", paths::SIGN_IN)).into_response();
    }
    let mut problem = Problem::from(Refusal::NotSignedIn);
    problem.input =
        "Your session has ended, so nothing was changed and what you typed was not kept."
            .to_owned();
    problem.into_response()
}

#[expect(
    clippy::result_large_err,
    reason = "the answer itself is the error here, and it is rare"
)]
fn check_origin(parts: &http::request::Parts) -> Result<(), Response> {
    if parts.method == Method::GET
        || parts.method == Method::HEAD
        || origin::check(&parts.headers) == FromWhere::OwnPage
    {
        return Ok(());
    }
    let problem = Problem::new(
        StatusCode::FORBIDDEN,
        "KA-ORIGIN",
        "This form was not sent from a page of this dashboard",
        "The browser did not say that the form comes from this very site, so it was not accepted.",
    )
    .input("Nothing was changed.")
    .way("Go to the start page", paths::HOME);
    Err(problem.into_response())
}

fn host_problem(refusal: &HostRefusal) -> Problem {
    let (status, happened) = match refusal {
        HostRefusal::Malformed => (
            StatusCode::BAD_REQUEST,
            "The request names no host.".to_owned(),
        ),
        HostRefusal::Unknown(name) => (
            StatusCode::MISDIRECTED_REQUEST,
            format!(
                "This dashboard is not known under the name {name}. If it should be, add the name to KUBEFLOW_ADMIN_HOSTS."
            ),
        ),
        HostRefusal::PlainHttp(name) => (
            StatusCode::FORBIDDEN,
            format!(
                "Plain HTTP on {name} would show passwords and sessions to everybody on the way. Use kubectl port-forward, \
                 or the gateway with TLS; or set KUBEFLOW_ADMIN_PLAIN_HTTP=everywhere if you accept that."
            ),
        ),
    };
    Problem::new(status, "KA-HOST", "This address is not served", happened)
}
