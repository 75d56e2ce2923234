//! Every row of a list: where it stands, and why it went no further.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::access::SignedIn;
use crate::domain::{ImportRow, Operation, Stage, State};
use crate::web::extract::{Path, Query};
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, Pager};
use crate::web::problem::Problem;
use crate::web::view::{Badge, Tools};
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "imports/rows.html")]
struct RowsPage {
    frame: Frame,
    id: String,
    live: bool,
    summary: String,
    operation_href: String,
    result_href: String,
    tools: Tools,
    rows: Vec<RowView>,
    pager: Pager,
}

struct RowView {
    number: u32,
    email: String,
    name: String,
    profile: String,
    state: Vec<Badge>,
    detail: String,
}

/// A row in a word that a filter knows.
pub(super) fn state_of(row: &ImportRow, operation: &Operation) -> &'static str {
    match row.stage {
        _ if row.is_failed() => "failed",
        Stage::Waiting if operation.state == State::Undone => "undone",
        Stage::Waiting => "waiting",
        Stage::Ready => "done",
        Stage::Login | Stage::Profile | Stage::Shared if is_last(row, operation) => "done",
        Stage::Login | Stage::Profile | Stage::Shared => "begun",
    }
}

/// A list without profiles waits for nothing: an operation that is done has no row left behind.
fn is_last(row: &ImportRow, operation: &Operation) -> bool {
    operation.state == State::Done && row.stage > Stage::Waiting
}

pub(super) async fn of(
    signed_in: &SignedIn,
    id: &str,
) -> Result<(Operation, Vec<ImportRow>), Problem> {
    let missing =
        || Problem::not_found("list of this name").way("See all operations", paths::OPERATIONS);
    let id = id.parse().map_err(|_| missing())?;
    let operation = signed_in.operation(&id).await?.ok_or_else(missing)?;
    if !operation.has_rows() {
        return Err(missing());
    }
    let rows = signed_in.engine().import_rows(&id).await?;
    Ok((operation, rows))
}

pub(super) async fn list(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    const STATES: [(&str, &str); 5] = [
        ("failed", "failed"),
        ("waiting", "waiting"),
        ("begun", "begun"),
        ("done", "done"),
        ("undone", "taken back"),
    ];
    let (operation, rows) = of(&signed_in, &id).await?;
    let path = paths::fill(paths::IMPORT_ROWS, &id);
    let address = Address::new(path.clone(), &[("q", &query.q), ("state", &query.state)]);
    let wanted = query.q.trim().to_lowercase();
    let fits = |row: &&ImportRow| {
        let profile = row.profile.as_ref().map_or("", |name| name.as_str());
        (query.state.is_empty() || state_of(row, &operation) == query.state)
            && (row.email.as_str().contains(&wanted) || profile.contains(&wanted))
    };
    let found: Vec<&ImportRow> = rows.iter().filter(fits).collect();
    let (shown, pager) = pager::page(&address, query.page, found.len());
    page::ok(&RowsPage {
        frame: frame.titled("People of the list"),
        live: operation.state.is_active(),
        summary: summary(&rows, &operation),
        operation_href: paths::fill(paths::OPERATION, &id),
        result_href: paths::fill(paths::IMPORT_RESULT, &id),
        tools: Tools::new(&path, "Search people", &query.q, &address).filter(
            "state",
            "State",
            &STATES,
            &query.state,
            &address,
        ),
        rows: found[shown]
            .iter()
            .map(|row| view(row, &operation))
            .collect(),
        pager,
        id,
    })
}

fn summary(rows: &[ImportRow], operation: &Operation) -> String {
    let count = |state: &str| {
        rows.iter()
            .filter(|row| state_of(row, operation) == state)
            .count()
    };
    format!(
        "{} of {} people are there; {} failed.",
        count("done"),
        rows.len(),
        count("failed")
    )
}

fn view(row: &ImportRow, operation: &Operation) -> RowView {
    let state = match state_of(row, operation) {
        "failed" => Badge::new("failed", "red"),
        "done" => Badge::new("done", "green"),
        "begun" => Badge::new("begun", "blue"),
        "undone" => Badge::new("taken back", "gray"),
        _ => Badge::new("waiting", "gray"),
    };
    RowView {
        number: row.number,
        email: row.email.to_string(),
        name: row.username.clone(),
        profile: row
            .profile
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        state: vec![state],
        detail: row.failure.clone(),
    }
}
