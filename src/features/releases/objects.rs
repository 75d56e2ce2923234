//! Every object of a release: what applying does to it, how far it has come, and why it went no further.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::access::SignedIn;
use crate::domain::{Fate, Operation, ReleaseRow, RowState, State, Wave};
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
    fate: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    wave: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "releases/objects.html")]
struct ObjectsPage {
    frame: Frame,
    id: String,
    live: bool,
    summary: String,
    operation_href: String,
    tools: Tools,
    rows: Vec<RowView>,
    pager: Pager,
}

struct RowView {
    number: u32,
    object: String,
    wave: &'static str,
    line: usize,
    fate: Vec<Badge>,
    state: Vec<Badge>,
    detail: String,
}

pub(super) async fn list(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let (operation, rows) = of(&signed_in, &id).await?;
    let path = paths::fill(paths::RELEASE_OBJECTS, &id);
    let address = Address::new(
        path.clone(),
        &[
            ("q", &query.q),
            ("fate", &query.fate),
            ("state", &query.state),
            ("wave", &query.wave),
        ],
    );
    let found: Vec<&ReleaseRow> = rows.iter().filter(|row| fits(row, &query)).collect();
    let (shown, pager) = pager::page(&address, query.page, found.len());
    page::ok(&ObjectsPage {
        frame: frame.titled("Objects of the release"),
        live: operation.state.is_active(),
        summary: summary(&rows, &operation),
        operation_href: paths::fill(paths::OPERATION, &id),
        tools: tools(&path, &query, &address),
        rows: found[shown]
            .iter()
            .map(|row| view(row, &operation))
            .collect(),
        pager,
        id,
    })
}

async fn of(signed_in: &SignedIn, id: &str) -> Result<(Operation, Vec<ReleaseRow>), Problem> {
    let missing =
        || Problem::not_found("release of this name").way("See all operations", paths::OPERATIONS);
    let id = id.parse().map_err(|_| missing())?;
    let operation = signed_in.operation(&id).await?.ok_or_else(missing)?;
    if operation.release().is_none() {
        return Err(missing());
    }
    let rows = signed_in.engine().release_rows(&id).await?;
    Ok((operation, rows))
}

fn fits(row: &ReleaseRow, query: &ListQuery) -> bool {
    let wanted = query.q.trim().to_lowercase();
    (query.fate.is_empty() || row.fate.word() == query.fate)
        && (query.state.is_empty() || row.state.as_str() == query.state)
        && (query.wave.is_empty() || row.wave.as_str() == query.wave)
        && row.object.to_string().to_lowercase().contains(&wanted)
}

fn tools(path: &str, query: &ListQuery, address: &Address) -> Tools {
    let fates: Vec<(&str, &str)> = Fate::WORDS.iter().map(|word| (*word, *word)).collect();
    let states: Vec<(&str, &str)> = RowState::ALL
        .into_iter()
        .map(|state| (state.as_str(), word(state)))
        .collect();
    let waves: Vec<(&str, &str)> = Wave::ALL
        .into_iter()
        .map(|wave| (wave.as_str(), wave.title()))
        .collect();
    Tools::new(path, "Search objects", &query.q, address)
        .filter("fate", "Plan", &fates, &query.fate, address)
        .filter("state", "Progress", &states, &query.state, address)
        .filter("wave", "Wave", &waves, &query.wave, address)
}

fn word(state: RowState) -> &'static str {
    match state {
        RowState::Waiting => "waiting",
        RowState::Again => "tried again",
        RowState::Applied => "applied",
        RowState::Failed => "failed",
    }
}

fn summary(rows: &[ReleaseRow], operation: &Operation) -> String {
    if operation.state == State::Planned {
        let parts: Vec<String> = Fate::WORDS
            .iter()
            .filter_map(|word| {
                let count = rows.iter().filter(|row| row.fate.word() == *word).count();
                (count > 0).then(|| format!("{count} {word}"))
            })
            .collect();
        return format!("{} objects: {}.", rows.len(), parts.join(", "));
    }
    let left = rows.iter().filter(|row| row.is_due()).count();
    let failed = rows.iter().filter(|row| row.state == RowState::Failed);
    format!(
        "{} of {} objects are as the text says; {} failed.",
        rows.len() - left,
        rows.len(),
        failed.count()
    )
}

fn view(row: &ReleaseRow, operation: &Operation) -> RowView {
    let kind = match row.fate {
        Fate::New => "green",
        Fate::Changed(_) => "blue",
        Fate::Unchanged => "gray",
        Fate::Conflict(_) => "orange",
        Fate::Refused(_) => "red",
        Fate::Untried(_) => "yellow",
    };
    let state = match row.state {
        RowState::Waiting if row.fate == Fate::Unchanged || operation.state == State::Planned => {
            Vec::new()
        }
        RowState::Waiting => vec![Badge::new(word(row.state), "gray")],
        RowState::Again => vec![Badge::new(word(row.state), "orange")],
        RowState::Applied => vec![Badge::new(word(row.state), "green")],
        RowState::Failed => vec![Badge::new(word(row.state), "red")],
    };
    RowView {
        number: row.number,
        object: row.object.to_string(),
        wave: row.wave.title(),
        line: row.line,
        fate: vec![Badge::new(row.fate.word(), kind)],
        state,
        detail: detail(row),
    }
}

/// What is to be said now; before that, what the plan said.
fn detail(row: &ReleaseRow) -> String {
    if !row.detail.is_empty() {
        return row.detail.clone();
    }
    match &row.fate {
        Fate::New | Fate::Unchanged => String::new(),
        Fate::Changed(fields) => fields.join(", "),
        Fate::Refused(why) | Fate::Untried(why) => why.clone(),
        Fate::Conflict(found) => {
            let fields: Vec<String> = found
                .iter()
                .map(|one| format!("{} ({})", one.field, one.manager))
                .collect();
            fields.join(", ")
        }
    }
}
