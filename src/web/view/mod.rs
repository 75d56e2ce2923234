//! Parts that several pages show: moments, links, meters, what stands around a list. Plain values, decided here, so
//! that templates only show.

use jiff::Timestamp;
use jiff::tz::TimeZone;

mod amount;
mod list;
mod meter;
mod rows;

pub use amount::{amount, number};
pub use list::{SortHeader, Tools};
pub use meter::{Meter, label_of, meters};
pub use rows::{ActivityRow, OperationRow, SessionRow, progress};

use super::words;
use crate::cluster::WatchState;
use crate::domain::Manager;

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

/// Objects that another tool keeps in step.
pub fn manager_badge(manager: Option<Manager>) -> Vec<Badge> {
    manager
        .map(|manager| Badge::new(manager.as_str(), "purple"))
        .into_iter()
        .collect()
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
}
