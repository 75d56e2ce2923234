//! Everything that ends at a date, the next one first.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::filter::AccessQuery;
use super::tabs::{Tab, tabs};
use crate::access::{Access, KnownEnding};
use crate::clock::Clock;
use crate::domain::{Dated, EndState, Permission, Until};
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, Pager};
use crate::web::problem::Problem;
use crate::web::view::{Notice, SortHeader, Tools};
use crate::web::{page, paths, until};

#[derive(Debug, Default, Deserialize)]
pub(super) struct DatesQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: usize,
}

const WHAT: [(&str, &str); 2] = [("contributor", "Contributors"), ("freeze", "Freezes")];
const STATES: [(&str, &str); 2] = [("stuck", "Will not end by itself"), ("well", "In order")];

#[derive(Template)]
#[template(path = "access/dates.html")]
struct DatesPage {
    frame: Frame,
    notice: Option<Notice>,
    tabs: Vec<Tab>,
    tools: Tools,
    headers: Vec<SortHeader>,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    what: String,
    profile: String,
    profile_href: String,
    until: String,
    distance: String,
    asked_by: String,
    verdict: &'static str,
    reason: String,
    change_href: String,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Query(query): Query<DatesQuery>,
) -> Result<Response, Problem> {
    let (mut known, state) = access.endings().await?;
    let now = Clock.now();
    known.retain(|one| query.fits(one));
    sort(&mut known, &query.sort);
    let address = query.address();
    let (shown, pager) = pager::page(&address, query.page, known.len());
    let sorted = query.sorted();
    page::ok(&DatesPage {
        frame: frame.titled("Dates"),
        notice: Notice::about("dates", &state),
        tabs: tabs("Ends on a date", &AccessQuery::default().address()),
        tools: Tools::new(paths::ACCESS_DATES, "Person or profile", &query.q, &address)
            .filter("what", "What", &WHAT, &query.what, &address)
            .filter("state", "State", &STATES, &query.state, &address)
            .keeping("sort", &query.sort),
        headers: vec![
            SortHeader::new("What ends", "what", sorted, &address),
            SortHeader::new("Profile", "profile", sorted, &address),
            SortHeader::new("When", "until", sorted, &address),
        ],
        rows: known[shown]
            .iter()
            .map(|one| row(&access, one, now))
            .collect(),
        pager,
    })
}

impl DatesQuery {
    fn address(&self) -> Address {
        Address::new(
            paths::ACCESS_DATES,
            &[
                ("q", self.q.as_str()),
                ("what", self.what.as_str()),
                ("state", self.state.as_str()),
                ("sort", self.sort.as_str()),
            ],
        )
    }

    fn sorted(&self) -> &str {
        if self.sort.is_empty() {
            "until"
        } else {
            &self.sort
        }
    }

    fn fits(&self, one: &KnownEnding) -> bool {
        let wanted = self.q.trim().to_ascii_lowercase();
        let thing = &one.ending.thing;
        let mentioned = thing.subject().to_ascii_lowercase().contains(&wanted);
        let what = match thing {
            Dated::Contributor { .. } => "contributor",
            Dated::Freeze { .. } => "freeze",
        };
        let is_stuck = matches!(one.state, EndState::Stuck(_));
        let state = match self.state.as_str() {
            "stuck" => is_stuck,
            "well" => !is_stuck,
            _ => true,
        };
        mentioned && (self.what.is_empty() || self.what == what) && state
    }
}

/// By a column, with `-` before it for descending; the next date first unless asked otherwise.
fn sort(known: &mut [KnownEnding], by: &str) {
    match by.trim_start_matches('-') {
        "what" => known.sort_by_key(|one| one.ending.thing.subject()),
        "profile" => known.sort_by(|a, b| a.ending.thing.profile().cmp(b.ending.thing.profile())),
        _ => known.sort_by(|a, b| a.ending.until.cmp(&b.ending.until)),
    }
    if by.starts_with('-') {
        known.reverse();
    }
}

fn row(access: &Access, one: &KnownEnding, now: Timestamp) -> Row {
    let thing = &one.ending.thing;
    let profile = thing.profile().as_str();
    let (what, permission) = match thing {
        Dated::Contributor { user, role, .. } => {
            (format!("{user}: {role}"), Permission::WriteContributors)
        }
        Dated::Freeze { .. } => ("The freeze".to_owned(), Permission::WriteQuotas),
    };
    let (verdict, reason) = match &one.state {
        EndState::Ahead => ("Healthy", String::new()),
        EndState::Due => ("Progressing", "It is being ended.".to_owned()),
        EndState::Stuck(why) => ("Warning", why.clone()),
    };
    let date = one.ending.until.until();
    Row {
        what,
        profile: profile.to_owned(),
        profile_href: paths::fill(paths::PROFILE, profile),
        until: date.map_or_else(|| until::words(Some(&one.ending.until)), Until::in_words),
        distance: date.map_or_else(String::new, |date| until::distance(date, now)),
        asked_by: one.request.as_ref().map_or_else(
            || "nobody here".to_owned(),
            |request| request.actor.user.to_string(),
        ),
        verdict,
        reason,
        change_href: if access.may(permission) {
            paths::date_of(thing)
        } else {
            String::new()
        },
    }
}
