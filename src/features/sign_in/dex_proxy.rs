//! `/dex/` for browsers that reach us without the gateway: one port is enough, even while the mesh is broken.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};

use crate::identity;
use crate::identity::throttle::Purpose;
use crate::web::app::App;
use crate::web::cookies;
use crate::web::extract::Caller;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::throttle::throttle;

/// A sign-in page's form is small.
const LARGEST_FORM: usize = 64 * 1024;

pub(super) async fn forward(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let limited = http_body_util::Limited::new(body, LARGEST_FORM);
    let body = Bytes::from_request(Request::new(Body::new(limited)), &())
        .await
        .map_err(|_| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "KA-DEX",
                "This form is too large",
                "Nothing was sent to Dex.",
            )
        })?;
    if parts.method == Method::POST {
        throttle(&app, Purpose::Password, &caller, account(&body).as_deref())?;
    }
    let request = http::Request::from_parts(parts, body);
    match app.desk().forward(request, &cookies::own_names()).await {
        Ok(response) => Ok(response.map(Body::from).into_response()),
        Err(identity::ForwardError::NotAllowed) => Err(Problem::not_found("such page")),
        Err(identity::ForwardError::Unreachable(why)) => Err(Problem::new(
            StatusCode::BAD_GATEWAY,
            "KA-DEX",
            "Dex does not answer",
            format!("{why} Look at the deployment dex in namespace auth."),
        )
        .input("Nothing happened to your account.")
        .way("Try again", paths::SIGN_IN)),
    }
}

/// Whose password is tried, as typed into Dex's form; for throttling only.
fn account(body: &[u8]) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_html_form::from_bytes(body).ok()?;
    pairs
        .into_iter()
        .find(|(name, _)| name == "login")
        .map(|(_, value)| value.trim().to_ascii_lowercase())
}
