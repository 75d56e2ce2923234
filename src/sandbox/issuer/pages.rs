//! The way of a browser: from `/dex/auth` to the form and back with a code.

use axum::extract::{RawForm, RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use super::{AuthRequest, Issuer, REQUEST_LIFE};

/// The pairs of a query or a form.
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(super) fn of(text: &[u8]) -> Self {
        Self(serde_html_form::from_bytes(text).unwrap_or_default())
    }

    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// The request is checked here, so that a wrong client never sees the form.
pub(super) async fn begin(State(issuer): State<Issuer>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match check(&issuer, &Pairs::of(query.as_bytes())) {
        Ok(_) => redirect(StatusCode::FOUND, &format!("/dex/auth/local?{query}")),
        Err(why) => problem(&why),
    }
}

pub(super) async fn local(State(issuer): State<Issuer>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match check(&issuer, &Pairs::of(query.as_bytes())) {
        Ok(request) => {
            let id = issuer.inner.api.new_token();
            issuer.remember(id.clone(), request);
            redirect(
                StatusCode::FOUND,
                &format!("/dex/auth/local/login?back=&state={id}"),
            )
        }
        Err(why) => problem(&why),
    }
}

fn check(issuer: &Issuer, query: &Pairs) -> Result<AuthRequest, String> {
    let id = query.get("client_id");
    let client = issuer
        .client(id)
        .ok_or_else(|| format!("Invalid client_id (\"{id}\")."))?;
    let redirect = query.get("redirect_uri");
    let known = client["redirectURIs"].as_array().into_iter().flatten();
    if !known.into_iter().any(|known| known == redirect) {
        return Err(format!("Unregistered redirect_uri (\"{redirect}\")."));
    }
    if query.get("response_type") != "code" {
        return Err("Unsupported response type.".to_owned());
    }
    if !query.get("scope").split(' ').any(|scope| scope == "openid") {
        return Err("Missing required scope(s) [\"openid\"].".to_owned());
    }
    let challenge = query.get("code_challenge");
    if !challenge.is_empty() && query.get("code_challenge_method") != "S256" {
        return Err("Unsupported PKCE challenge method.".to_owned());
    }
    Ok(AuthRequest {
        client_id: id.to_owned(),
        redirect: redirect.to_owned(),
        state: query.get("state").to_owned(),
        nonce: query.get("nonce").to_owned(),
        challenge: challenge.to_owned(),
        expires: issuer.now() + REQUEST_LIFE,
    })
}

pub(super) async fn login(State(issuer): State<Issuer>, RawQuery(query): RawQuery) -> Response {
    let query = Pairs::of(query.unwrap_or_default().as_bytes());
    match issuer.request(query.get("state")) {
        Some(_) => form(&issuer, StatusCode::OK, ""),
        None => problem("This sign-in has expired or never began."),
    }
}

pub(super) async fn submit(
    State(issuer): State<Issuer>,
    RawQuery(query): RawQuery,
    RawForm(body): RawForm,
) -> Response {
    let query = Pairs::of(query.unwrap_or_default().as_bytes());
    let fields = Pairs::of(&body);
    let id = query.get("state");
    let Some(request) = issuer.request(id) else {
        return problem("This sign-in has expired or never began.");
    };
    let typed = fields.get("login");
    let Some(person) = issuer.person(typed) else {
        return form(&issuer, StatusCode::UNAUTHORIZED, typed);
    };
    let (password, hash) = (fields.get("password").to_owned(), person.hash.clone());
    if !(10..=16).contains(&cost(&hash)) {
        return problem("Login error.").into_response();
    }
    let fits = tokio::task::spawn_blocking(move || bcrypt::verify(password, &hash)).await;
    if !matches!(fits, Ok(Ok(true))) {
        return form(&issuer, StatusCode::UNAUTHORIZED, typed);
    }
    let (to, state) = (request.redirect.clone(), request.state.clone());
    let code = issuer.grant(id, request, person);
    let query = serde_html_form::to_string([("code", &code), ("state", &state)]);
    let separator = if to.contains('?') { '&' } else { '?' };
    redirect(
        StatusCode::SEE_OTHER,
        &format!("{to}{separator}{}", query.unwrap_or_default()),
    )
}

/// The two digits after the version; Dex refuses a sign-in with any other than 10 to 16.
fn cost(hash: &str) -> u32 {
    let digits = hash.split('$').nth(2).unwrap_or_default();
    digits.parse().unwrap_or(0)
}

fn redirect(status: StatusCode, to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(location) => (status, [(header::LOCATION, location)]).into_response(),
        Err(_) => problem("This address leads nowhere."),
    }
}

fn form(issuer: &Issuer, status: StatusCode, typed: &str) -> Response {
    let wrong = if status == StatusCode::UNAUTHORIZED {
        "<p class=\"wrong\" role=\"alert\">Invalid Email Address and password.</p>"
    } else {
        ""
    };
    let body = format!(
        "<h1>Sign in</h1><p>{}</p>{wrong}<form method=\"post\"><label>E-mail<input name=\"login\" type=\"email\" \
         autocomplete=\"username\" required autofocus value=\"{}\"></label><label>Password<input name=\"password\" \
         type=\"password\" autocomplete=\"current-password\" required></label><button>Sign in</button></form>",
        escaped(&issuer.inner.hint),
        escaped(typed)
    );
    page(status, &body)
}

fn problem(why: &str) -> Response {
    let body = format!("<h1>Bad Request</h1><p>{}</p>", escaped(why));
    page(StatusCode::BAD_REQUEST, &body)
}

fn page(status: StatusCode, body: &str) -> Response {
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>Sign in</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>"
    );
    (status, Html(text)).into_response()
}

const STYLE: &str = "body{margin:0;font:16px/1.5 system-ui,sans-serif;background:light-dark(#f2f2f2,#151515);\
    color:light-dark(#151515,#fff);color-scheme:light dark}main{max-width:22rem;margin:12vh auto;padding:2rem;\
    border-radius:1rem;background:light-dark(#fff,#292929)}h1{margin:0 0 1rem;font-size:1.5rem}label{display:block;\
    margin:1rem 0}input{display:block;box-sizing:border-box;width:100%;padding:.5rem;font:inherit}button{padding:.5rem 1.5rem;\
    border:0;border-radius:2rem;background:#06c;color:#fff;font:inherit}.wrong{color:light-dark(#b1380b,#f4784a)}";

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// An error of the token endpoint.
pub(super) fn token_error(status: StatusCode, error: &str, why: &str) -> Response {
    let body: Value = serde_json::json!({ "error": error, "error_description": why });
    (status, axum::Json(body)).into_response()
}
