//! From the list to a plan; stopping; and the sheet, once.

use askama::Template;
use axum::response::Response;

use super::check::{Checked, Taken, check};
use super::form::ImportForm;
use super::pages::NewPage;
use super::{operations, table};
use crate::access::{Access, SignedIn};
use crate::features::operations::mine_and_fresh;
use crate::operation::PlanError;
use crate::web::extract::Path;
use crate::web::fields::FormErrors;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

pub(super) async fn plan(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let form = ImportForm::sent(&fields);
    let mut errors = FormErrors::default();
    if fields.is_checked("more") {
        return page::ok(&NewPage::with(frame, &form, errors, Checked::default()));
    }
    let common = form.common(&access, &mut errors);
    let lines = errors.take("people", table::read(&form.people));
    let checked = match lines.filter(|_| errors.is_empty()) {
        Some(lines) => check(&lines, &common, &Taken::of(&access)),
        None => Checked::default(),
    };
    note_problems(&form, &checked, &mut errors);
    if errors.is_empty() {
        match operations::plan_add(&access, &checked.rows, common).await {
            Ok(operation) => {
                let review = paths::fill(paths::OPERATION, &operation.id.to_string());
                return Ok(page::see_other(&review));
            }
            // What the API server says of a row, a quota or a name belongs to what was typed.
            Err(PlanError::Cluster(error)) => errors.add("people", error),
            Err(error) => return Err(error.into()),
        }
    }
    page::invalid(&NewPage::with(frame, &form, errors, checked))
}

/// Lines may be left out, as long as somebody stays.
fn note_problems(form: &ImportForm, checked: &Checked, errors: &mut FormErrors) {
    let left_out = form.skip && !checked.rows.is_empty();
    match checked.problems.len() {
        0 => {}
        _ if left_out => {}
        1 => errors.add("people", "1 line has a problem; the table says which"),
        count => errors.add(
            "people",
            format!("{count} lines have problems; the table says which"),
        ),
    }
}

pub(super) async fn stop(
    signed_in: SignedIn,
    Path(id): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let operation = mine_and_fresh(&signed_in, &id).await?;
    signed_in.engine().stop_import(&operation.id).await?;
    signed_in
        .record("import.stopped", &operation.subject, "asked to stop")
        .await?;
    Ok(page::see_other(&paths::fill(paths::OPERATION, &id)))
}

#[derive(Template)]
#[template(path = "imports/sheet.html")]
struct SheetPage {
    frame: Frame,
    back_href: String,
    slips: Vec<Slip>,
}

struct Slip {
    name: String,
    email: String,
    password: String,
    profile: String,
}

/// Shows everybody's password, once: the answer to a form, never to a link, and kept by no cache (SEC-43).
pub(super) async fn sheet(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let operation = mine_and_fresh(&signed_in, &id).await?;
    if operation.state.is_active() {
        return Ok(page::see_other(&paths::fill(paths::OPERATION, &id)));
    }
    let engine = signed_in.engine();
    if engine.holds_sheet(&operation.id) {
        // Recorded first: a record that cannot be written must not take the only copy with it.
        let note = "the generated passwords were shown";
        signed_in
            .record("import.sheet-shown", &operation.subject, note)
            .await?;
    }
    let sheet = engine.take_sheet(&operation.id).await?;
    let slips = sheet.into_iter().map(|(row, password)| Slip {
        name: row.username,
        email: row.email.to_string(),
        password: password.expose().to_owned(),
        profile: row.profile.map(|name| name.to_string()).unwrap_or_default(),
    });
    page::ok(&SheetPage {
        frame: frame.titled("Hand-over sheet"),
        back_href: paths::fill(paths::OPERATION, &id),
        slips: slips.collect(),
    })
}
