//! Rights one by one: everything that somebody can reach, everybody who can reach something.

use askama::Template;
use axum::response::Response;

use super::filter::AccessQuery;
use super::matrix::{colour, notices};
use super::tabs::{Tab, tabs};
use crate::access::{Access, Right, Who};
use crate::web::frame::Frame;
use crate::web::pager::{self, Pager};
use crate::web::problem::Problem;
use crate::web::view::{Notice, Tools};
use crate::web::{page, paths, until};

#[derive(Template)]
#[template(path = "access/lines.html")]
struct LinesPage {
    frame: Frame,
    notices: Vec<Notice>,
    tabs: Vec<Tab>,
    tools: Tools,
    profile: String,
    export_href: String,
    rows: Vec<Line>,
    pager: Pager,
    why_href: String,
}

struct Line {
    who: String,
    who_href: String,
    is_group: bool,
    profile: String,
    profile_href: String,
    level: &'static str,
    kind: &'static str,
    source: &'static str,
    detail: String,
    /// Empty: no end.
    until: String,
    verdict: &'static str,
    trouble: String,
}

pub(super) fn show(
    access: &Access,
    frame: Frame,
    query: &AccessQuery,
) -> Result<Response, Problem> {
    let reach = access.reach();
    let rights = query.select(&reach);
    let address = query.address();
    let (shown, pager) = pager::page(&address, query.page, rights.len());
    let why = pager::Address::new(
        paths::ACCESS_WHY,
        &[
            ("email", query.q.as_str()),
            ("profile", query.profile.as_str()),
        ],
    );
    page::ok(&LinesPage {
        frame: frame.titled("Access"),
        notices: notices(access),
        tabs: tabs("As a list", &address),
        tools: query.tools(),
        profile: query.profile.clone(),
        export_href: query.address_at(paths::ACCESS_EXPORT).with("by", ""),
        rows: rights[shown].iter().map(|right| line(right)).collect(),
        pager,
        why_href: why.with("page", ""),
    })
}

fn line(right: &Right) -> Line {
    let profile = right.profile.as_ref().map(ToString::to_string);
    let profile_href = profile
        .as_deref()
        .map(|name| paths::fill(paths::PROFILE, name))
        .unwrap_or_default();
    let (who_href, is_group) = match &right.who {
        Who::Person(name) => (paths::fill(paths::USER, &name.folded()), false),
        Who::Group(_) => (String::new(), true),
    };
    Line {
        who: right.who.name().to_owned(),
        who_href,
        is_group,
        profile: profile.unwrap_or_else(|| "All profiles".to_owned()),
        profile_href,
        level: right.level.as_str(),
        kind: colour(right),
        source: right.source.label(),
        detail: right.detail.clone(),
        until: until::words(right.until.as_ref()),
        verdict: if right.trouble.is_empty() {
            "Healthy"
        } else {
            "Warning"
        },
        trouble: right.trouble.clone(),
    }
}
