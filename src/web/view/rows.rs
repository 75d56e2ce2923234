//! Rows that several lists share: operations, the record, sessions.

use jiff::Timestamp;

use super::When;
use crate::domain::{AuditEvent, Operation, Outcome, Session, State, Via};
use crate::web::pager::Address;
use crate::web::{paths, words};

/// An operation in a list.
#[derive(Debug, Clone)]
pub struct OperationRow {
    pub title: String,
    pub subject: String,
    pub href: String,
    pub state: &'static str,
    pub actor: String,
    pub progress: String,
    pub started: When,
}

impl OperationRow {
    pub fn new(operation: &Operation, now: Timestamp) -> Self {
        Self {
            title: operation.kind.title().to_owned(),
            subject: operation.subject.clone(),
            href: paths::fill(paths::OPERATION, &operation.id.to_string()),
            state: operation.state.as_str(),
            actor: operation.actor.user.to_string(),
            progress: progress(operation),
            started: When::new(operation.created_at, now),
        }
    }
}

pub fn progress(operation: &Operation) -> String {
    match operation.state {
        State::Planned => format!("{} steps planned", operation.steps.len()),
        State::Running | State::Failed | State::Done | State::Undoing | State::Undone => {
            format!(
                "{} of {} steps done",
                operation.done_steps(),
                operation.steps.len()
            )
        }
    }
}

/// A line of the record in a list.
#[derive(Debug, Clone)]
pub struct ActivityRow {
    pub when: When,
    pub actor: String,
    /// Everything that this person did.
    pub actor_href: String,
    pub action: String,
    pub subject: String,
    pub ok: bool,
    pub result: String,
    pub href: String,
}

impl ActivityRow {
    pub fn new(event: &AuditEvent, now: Timestamp) -> Self {
        Self {
            when: When::new(event.at, now),
            actor: event.actor.to_string(),
            actor_href: Address::new(paths::ACTIVITY, &[]).with("actor", event.actor.as_str()),
            action: words::action(&event.action).to_owned(),
            subject: event.subject.clone(),
            ok: matches!(event.outcome, Outcome::Done | Outcome::Undone),
            result: event.outcome.as_str().to_owned(),
            href: paths::fill(paths::ACTIVITY_LINE, &event.id),
        }
    }
}

/// A session in a list.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub user: String,
    pub device: String,
    pub address: String,
    pub via: String,
    pub started: When,
    pub seen: When,
    pub current: bool,
    pub end_action: String,
    pub about: String,
}

impl SessionRow {
    /// `end_path` is where ending it is posted to; empty when it may not be ended here.
    pub fn new(session: &Session, current: &Session, end_path: &str, now: Timestamp) -> Self {
        let is_current = session.id == current.id;
        let via = match session.actor.via {
            Via::Dex => "Dex",
            Via::BreakGlass => "one-time link",
            Via::Kubeconfig => "link of a kubeconfig",
        };
        Self {
            user: session.actor.user.to_string(),
            device: device(&session.user_agent),
            address: session.address.clone(),
            via: via.to_owned(),
            started: When::new(session.created_at, now),
            seen: When::new(session.last_seen_at, now),
            current: is_current,
            end_action: if end_path.is_empty() {
                String::new()
            } else {
                paths::fill(end_path, session.id.as_str())
            },
            about: format!("session of {}", session.actor.user),
        }
    }
}

/// Browser and system, as far as the user agent tells.
fn device(agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Firefox/", "Firefox"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}
