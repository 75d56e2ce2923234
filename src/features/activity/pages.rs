//! The record: a list to filter, and one line with everything it holds.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{AuditEvent, AuditFilter, Change, Outcome};
use crate::web::extract::{Path, Query};
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, PAGE, Pager};
use crate::web::problem::Problem;
use crate::web::view::{ActivityRow, Fact, Link, Notice, Tools, When};
use crate::web::{page, paths, words};

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    /// Part of the subject; what the search box sends.
    #[serde(default)]
    q: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "activity/list.html")]
struct ListPage {
    frame: Frame,
    notice: Option<Notice>,
    tools: Tools,
    rows: Vec<ActivityRow>,
    pager: Pager,
}

const ACTIONS: [(&str, &str); 5] = [
    ("login.", "Logins"),
    ("profile.", "Profiles"),
    ("quota.", "Quotas"),
    ("contributor.", "Contributors"),
    ("session.", "Sessions"),
];

pub(super) async fn list(
    access: Access,
    frame: Frame,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let subject = if query.q.is_empty() {
        &query.subject
    } else {
        &query.q
    };
    let address = Address::new(
        paths::ACTIVITY,
        &[
            ("q", subject),
            ("actor", &query.actor),
            ("action", &query.action),
            ("outcome", &query.outcome),
            ("operation", &query.operation),
        ],
    );
    let filter = AuditFilter {
        actor: query.actor.clone(),
        action: query.action.clone(),
        subject: subject.clone(),
        outcome: Outcome::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == query.outcome),
        operation: query.operation.parse().ok(),
    };
    let (events, total) = access
        .activity(&filter, PAGE, pager::offset(query.page))
        .await?;
    let (_, pager) = pager::page(
        &address,
        query.page,
        usize::try_from(total).unwrap_or(usize::MAX),
    );
    let outcomes: Vec<(&str, &str)> = Outcome::ALL
        .into_iter()
        .map(|outcome| (outcome.as_str(), outcome.as_str()))
        .collect();
    let now = Clock.now();
    page::ok(&ListPage {
        frame: frame.titled("Activity"),
        notice: None,
        tools: Tools::new(paths::ACTIVITY, "Search by subject", subject, &address)
            .filter("action", "About", &ACTIONS, &query.action, &address)
            .filter("outcome", "Result", &outcomes, &query.outcome, &address)
            .narrowed("actor", "Who", &query.actor, &address)
            .narrowed("operation", "Operation", &query.operation, &address),
        rows: events
            .iter()
            .map(|event| ActivityRow::new(event, now))
            .collect(),
        pager,
    })
}

#[derive(Template)]
#[template(path = "activity/detail.html")]
struct ShowPage {
    frame: Frame,
    ok: bool,
    result: String,
    facts: Vec<Fact>,
    changes: Vec<Change>,
    operation: Option<Link>,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let event = access.activity_line(&id).await?;
    let event = event.ok_or_else(|| {
        Problem::not_found("line of this name in the record")
            .way("See all activity", paths::ACTIVITY)
    })?;
    let operation = event.operation.map(|id| {
        Link::new(
            "The whole operation",
            paths::fill(paths::OPERATION, &id.to_string()),
        )
    });
    page::ok(&ShowPage {
        frame: frame.titled(format!(
            "{}: {}",
            words::action(&event.action),
            event.subject
        )),
        ok: matches!(event.outcome, Outcome::Done | Outcome::Undone),
        result: event.outcome.as_str().to_owned(),
        facts: facts(&event, Clock.now()),
        changes: changes(&event),
        operation,
    })
}

fn facts(event: &AuditEvent, now: Timestamp) -> Vec<Fact> {
    let when = When::new(event.at, now);
    vec![
        Fact::new("Who", event.actor.as_str()),
        Fact::new(
            "What",
            format!("{} ({})", words::action(&event.action), event.action),
        ),
        Fact::new("Subject", event.subject.as_str()),
        Fact::new("When", format!("{} ({})", when.text, when.exact)),
        Fact::new("Note", event.note.as_str()),
    ]
}

/// Fields of before and after side by side.
fn changes(event: &AuditEvent) -> Vec<Change> {
    let fields = |value: &Option<Value>| {
        value
            .as_ref()
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let (before, after) = (fields(&event.before), fields(&event.after));
    let text = |value: Option<&Value>| {
        value.map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned)
        })
    };
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| Change {
            field: name.clone(),
            before: text(before.get(name)),
            after: text(after.get(name)),
        })
        .collect()
}
