//! The use of one profile over time: a chart for each resource, with its numbers as a table.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::chart::{self, Lines, Slot, Span};
use super::words;
use crate::access::SignedIn;
use crate::clock::Clock;
use crate::domain::{Permission, ProfileName, UsageRow};
use crate::web::extract::{Path, Query};
use crate::web::frame::Frame;
use crate::web::pager::Address;
use crate::web::problem::Problem;
use crate::web::view;
use crate::web::{page, paths};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A choice of how far to look back.
struct Range {
    code: &'static str,
    label: &'static str,
    slot: i64,
    count: usize,
}

const RANGES: [Range; 5] = [
    range("day", "Day", 5 * MINUTE, 288),
    range("week", "Week", HOUR, 168),
    range("month", "30 days", 6 * HOUR, 120),
    range("quarter", "90 days", DAY, 90),
    range("year", "Year", DAY, 365),
];
/// Without a choice.
const USUAL: usize = 1;

const fn range(code: &'static str, label: &'static str, slot: i64, count: usize) -> Range {
    Range {
        code,
        label,
        slot,
        count,
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct HistoryQuery {
    #[serde(default)]
    range: String,
}

#[derive(Template)]
#[template(path = "usage/history.html")]
struct HistoryPage {
    frame: Frame,
    profile: String,
    back: (String, String),
    ranges: Vec<RangeLink>,
    charts: Vec<ChartView>,
    span: String,
}

struct RangeLink {
    label: &'static str,
    href: String,
    current: bool,
}

struct ChartView {
    id: String,
    label: String,
    lines: Lines,
    top: String,
    from: String,
    to: String,
    /// The whole chart in a sentence.
    summary: String,
    missing: String,
    rows: Vec<SlotRow>,
}

struct SlotRow {
    at: String,
    used: Option<(String, String, String)>,
}

pub(super) async fn show(
    signed_in: SignedIn,
    frame: Frame,
    Path(name): Path<ProfileName>,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, Problem> {
    let range = RANGES.iter().find(|one| one.code == query.range);
    let range = range.unwrap_or(&RANGES[USUAL]);
    let span = Span::until(Clock.now(), range.slot, range.count);
    let rows = signed_in.usage(&name, (span.from, span.to())).await?;
    // What is somebody else's and what is not there look the same.
    let rows = rows.ok_or_else(|| {
        Problem::not_found(&format!("profile named {name} that is open to you"))
            .way("Go to your profiles", paths::MINE)
    })?;
    let address = Address::new(paths::fill(paths::PROFILE_USAGE, name.as_str()), &[]);
    let back = if signed_in.may(Permission::ReadProfiles) {
        let href = paths::fill(paths::PROFILE, name.as_str());
        (name.to_string(), href)
    } else {
        ("My profiles".to_owned(), paths::MINE.to_owned())
    };
    page::ok(&HistoryPage {
        frame: frame.titled(format!("Usage of {name}")),
        profile: name.to_string(),
        back,
        ranges: RANGES
            .iter()
            .map(|one| RangeLink {
                label: one.label,
                href: address.with("range", one.code),
                current: one.code == range.code,
            })
            .collect(),
        charts: charts(span, &rows),
        span: format!("{} to {}", moment(span.from), moment(span.to())),
    })
}

fn charts(span: Span, rows: &[UsageRow]) -> Vec<ChartView> {
    let mut resources: Vec<&str> = rows.iter().map(|row| row.resource.as_str()).collect();
    resources.sort_by_key(|one| words::rank(one));
    resources.dedup();
    let chart = |(number, resource): (usize, &str)| {
        let of = |row: &&UsageRow| row.resource == resource;
        let rows: Vec<&UsageRow> = rows.iter().filter(of).collect();
        view_of(number, resource, span, &rows)
    };
    resources.into_iter().enumerate().map(chart).collect()
}

fn view_of(number: usize, resource: &str, span: Span, rows: &[&UsageRow]) -> ChartView {
    let slots = chart::slots(span, rows);
    let lines = chart::lines(&slots);
    let told = |value: f64| view::number(resource, value);
    let (total, samples) = rows.iter().fold((0.0, 0), |(total, samples), row| {
        (total + row.total, samples + row.samples)
    });
    let peak = rows.iter().map(|row| row.peak).fold(0.0, f64::max);
    let average = total / f64::from(samples.max(1));
    let missing = slots.iter().filter(|slot| slot.use_.is_none()).count();
    ChartView {
        id: format!("chart-{number}"),
        label: words::label(resource),
        top: told(lines.top),
        lines,
        from: moment(span.from),
        to: moment(span.to()),
        summary: format!(
            "{} on average, {} at most; {} in all.",
            told(average),
            told(peak),
            words::in_hours(resource, total)
        ),
        missing: match missing {
            0 => String::new(),
            count => format!("Nothing was recorded in {count} of {} parts.", slots.len()),
        },
        rows: slots.iter().rev().map(|slot| row(slot, &told)).collect(),
    }
}

fn row(slot: &Slot, told: &impl Fn(f64) -> String) -> SlotRow {
    SlotRow {
        at: moment(slot.at),
        used: slot
            .use_
            .map(|used| (told(used.average), told(used.peak), told(used.promised))),
    }
}

fn moment(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::UTC);
    zoned.strftime("%-d %b %Y, %H:%M UTC").to_string()
}
