//! What every profile used in a month, as a page and as CSV.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;

use super::words;
use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{UsageStep, UsageTotal};
use crate::web::csv::Csv;
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

/// Of the CSV: what a program needs to judge a line.
const HEADER: [&str; 8] = [
    "month",
    "profile",
    "resource",
    "amount",
    "unit",
    "peak",
    "samples",
    "samples_expected",
];

#[derive(Debug, Default, Deserialize)]
pub(super) struct ReportQuery {
    #[serde(default)]
    month: String,
}

/// A month of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Month {
    first: Date,
}

impl Month {
    /// `2026-11`; anything else is the month of `now`.
    fn parse(text: &str, now: Timestamp) -> Self {
        let first = format!("{text}-01").parse().ok();
        let this = now.to_zoned(TimeZone::UTC).date().first_of_month();
        Self {
            first: first
                .filter(|date: &Date| date.year() > 1970)
                .unwrap_or(this),
        }
    }

    fn moved(self, months: i32) -> Option<Self> {
        let first = self.first.checked_add(months.months()).ok()?;
        (first.year() > 1970).then_some(Self { first })
    }

    fn code(self) -> String {
        self.first.strftime("%Y-%m").to_string()
    }

    fn title(self) -> String {
        self.first.strftime("%B %Y").to_string()
    }

    fn begins(self) -> Timestamp {
        let midnight = self.first.to_zoned(TimeZone::UTC);
        midnight.map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
    }

    fn ends(self) -> Timestamp {
        self.moved(1).map_or(Timestamp::MAX, Self::begins)
    }

    /// How many samples there are of it when nothing is missing.
    fn samples(self) -> u32 {
        samples_between(self.begins(), self.ends())
    }

    /// The same up to now.
    fn samples_so_far(self, now: Timestamp) -> u32 {
        samples_between(self.begins(), self.ends().min(now))
    }
}

fn samples_between(from: Timestamp, to: Timestamp) -> u32 {
    let millis = to.as_millisecond() - from.as_millisecond();
    u32::try_from(millis.max(0) / UsageStep::Sample.millis()).unwrap_or(u32::MAX)
}

#[derive(Template)]
#[template(path = "usage/report.html")]
struct ReportPage {
    frame: Frame,
    previous: Option<(String, String)>,
    next: Option<(String, String)>,
    csv_href: String,
    units: Vec<String>,
    rows: Vec<ReportRow>,
    sums: Vec<String>,
}

struct ReportRow {
    profile: String,
    href: String,
    /// In the order of `units`; empty where nothing was recorded.
    amounts: Vec<String>,
    recorded: String,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let now = Clock.now();
    let month = Month::parse(&query.month, now);
    let totals = access.usage_totals((month.begins(), month.ends())).await?;
    let resources = resources(&totals);
    let link = |month: Month| {
        let href = format!("{}?month={}", paths::USAGE, month.code());
        (month.title(), href)
    };
    page::ok(&ReportPage {
        frame: frame.titled(format!("Usage in {}", month.title())),
        previous: month.moved(-1).map(link),
        next: month.moved(1).filter(|next| next.begins() <= now).map(link),
        csv_href: format!("{}?month={}", paths::USAGE_CSV, month.code()),
        units: resources.iter().map(|one| words::unit(one)).collect(),
        rows: rows(&totals, &resources, (month, now)),
        sums: sums(&totals, &resources, month),
    })
}

fn resources(totals: &[UsageTotal]) -> Vec<String> {
    let mut found: Vec<String> = totals.iter().map(|one| one.resource.clone()).collect();
    found.sort_by_key(|one| words::rank(one));
    found.dedup();
    found
}

fn told(total: &UsageTotal, month: Month) -> String {
    format!(
        "{:.1}",
        words::amount(&total.resource, total.total, month.samples())
    )
}

fn rows(
    totals: &[UsageTotal],
    resources: &[String],
    (month, now): (Month, Timestamp),
) -> Vec<ReportRow> {
    let mut profiles: BTreeMap<&str, Vec<&UsageTotal>> = BTreeMap::new();
    for total in totals {
        profiles.entry(&total.profile).or_default().push(total);
    }
    let expected = month.samples_so_far(now).max(1);
    let row = |(profile, totals): (&str, Vec<&UsageTotal>)| {
        let cell = |resource: &String| {
            let found = totals.iter().find(|one| one.resource == *resource);
            found.map_or_else(String::new, |total| told(total, month))
        };
        let samples = totals.iter().map(|one| one.samples).max().unwrap_or(0);
        let percent = u64::from(samples) * 100 / u64::from(expected);
        ReportRow {
            href: paths::fill(paths::PROFILE_USAGE, profile),
            amounts: resources.iter().map(cell).collect(),
            recorded: format!("{} %", percent.min(100)),
            profile: profile.to_owned(),
        }
    };
    profiles.into_iter().map(row).collect()
}

fn sums(totals: &[UsageTotal], resources: &[String], month: Month) -> Vec<String> {
    let sum = |resource: &String| {
        let of = totals.iter().filter(|one| one.resource == *resource);
        let total: f64 = of.map(|one| one.total).sum();
        format!("{:.1}", words::amount(resource, total, month.samples()))
    };
    resources.iter().map(sum).collect()
}

/// One line per profile and resource.
pub(super) async fn csv(
    access: Access,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let now = Clock.now();
    let month = Month::parse(&query.month, now);
    let totals = access.usage_totals((month.begins(), month.ends())).await?;
    let name = format!("usage-{}.csv", month.code());
    Ok(lines(&totals, (month, now)).download(&name))
}

fn lines(totals: &[UsageTotal], (month, now): (Month, Timestamp)) -> Csv {
    let mut csv = Csv::with_header(&HEADER);
    for one in totals {
        let amount = words::amount(&one.resource, one.total, month.samples());
        csv.line(&[
            month.code(),
            one.profile.clone(),
            one.resource.clone(),
            format!("{amount:.3}"),
            words::unit(&one.resource),
            one.peak.to_string(),
            one.samples.to_string(),
            month.samples_so_far(now).to_string(),
        ]);
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_one_of_utc_and_anything_odd_is_this_one() {
        let now = at("2026-11-24T12:00:00Z");
        let feb = Month::parse("2026-02", now);
        assert_eq!(
            (feb.begins(), feb.ends()),
            (at("2026-02-01T00:00:00Z"), at("2026-03-01T00:00:00Z"))
        );
        assert_eq!(
            (feb.samples(), feb.samples_so_far(now)),
            (28 * 288, 28 * 288)
        );
        for odd in ["", "2026-13", "yesterday", "-1", "2026-2"] {
            assert_eq!(Month::parse(odd, now).code(), "2026-11", "{odd}");
        }
        let this = Month::parse("", now);
        assert_eq!(this.samples_so_far(now), 23 * 288 + 144);
        assert_eq!(this.moved(2).unwrap().title(), "January 2027");
    }

    #[test]
    fn the_csv_has_one_line_per_profile_and_resource() {
        let now = at("2026-11-24T12:00:00Z");
        let total = UsageTotal {
            profile: "=ana".into(),
            resource: "nvidia.com/gpu".into(),
            total: 30.0,
            peak: 2.0,
            samples: 15,
        };
        let csv = lines(&[total], (Month::parse("2026-10", now), now));
        assert_eq!(
            csv.text().lines().nth(1).unwrap(),
            "2026-10,\"'=ana\",nvidia.com/gpu,2.500,GPU-hours,2,15,8928"
        );
    }
}
