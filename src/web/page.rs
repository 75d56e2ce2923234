//! Templates become answers here; problems become pages here.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::cookies::{self, Name};
use super::fields::FormErrors;
use super::flash::Flash;
use super::frame::Frame;
use super::problem::{Problem, Way};
use super::scheme::Scheme;

/// A page that is fine.
pub fn ok(template: &impl Template) -> Result<Response, Problem> {
    with_status(StatusCode::OK, template)
}

/// A form again, with what was typed and what is wrong with it.
pub fn invalid(template: &impl Template) -> Result<Response, Problem> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A form again with what was typed, because what it asked for failed and none of its fields is to blame.
pub fn failed<T: Template>(
    problem: impl Into<Problem>,
    form: impl FnOnce(FormErrors) -> T,
) -> Result<Response, Problem> {
    let problem = problem.into();
    let mut errors = FormErrors::default();
    errors.add("", problem.in_a_line());
    with_status(problem.status, &form(errors))
}

fn with_status(status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
    match template.render() {
        Ok(text) => Ok((status, Html(text)).into_response()),
        Err(error) => {
            tracing::error!(%error, "page.not-rendered");
            Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "KA-PAGE",
                "This page is broken",
                "The page could not be put together. Please report this with the request id below.",
            ))
        }
    }
}

/// After a form: 303 to a page.
pub fn see_other(path: &str) -> Response {
    let location =
        HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(super::paths::HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// After a form: 303 to a page that says one sentence.
pub fn see_other_saying(path: &str, flash: Flash, scheme: Scheme) -> Response {
    let mut response = see_other(path);
    if let Ok(value) =
        HeaderValue::from_str(&cookies::set(Name::Flash, scheme, flash.code(), Some(60)))
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    happened: String,
    input: String,
    ways: Vec<Way>,
    code: &'static str,
    request_id: String,
}

#[derive(Template)]
#[template(path = "problem_shell.html")]
struct ProblemShellPage {
    frame: Frame,
    happened: String,
    input: String,
    ways: Vec<Way>,
    code: &'static str,
    request_id: String,
}

/// Turns a [`Problem`] in the answer into its page: inside the shell for somebody signed in, plain otherwise.
pub fn render_problem(mut response: Response, frame: Frame, request_id: &str) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let Problem {
        status,
        headline,
        happened,
        input,
        ways,
        code,
    } = problem;
    let frame = frame.titled(headline);
    let request_id = request_id.to_owned();
    let text = if frame.user.is_empty() {
        ProblemPage {
            frame,
            happened,
            input,
            ways,
            code,
            request_id,
        }
        .render()
    } else {
        ProblemShellPage {
            frame,
            happened,
            input,
            ways,
            code,
            request_id,
        }
        .render()
    };
    (
        status,
        Html(text.unwrap_or_else(|_| "This page is broken.".to_owned())),
    )
        .into_response()
}
