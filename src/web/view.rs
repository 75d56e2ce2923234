//! Parts that several pages show: moments, links, meters, what stands around a list. Plain values, decided here, so
//! that templates only show.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::fields::{Choice, SelectField};
use super::pager::Address;
use super::words;
use crate::cluster::WatchState;
use crate::domain::{
    AuditEvent, Manager, Operation, Outcome, Profile, Quantity, ResourceName, Session, State, Via,
};

/// A message in the page: something was not loaded, is old, or needs care.
#[derive(Debug, Clone)]
pub struct Notice {
    pub kind: &'static str,
    pub title: String,
    pub text: String,
}

impl Notice {
    pub fn new(kind: &'static str, title: &str, text: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.to_owned(),
            text: text.into(),
        }
    }

    /// What has to be said about data from a watch, if anything.
    pub fn about(what: &str, state: &WatchState) -> Option<Self> {
        match state {
            WatchState::Ready => None,
            WatchState::Starting => Some(Self::new(
                "info",
                &format!("The list of {what} is still being loaded"),
                "Load this page again in a moment.",
            )),
            WatchState::Behind { since, why } => {
                let exact = When::new(*since, *since).exact;
                Some(Self::new(
                    "warning",
                    &format!("This may be out of date since {exact}"),
                    why.clone(),
                ))
            }
            WatchState::Forbidden { .. } | WatchState::Missing { .. } => Some(Self::new(
                "danger",
                &format!("The {what} could not be loaded"),
                words::unavailable(state),
            )),
        }
    }
}

/// A moment: in words, and exactly.
#[derive(Debug, Clone, Default)]
pub struct When {
    pub iso: String,
    pub text: String,
    pub exact: String,
}

impl When {
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        let zoned = at.to_zoned(TimeZone::UTC);
        Self {
            iso: zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: ago(now.duration_since(at).as_secs()),
            exact: zoned.strftime("%-d %b %Y, %H:%M UTC").to_string(),
        }
    }
}

fn ago(seconds: i64) -> String {
    let count = |number: i64, unit: &str| {
        if number == 1 {
            format!("1 {unit} ago")
        } else {
            format!("{number} {unit}s ago")
        }
    };
    match seconds {
        ..=9 => "just now".to_owned(),
        10..=59 => count(seconds, "second"),
        60..=3599 => count(seconds / 60, "minute"),
        3600..=86_399 => count(seconds / 3600, "hour"),
        86_400..=5_183_999 => count(seconds / 86_400, "day"),
        5_184_000.. => count(seconds / 2_592_000, "month"),
    }
}

/// `1 min 5 s`.
pub fn took(from: Timestamp, to: Timestamp) -> String {
    let duration = to.duration_since(from);
    match duration.as_secs() {
        ..=0 => format!("{} ms", duration.as_millis().max(0)),
        seconds @ 1..=59 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[derive(Debug, Clone)]
pub struct Badge {
    pub text: String,
    pub kind: &'static str,
}

impl Badge {
    pub fn new(text: &str, kind: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            kind,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Link {
    pub label: String,
    pub href: String,
}

impl Link {
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// Something to do, or why not.
#[derive(Debug, Clone)]
pub struct Action {
    pub label: String,
    pub href: String,
    pub allowed: bool,
    pub reason: String,
}

impl Action {
    pub fn allowed(label: &str, href: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            href: href.into(),
            allowed: true,
            reason: String::new(),
        }
    }

    pub fn denied(label: &str, reason: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            href: String::new(),
            allowed: false,
            reason: reason.into(),
        }
    }
}

/// One row of a summary list.
#[derive(Debug, Clone)]
pub struct Fact {
    pub label: String,
    pub value: String,
    pub href: String,
    pub change: Option<ChangeLink>,
}

#[derive(Debug, Clone)]
pub struct ChangeLink {
    pub href: String,
    pub what: String,
}

impl Fact {
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
            href: String::new(),
            change: None,
        }
    }

    #[must_use]
    pub fn linked(mut self, href: impl Into<String>) -> Self {
        self.href = href.into();
        self
    }
}

/// Used against limit.
#[derive(Debug, Clone)]
pub struct Meter {
    pub label: String,
    pub used: String,
    pub limit: String,
    pub percent: u32,
    pub level: &'static str,
    pub text: String,
}

impl Meter {
    pub fn new(name: &ResourceName, used: Option<Quantity>, limit: Quantity) -> Self {
        let label = label_of(name);
        let percent = used
            .and_then(|used| used.percent_of(limit))
            .unwrap_or_default();
        let level = match percent {
            100.. => "full",
            80..100 => "near",
            0..80 => "ok",
        };
        let used = used.map_or_else(|| "unknown".to_owned(), |used| used.to_string());
        Self {
            text: format!("{used} of {limit} {label} used"),
            label,
            used,
            limit: limit.to_string(),
            percent: percent.min(100),
            level,
        }
    }
}

/// `CPU` for `requests.cpu`, `GPU` for `requests.nvidia.com/gpu`, else the name itself.
pub fn label_of(name: &ResourceName) -> String {
    match name.as_str() {
        "cpu" | "requests.cpu" => "CPU".to_owned(),
        "memory" | "requests.memory" => "Memory".to_owned(),
        "requests.nvidia.com/gpu" => "GPU".to_owned(),
        "requests.storage" => "Storage".to_owned(),
        other => other.to_owned(),
    }
}

/// Meters of a profile: what is enforced, or else what was asked for.
pub fn meters(profile: &Profile) -> Vec<Meter> {
    let limits = if profile.quota_use.hard.is_empty() {
        &profile.quota
    } else {
        &profile.quota_use.hard
    };
    limits
        .iter()
        .map(|(name, limit)| Meter::new(name, profile.quota_use.used.get(name), limit))
        .collect()
}

/// Objects that another tool keeps in step.
pub fn manager_badge(manager: Option<Manager>) -> Vec<Badge> {
    manager
        .map(|manager| Badge::new(manager.as_str(), "purple"))
        .into_iter()
        .collect()
}

/// A sortable column.
#[derive(Debug, Clone)]
pub struct SortHeader {
    pub label: &'static str,
    pub href: String,
    pub state: &'static str,
    pub numeric: bool,
}

impl SortHeader {
    /// `sort` is what the address says now: a column's key, with `-` before it for descending.
    pub fn new(label: &'static str, key: &str, sort: &str, address: &Address) -> Self {
        let descending = format!("-{key}");
        let (state, next) = if sort == key {
            ("ascending", descending.as_str())
        } else if sort == descending {
            ("descending", key)
        } else {
            ("none", key)
        };
        Self {
            label,
            href: address.with("sort", next),
            state,
            numeric: false,
        }
    }

    #[must_use]
    pub fn numeric(mut self) -> Self {
        self.numeric = true;
        self
    }
}

/// What stands above the rows of a list: search, filters, and chips for what is filtered.
#[derive(Debug, Clone)]
pub struct Tools {
    pub action: String,
    pub label: &'static str,
    pub query: String,
    pub filters: Vec<SelectField>,
    pub keep: Vec<Kept>,
    pub chips: Vec<Chip>,
    pub clear_href: String,
}

#[derive(Debug, Clone)]
pub struct Kept {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone)]
pub struct Chip {
    pub label: String,
    pub remove_href: String,
}

impl Tools {
    pub fn new(path: &'static str, label: &'static str, query: &str, address: &Address) -> Self {
        let mut tools = Self {
            action: path.to_owned(),
            label,
            query: query.to_owned(),
            filters: Vec::new(),
            keep: Vec::new(),
            chips: Vec::new(),
            clear_href: path.to_owned(),
        };
        if !query.is_empty() {
            tools.chips.push(Chip {
                label: format!("“{query}”"),
                remove_href: address.with("q", ""),
            });
        }
        tools
    }

    /// A filter with a chip when it is set. `choices` are value and label; the empty value means all.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a filter is exactly these parts")]
    pub fn filter(
        mut self,
        name: &'static str,
        label: &str,
        choices: &[(&str, &str)],
        chosen: &str,
        address: &Address,
    ) -> Self {
        let mut options = vec![Choice::new("", "All", chosen)];
        options.extend(
            choices
                .iter()
                .map(|(value, text)| Choice::new(value, text, chosen)),
        );
        if let Some((_, text)) = choices
            .iter()
            .find(|(value, _)| *value == chosen && !chosen.is_empty())
        {
            self.chips.push(Chip {
                label: format!("{label}: {text}"),
                remove_href: address.with(name, ""),
            });
        }
        self.filters.push(SelectField::new(name, label, options));
        self
    }

    /// A part of the address that the search form carries along.
    #[must_use]
    pub fn keeping(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.keep.push(Kept {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
        self
    }
}

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
            href: super::paths::fill(super::paths::OPERATION, &operation.id.to_string()),
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
            action: event.action.clone(),
            subject: event.subject.clone(),
            ok: matches!(event.outcome, Outcome::Done | Outcome::Undone),
            result: event.outcome.as_str().to_owned(),
            href: super::paths::fill(super::paths::ACTIVITY_LINE, &event.id),
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
                super::paths::fill(end_path, session.id.as_str())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_words() {
        for (seconds, text) in [
            (0, "just now"),
            (60, "1 minute ago"),
            (7300, "2 hours ago"),
            (200_000, "2 days ago"),
        ] {
            assert_eq!(ago(seconds), text);
        }
    }

    #[test]
    fn a_meter_reads_as_text_and_survives_a_zero_limit() {
        let name = ResourceName::from_cluster("requests.cpu");
        let meter = Meter::new(&name, "3500m".parse().ok(), "4".parse().unwrap());
        assert_eq!(
            (meter.text.as_str(), meter.level),
            ("3500m of 4 CPU used", "near")
        );
        assert_eq!(Meter::new(&name, None, Quantity::ZERO).level, "ok");
    }
}
