//! The form with which somebody changes their own password.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::access::{ChangeError, SignedIn};
use crate::domain::{Email, PASSWORD_RULES};
use crate::identity::throttle::Purpose;
use crate::web::app::App;
use crate::web::extract::Caller;
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::flash::Flash;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::scheme::Scheme;
use crate::web::throttle::throttle;
use crate::web::{page, paths};

const CLOSED: &str = "Nobody changes their own password here: the Role kubeflow-admin-self-service in namespace auth is not there. Ask somebody who administers this Kubeflow for a link to set one.";

#[derive(Template)]
#[template(path = "own_password/change.html")]
struct ChangePage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    back_href: &'static str,
    email: String,
    rules: Vec<&'static str>,
    current: Field,
    password: Field,
    again: Field,
}

pub(super) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    frame: Frame,
) -> Result<Response, Problem> {
    let email = own_login(&app, &signed_in).await?;
    page::ok(&ChangePage::with(frame, &email, FormErrors::default()))
}

pub(super) async fn change(
    State(app): State<App>,
    signed_in: SignedIn,
    frame: Frame,
    (caller, headers): (Caller, HeaderMap),
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let email = own_login(&app, &signed_in).await?;
    let new = fields.secret("password");
    let mut errors = FormErrors::default();
    if new != fields.secret("again") {
        errors.add("again", "This is not what is typed above");
        return page::invalid(&ChangePage::with(frame, &email, errors));
    }
    throttle(&app, Purpose::Password, &caller, Some(email.as_str()))?;
    let old = fields.secret("current");
    let (desk, whose) = (app.clone(), email.clone());
    let changing = async move {
        if let Err(error) = desk.desk().change_password(&whose, old, new).await {
            return Ok(Err(error));
        }
        signed_in.end_other_sessions().await.map(|_| Ok(()))
    };
    match app.to_the_end(changing).await? {
        Ok(()) => {
            let scheme = Scheme::of(&headers);
            Ok(page::see_other_saying(
                paths::ACCOUNT,
                Flash::PasswordChanged,
                scheme,
            ))
        }
        Err(error) => {
            errors.add(field(&error).ok_or_else(|| problem(&error))?, error);
            page::invalid(&ChangePage::with(frame, &email, errors))
        }
    }
}

/// At which field the trouble is, if it is about what was typed.
fn field(error: &ChangeError) -> Option<&'static str> {
    match error {
        ChangeError::Password(_) | ChangeError::Same => Some("password"),
        ChangeError::NotYours(_) => Some("current"),
        ChangeError::NotProved(_)
        | ChangeError::Hash
        | ChangeError::Cluster(_)
        | ChangeError::Store(_) => None,
    }
}

fn problem(error: &ChangeError) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "KA-PASSWORD",
        "The password was not changed",
        error.to_string(),
    )
    .input("Your password is the one you had.")
    .way("Back to your account", paths::ACCOUNT)
}

async fn own_login(app: &App, signed_in: &SignedIn) -> Result<Email, Problem> {
    let email = signed_in.own_login().map_err(not_here)?;
    if app.desk().lets_people_change_passwords().await? {
        Ok(email)
    } else {
        Err(not_here(CLOSED))
    }
}

fn not_here(why: &str) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "KA-LOGIN",
        "Your password cannot be changed here",
        why.to_owned(),
    )
    .input("Nothing was changed.")
    .way("Back to your account", paths::ACCOUNT)
}

impl ChangePage {
    fn with(frame: Frame, email: &Email, errors: FormErrors) -> Self {
        Self {
            frame: frame.titled("Change your password"),
            action: paths::ACCOUNT_PASSWORD,
            back_href: paths::ACCOUNT,
            email: email.to_string(),
            rules: PASSWORD_RULES.to_vec(),
            current: Field::password(
                "current",
                "The password you have",
                "current-password",
                &errors,
            ),
            password: Field::password("password", "New password", "new-password", &errors),
            again: Field::password("again", "The new one once more", "new-password", &errors),
            errors: errors.0,
        }
    }
}
