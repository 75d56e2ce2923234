//! From a file to a plan; and the same file once more.

use axum::response::Response;
use sha2::{Digest as _, Sha256};

use super::form::ReleaseForm;
use super::pages::{self, NewPage, TextPage};
use crate::access::{Access, SignedIn};
use crate::install::plan::PlanError;
use crate::install::stream::{self, LIMIT, Wrong};
use crate::operation::{GivenText, ReleaseRefusal};
use crate::web::extract::Path;
use crate::web::fields::FormErrors;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::upload::{CheckedUpload, File};
use crate::web::{page, paths};

/// What came of a file.
enum Given {
    Text(GivenText),
    Nothing,
    /// In words for the field, and line by line.
    Bad(String, Vec<Wrong>),
}

pub(super) async fn plan(
    access: Access,
    frame: Frame,
    upload: CheckedUpload<LIMIT>,
) -> Result<Response, Problem> {
    let form = ReleaseForm::sent(&upload.fields);
    let mut errors = FormErrors::default();
    let choices = form.choices(&mut errors);
    let older = pages::planned(&access, &form.again).await?;
    let kept = older.as_ref().map(|one| one.subject.clone());
    let kept = kept.unwrap_or_default();
    let mut wrong = Vec::new();
    let text = match (read(upload.file).await, older) {
        (Given::Text(text), _) => Some(text),
        (Given::Nothing, Some(older)) => access.engine().release_text(&older).await?,
        (Given::Nothing, None) => None,
        (Given::Bad(says, lines), _) => {
            errors.add("file", says);
            wrong = lines;
            None
        }
    };
    let Some(text) = text.filter(|_| errors.is_empty()) else {
        if errors.is_empty() {
            errors.add("file", missing(&kept));
        }
        return page::invalid(&NewPage::with(frame, &form, (kept, errors), wrong));
    };
    let planned = access
        .engine()
        .plan_release(access.actor(), text, choices)
        .await;
    match planned {
        Ok(operation) => Ok(page::see_other(&paths::fill(
            paths::OPERATION,
            &operation.id.to_string(),
        ))),
        Err(refusal) => {
            let wrong = explain(refusal, &mut errors)?;
            page::invalid(&NewPage::with(frame, &form, (kept, errors), wrong))
        }
    }
}

fn missing(kept: &str) -> String {
    if kept.is_empty() {
        "Choose the file that kustomize build wrote".to_owned()
    } else {
        format!("Parts of {kept} are not kept any more: choose the file again")
    }
}

pub(super) async fn give(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    upload: CheckedUpload<LIMIT>,
) -> Result<Response, Problem> {
    let operation = pages::of(&signed_in, &id).await?;
    let mut errors = FormErrors::default();
    let wrong = match read(upload.file).await {
        Given::Nothing => {
            errors.add("file", missing(""));
            Vec::new()
        }
        Given::Bad(says, wrong) => {
            errors.add("file", says);
            wrong
        }
        Given::Text(text) => match signed_in.engine().give_release(&operation, text).await {
            Ok(()) => return Ok(page::see_other(&paths::fill(paths::OPERATION, &id))),
            Err(refusal) => explain(refusal, &mut errors)?,
        },
    };
    page::invalid(&TextPage::with(frame, &operation, errors, wrong))
}

/// Words for the field, and for the lines of the text; an error of ours or of the cluster becomes a page.
fn explain(refusal: ReleaseRefusal, errors: &mut FormErrors) -> Result<Vec<Wrong>, Problem> {
    match refusal {
        ReleaseRefusal::Plan(PlanError::Wrong(wrong)) => {
            errors.add(
                "file",
                "This text cannot be applied to this cluster; the table says why",
            );
            Ok(wrong)
        }
        ReleaseRefusal::Plan(PlanError::Cluster(error)) => Err(error.into()),
        ReleaseRefusal::Store(error) => Err(error.into()),
        other @ (ReleaseRefusal::Plan(PlanError::Unseen { .. })
        | ReleaseRefusal::Another { .. }
        | ReleaseRefusal::Interrupted) => {
            errors.add("file", other);
            Ok(Vec::new())
        }
    }
}

/// Reads a text away from the threads that answer requests: a large one takes seconds.
async fn read(file: File) -> Given {
    let (name, bytes) = match file {
        File::None => return Given::Nothing,
        File::TooLarge => {
            let says = format!(
                "This file is larger than {} MB; kubeflow-admin takes no more at once",
                LIMIT / 1024 / 1024
            );
            return Given::Bad(says, Vec::new());
        }
        File::Given { name, bytes } => (name, bytes),
    };
    let reading = tokio::task::spawn_blocking(move || {
        let sha256 = format!("{:x}", Sha256::digest(&bytes));
        (sha256, stream::read(&bytes))
    });
    match reading.await {
        Ok((sha256, Ok(manifests))) => Given::Text(GivenText {
            name,
            sha256,
            manifests,
            left_out: Vec::new(),
        }),
        Ok((_, Err(wrong))) => Given::Bad(
            "This text cannot be read; the table says what is wrong in which line".to_owned(),
            wrong,
        ),
        Err(_) => Given::Bad("This text could not be read".to_owned(), Vec::new()),
    }
}
