//! A link opens a form; the form spends the link. For people who have no session and perhaps never will.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::access::{Chosen, LinkError};
use crate::clock::Clock;
use crate::domain::{PASSWORD_RULES, PasswordLink};
use crate::identity::throttle::Purpose;
use crate::web::app::App;
use crate::web::extract::{Caller, Query};
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::form::PublicForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::throttle::throttle;
use crate::web::view::When;
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "own_password/by_link.html")]
struct FormPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    token: String,
    email: String,
    until: String,
    rules: Vec<&'static str>,
    password: Field,
    again: Field,
}

#[derive(Template)]
#[template(path = "own_password/set.html")]
struct SetPage {
    frame: Frame,
    email: String,
    /// Why Dex did not sign the person in with it, if it did not.
    doubt: Option<String>,
    sign_in_href: &'static str,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    frame: Frame,
    Query(query): Query<Token>,
) -> Result<Response, Problem> {
    throttle(&app, Purpose::Link, &caller, None)?;
    let link = app.desk().password_link(&query.token).await;
    let link = link.map_err(|error| problem(&error))?;
    page::ok(&form(frame, &link, query.token, FormErrors::default()))
}

pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    frame: Frame,
    PublicForm(fields): PublicForm,
) -> Result<Response, Problem> {
    throttle(&app, Purpose::Link, &caller, None)?;
    let token = fields.get("token").to_owned();
    let password = fields.secret("password");
    let link = app.desk().password_link(&token).await;
    let link = link.map_err(|error| problem(&error))?;
    let mut errors = FormErrors::default();
    if password != fields.secret("again") {
        errors.add("again", "This is not what is typed above");
        return page::invalid(&form(frame, &link, token, errors));
    }
    let (desk, used) = (app.clone(), token.clone());
    let choosing = async move { desk.desk().choose_password(&used, password).await };
    match app.to_the_end(choosing).await {
        Ok(chosen) => page::ok(&set_page(frame, chosen)),
        Err(LinkError::Password(why)) => {
            errors.add("password", why);
            page::invalid(&form(frame, &link, token, errors))
        }
        Err(error) => Err(problem(&error)),
    }
}

fn form(frame: Frame, link: &PasswordLink, token: String, errors: FormErrors) -> FormPage {
    let until = When::new(link.expires_at, Clock.now());
    FormPage {
        frame: frame.titled("Choose a password"),
        action: paths::SET_PASSWORD,
        token,
        email: link.email.to_string(),
        until: until.exact,
        rules: PASSWORD_RULES.to_vec(),
        password: Field::password("password", "Password", "new-password", &errors),
        again: Field::password("again", "The same once more", "new-password", &errors),
        errors: errors.0,
    }
}

fn set_page(frame: Frame, chosen: Chosen) -> SetPage {
    SetPage {
        frame: frame.titled("Your password is set"),
        email: chosen.email.to_string(),
        doubt: chosen.proof.err(),
        sign_in_href: paths::SIGN_IN,
    }
}

fn problem(error: &LinkError) -> Problem {
    match error {
        LinkError::Dead => Problem::new(
            StatusCode::GONE,
            "KA-LINK",
            "This link does not work",
            error.to_string(),
        )
        .input("Ask whoever gave it to you for another one. If you have set your password already, sign in.")
        .way("Sign in", paths::SIGN_IN),
        LinkError::MakerLostTheRight(_) => Problem::new(
            StatusCode::FORBIDDEN,
            "KA-LINK-MAKER",
            "No password can be set with this link",
            error.to_string(),
        )
        .input("Nothing was changed."),
        LinkError::Password(_)
        | LinkError::Hash
        | LinkError::Cluster(_)
        | LinkError::Store(_) => {
            // What the cluster or the database said is for the log: nobody is signed in here (SEC-19).
            tracing::warn!(%error, "password.not-set");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "KA-PASSWORD",
                "The password was not set",
                "The dashboard could not write it right now.",
            )
            .input("Nothing was changed, and the link still works. Try again in a moment.")
        }
    }
}
