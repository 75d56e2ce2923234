//! The plan to review, and the progress of an operation with its receipt.

use askama::Template;
use axum::response::Response;

use super::git::{self, GitView};
use super::receipt::{PasswordNews, Receipt, Secret, receipt};
use super::{handing_over, notes, people, releases};
use crate::access::SignedIn;
use crate::clock::Clock;
use crate::domain::{
    Change, Conflict, Kind, Operation, OperationId, PlainPassword, State, StepRecord, StepState,
};
use crate::operation::can_be_undone;
use crate::web::extract::Path;
use crate::web::fields::{CheckField, FieldError, FormErrors};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{self, Action, Fact, Link, Notice, When};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "operations/plan.html")]
struct PlanPage {
    frame: Frame,
    errors: Vec<FieldError>,
    notices: Vec<Notice>,
    steps: Vec<PlanStep>,
    conflicts: Vec<ConflictView>,
    git: Vec<GitView>,
    start_action: String,
    start_label: String,
    start_kind: &'static str,
    discard_action: String,
    back_href: String,
    irreversible: bool,
    /// Every person of a list, or every object of a release.
    rows: Vec<Link>,
}

struct PlanStep {
    title: String,
    notes: Vec<String>,
    changes: Vec<Change>,
}

struct ConflictView {
    manager: String,
    fields: Vec<String>,
    take_over: CheckField,
}

#[derive(Template)]
#[template(path = "operations/show.html")]
struct ShowPage {
    frame: Frame,
    id: String,
    state: &'static str,
    live: bool,
    progress: String,
    done: usize,
    total: usize,
    facts: Vec<Fact>,
    steps: Vec<StepView>,
    failure: Option<Failure>,
    resume: Option<Action>,
    undo: Option<Action>,
    fetch: Option<Action>,
    stop: Option<Action>,
    rows: Vec<Link>,
    receipt: Option<Receipt>,
}

struct StepView {
    title: String,
    state: &'static str,
    detail: String,
    took: String,
    changes: Vec<Change>,
}

pub(super) struct Failure {
    pub(super) headline: String,
    pub(super) text: String,
}

pub(super) async fn find(signed_in: &SignedIn, id: &str) -> Result<Operation, Problem> {
    let missing =
        || Problem::not_found("operation of this name").way("Go to the start page", paths::HOME);
    let id: OperationId = id.parse().map_err(|_| missing())?;
    signed_in.operation(&id).await?.ok_or_else(missing)
}

pub(super) async fn show(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let operation = find(&signed_in, &id).await?;
    if operation.state == State::Planned && signed_in.is_mine(&operation) {
        let mut plan = plan(frame, &operation, FormErrors::default());
        plan.rows
            .extend(releases::text(&signed_in, &operation).await);
        return page::ok(&plan);
    }
    let mut progress = progress(&signed_in, frame, &operation, PasswordNews::NotAsked);
    progress
        .rows
        .extend(releases::text(&signed_in, &operation).await);
    page::ok(&progress)
}

/// The page of a finished operation with its password, or with the news that it is gone.
pub(super) fn with_password(
    signed_in: &SignedIn,
    frame: Frame,
    operation: &Operation,
    password: Option<PlainPassword>,
) -> Result<Response, Problem> {
    let news = password.map_or(PasswordNews::Gone, PasswordNews::Shown);
    page::ok(&progress(signed_in, frame, operation, news))
}

/// The page of a finished operation with the link that was just made.
pub(super) fn with_link(
    signed_in: &SignedIn,
    frame: Frame,
    operation: &Operation,
    link: Secret,
) -> Result<Response, Problem> {
    let news = PasswordNews::Linked(link);
    page::ok(&progress(signed_in, frame, operation, news))
}

/// The plan again, because nobody said that a change of what is kept in Git is meant to be temporary.
pub(super) fn not_temporary(frame: Frame, operation: &Operation) -> Result<Response, Problem> {
    page::invalid(&plan(frame, operation, git::missing(operation)))
}

fn plan(frame: Frame, operation: &Operation, errors: FormErrors) -> PlanPage {
    let irreversible = operation
        .steps
        .iter()
        .any(|record| !record.step.is_reversible());
    let path = |template| paths::fill(template, &operation.id.to_string());
    let notices = releases::notices(operation);
    PlanPage {
        frame: frame.titled(format!(
            "Review: {} {}",
            operation.kind.title().to_lowercase(),
            operation.subject
        )),
        steps: operation
            .steps
            .iter()
            .map(|record| plan_step(operation, record))
            .collect(),
        conflicts: conflicts(operation),
        git: git::views(operation, &errors),
        start_action: path(paths::OPERATION_START),
        start_label: if notices.is_empty() {
            operation.kind.title().to_owned()
        } else {
            String::new()
        },
        notices,
        start_kind: if irreversible
            || matches!(
                operation.kind,
                Kind::RemoveUser | Kind::RemoveUsers | Kind::RemoveAdministrator | Kind::OffBoard
            ) {
            "danger"
        } else {
            "primary"
        },
        discard_action: path(paths::OPERATION_DISCARD),
        back_href: String::new(),
        irreversible,
        rows: rows(operation),
        errors: errors.0,
    }
}

fn rows(operation: &Operation) -> Vec<Link> {
    let mut links = releases::links(operation);
    links.extend(people::rows(operation));
    links
}

fn plan_step(operation: &Operation, record: &StepRecord) -> PlanStep {
    let note = notes::of(operation, &record.step);
    let mut notes: Vec<String> = record.notes.clone();
    notes.insert(0, note.to_owned());
    notes.retain(|note| !note.is_empty());
    PlanStep {
        title: record.step.describe(),
        notes,
        changes: record.changes.clone(),
    }
}

/// One block per manager, with one box to tick for all of them.
fn conflicts(operation: &Operation) -> Vec<ConflictView> {
    let mut all: Vec<&Conflict> = operation.conflicts();
    all.sort();
    let managers: std::collections::BTreeSet<&str> = all
        .iter()
        .map(|conflict| conflict.manager.as_str())
        .collect();
    managers
        .into_iter()
        .enumerate()
        .map(|(index, manager)| {
            let mut take_over = CheckField::new(
                "take_over",
                &format!("Take these fields over from {manager}"),
                false,
            );
            take_over.id = format!("take-over-{index}");
            manager.clone_into(&mut take_over.value);
            ConflictView {
                manager: manager.to_owned(),
                fields: all
                    .iter()
                    .filter(|c| c.manager == manager)
                    .map(|c| c.field.clone())
                    .collect(),
                take_over,
            }
        })
        .collect()
}

fn progress(
    signed_in: &SignedIn,
    frame: Frame,
    operation: &Operation,
    news: PasswordNews,
) -> ShowPage {
    let mine = signed_in.is_mine(operation);
    let live = operation.state.is_active();
    let path = |template| paths::fill(template, &operation.id.to_string());
    let frame = frame.titled(format!("{} {}", operation.kind.title(), operation.subject));
    let engine = signed_in.engine();
    let password = matches!(news, PasswordNews::NotAsked) && engine.holds_password(&operation.id);
    let waiting = password || engine.holds_sheet(&operation.id);
    let ended = matches!(operation.state, State::Done | State::Failed);
    // A probe cleans up by itself: there is nothing to take back.
    let undoable = mine && ended && operation.kind != Kind::Probe && can_be_undone(operation);
    ShowPage {
        id: operation.id.to_string(),
        frame: if live { frame.refreshing(2) } else { frame },
        state: operation.state.as_str(),
        live,
        progress: view::progress(operation),
        done: operation.done_steps(),
        total: operation.steps.len(),
        facts: facts(operation),
        steps: operation.steps.iter().map(step).collect(),
        failure: failure(operation),
        resume: (mine && operation.state == State::Failed)
            .then(|| Action::allowed("Resume", path(paths::OPERATION_RESUME))),
        undo: undoable.then(|| Action::allowed("Undo", path(paths::OPERATION_UNDO))),
        fetch: (mine && operation.state == State::Done && password)
            .then(|| Action::allowed("Show the password once", path(paths::OPERATION_RECEIPT)))
            .or_else(|| people::sheet(signed_in, operation))
            .or_else(|| handing_over::button(signed_in, operation)),
        stop: (mine && operation.state == State::Running)
            .then(|| people::stop(operation).or_else(|| releases::pause(operation)))
            .flatten(),
        rows: rows(operation),
        receipt: (operation.state == State::Done)
            .then(|| receipt(signed_in, operation, news, waiting)),
    }
}

fn facts(operation: &Operation) -> Vec<Fact> {
    let now = Clock.now();
    let started = When::new(operation.created_at, now);
    let mut facts = vec![
        Fact::new("Started by", operation.actor.user.as_str()),
        Fact::new("Planned", format!("{} ({})", started.text, started.exact)),
        Fact::new("Last change", When::new(operation.updated_at, now).exact),
        Fact::new("Record", "Lines of this operation").linked(format!(
            "{}?operation={}",
            paths::ACTIVITY,
            operation.id
        )),
    ];
    facts.extend(git::accepted(operation));
    facts
}

fn step(record: &StepRecord) -> StepView {
    let state = match record.state {
        StepState::Waiting => "waiting",
        StepState::Running => "running",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Undone => "undone",
    };
    let took = record
        .started_at
        .zip(record.ended_at)
        .map(|(from, to)| view::took(from, to))
        .unwrap_or_default();
    StepView {
        title: record.step.describe(),
        state,
        detail: record.detail.clone(),
        took,
        changes: record.changes.clone(),
    }
}

fn failure(operation: &Operation) -> Option<Failure> {
    let failed = operation
        .current()
        .filter(|_| operation.state == State::Failed)?;
    let text = "The steps before it stand. Resume goes on from here; Undo puts back what was there before.";
    let failure = Failure {
        headline: format!("{}: {}", failed.step.describe(), failed.detail),
        text: text.to_owned(),
    };
    Some(releases::failure(operation, failure))
}
