//! Pages around sign-in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;

use crate::web::app::App;
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths, scheme};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in/start.html")]
struct StartPage {
    frame: Frame,
    start_href: String,
    error: Option<String>,
    insecure: bool,
}

pub(super) async fn start(
    frame: Frame,
    headers: HeaderMap,
    Query(query): Query<Next>,
) -> Result<Response, Problem> {
    let next = paths::encode(paths::safe_next(&query.next));
    page::ok(&StartPage {
        frame: frame.titled("Sign in"),
        start_href: format!("{}?next={next}", paths::SIGN_IN_BEGIN),
        error: None,
        insecure: scheme::is_exposed(&headers),
    })
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct LinkPage {
    frame: Frame,
    action: String,
    token: String,
    error: Option<String>,
    button: String,
}

/// Looking spends nothing.
pub(super) async fn link(
    State(app): State<App>,
    frame: Frame,
    Query(query): Query<Token>,
) -> Result<Response, Problem> {
    let is_token = query.token.len() == 64 && query.token.bytes().all(|b| b.is_ascii_hexdigit());
    let good = is_token && app.desk().link_is_good(&query.token).await?;
    let error =
        (!good).then(|| "This link was used already or has expired. Make a new one.".to_owned());
    page::ok(&LinkPage {
        frame: frame.titled("One-time sign-in"),
        action: paths::LINK.to_owned(),
        token: if good { query.token } else { String::new() },
        error,
        button: "Sign in with this link".to_owned(),
    })
}

#[derive(Template)]
#[template(path = "sign_in/signed_out.html")]
struct SignedOutPage {
    frame: Frame,
    again_href: String,
    gateway: bool,
}

pub(super) async fn signed_out(frame: Frame) -> Result<Response, Problem> {
    page::ok(&SignedOutPage {
        frame: frame.titled("Signed out"),
        again_href: paths::SIGN_IN.to_owned(),
        gateway: true,
    })
}
