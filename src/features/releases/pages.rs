//! The form for a release, with what is wrong with the text line by line; and the form for the same text once more.

use askama::Template;
use axum::response::Response;

use super::form::ReleaseForm;
use crate::access::{Access, SignedIn};
use crate::domain::Operation;
use crate::features::operations::mine_and_fresh;
use crate::install::stream::{LIMIT, Wrong};
use crate::web::extract::{Path, Query};
use crate::web::fields::{CheckField, Field, FieldError, FormErrors};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "releases/new.html")]
pub(super) struct NewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    back_href: &'static str,
    /// What is wrong with the text, line by line.
    wrong: Vec<WrongView>,
    /// The text that is kept; empty for none.
    kept: String,
    again: String,
    file: Field,
    leave_out: CheckField,
    delete: Field,
}

pub(super) struct WrongView {
    line: usize,
    object: String,
    says: String,
}

impl From<Wrong> for WrongView {
    fn from(wrong: Wrong) -> Self {
        Self {
            line: wrong.line,
            object: wrong.object,
            says: wrong.says,
        }
    }
}

#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct NewQuery {
    #[serde(default)]
    again: String,
}

pub(super) async fn new(
    access: Access,
    frame: Frame,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    let mut form = ReleaseForm::default();
    let mut kept = String::new();
    if let Some(operation) = planned(&access, &query.again).await? {
        kept.clone_from(&operation.subject);
        form.again = query.again;
    }
    page::ok(&NewPage::with(
        frame,
        &form,
        (kept, FormErrors::default()),
        Vec::new(),
    ))
}

/// A plan of this person whose text may be planned anew.
pub(super) async fn planned(signed_in: &SignedIn, id: &str) -> Result<Option<Operation>, Problem> {
    let Ok(id) = id.parse() else {
        return Ok(None);
    };
    let found = signed_in.operation(&id).await?;
    Ok(found.filter(|one| signed_in.is_mine(one) && one.release().is_some()))
}

impl NewPage {
    /// The form with what was typed and what is wrong; browsers never send a file twice by themselves.
    pub(super) fn with(
        frame: Frame,
        form: &ReleaseForm,
        (kept, errors): (String, FormErrors),
        wrong: Vec<Wrong>,
    ) -> Self {
        let example = "One object a line, such as apps/v1/StatefulSet/kubeflow/kserve-controller-manager. They are deleted before anything is applied; nothing else is ever deleted.";
        Self {
            action: paths::RELEASE_NEW,
            back_href: paths::INSTALLATION,
            wrong: wrong.into_iter().map(WrongView::from).collect(),
            kept,
            again: form.again.clone(),
            file: file_field(&errors),
            leave_out: CheckField::new(
                "leave_out",
                "Leave out objects whose kinds this Kubernetes no longer serves",
                form.leave_out,
            )
            .hint("Without this, a text with such objects is planned but does not start."),
            delete: Field::text("delete", "Delete first", &form.delete, &errors)
                .lines()
                .hint(example),
            frame: frame.titled("Apply a release"),
            errors: errors.0,
        }
    }
}

fn file_field(errors: &FormErrors) -> Field {
    let megabytes = LIMIT / 1024 / 1024;
    Field::text("file", "Output of kustomize build", "", errors).hint(&format!(
        "A file of YAML documents in UTF-8, at most {megabytes} MB."
    ))
}

#[derive(Template)]
#[template(path = "releases/text.html")]
pub(super) struct TextPage {
    frame: Frame,
    errors: Vec<FieldError>,
    wrong: Vec<WrongView>,
    action: String,
    back_href: String,
    name: String,
    sha256: String,
    file: Field,
}

pub(super) async fn again(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let operation = of(&signed_in, &id).await?;
    let errors = FormErrors::default();
    page::ok(&TextPage::with(frame, &operation, errors, Vec::new()))
}

/// Only who planned it gives its text again.
pub(super) async fn of(signed_in: &SignedIn, id: &str) -> Result<Operation, Problem> {
    let operation = mine_and_fresh(signed_in, id).await?;
    if operation.release().is_none() {
        return Err(Problem::not_found("text of this operation"));
    }
    Ok(operation)
}

impl TextPage {
    pub(super) fn with(
        frame: Frame,
        operation: &Operation,
        errors: FormErrors,
        wrong: Vec<Wrong>,
    ) -> Self {
        let text = operation.release();
        Self {
            action: paths::fill(paths::RELEASE_TEXT, &operation.id.to_string()),
            back_href: paths::fill(paths::OPERATION, &operation.id.to_string()),
            name: text.map(|one| one.name.clone()).unwrap_or_default(),
            sha256: text.map(|one| one.sha256.clone()).unwrap_or_default(),
            wrong: wrong.into_iter().map(WrongView::from).collect(),
            file: file_field(&errors),
            frame: frame.titled("Give the text again"),
            errors: errors.0,
        }
    }
}
