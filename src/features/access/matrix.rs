//! The matrix of people and profiles, either way round: one pass over memory, pages in both directions.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::response::Response;

use super::filter::AccessQuery;
use super::lines;
use super::tabs::{Tab, tabs};
use crate::access::{Access, Right, Who};
use crate::domain::Permission;
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, Pager};
use crate::web::problem::Problem;
use crate::web::view::{Notice, Tools};
use crate::web::{page, paths, until};

/// Columns that fit beside the names on an ordinary screen.
const COLUMNS: usize = 8;

#[derive(Template)]
#[template(path = "access/matrix.html")]
struct MatrixPage {
    frame: Frame,
    notices: Vec<Notice>,
    tabs: Vec<Tab>,
    tools: Tools,
    profile: String,
    export_href: String,
    may_share: bool,
    share_href: &'static str,
    corner: &'static str,
    what: &'static str,
    columns: Vec<Head>,
    rows: Vec<MatrixRow>,
    pager: Pager,
    across: Option<Across>,
}

struct Head {
    label: String,
    href: String,
}

struct MatrixRow {
    head: Head,
    cells: Vec<Vec<Cell>>,
}

/// One right, short.
struct Cell {
    level: &'static str,
    source: &'static str,
    detail: String,
    /// Empty: no end.
    until: String,
    trouble: String,
    /// Colour of the badge; the words say the same.
    kind: &'static str,
}

struct Across {
    first: usize,
    last: usize,
    total: usize,
    previous: Option<String>,
    next: Option<String>,
}

/// Which way round the matrix is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    People,
    Profiles,
}

impl By {
    fn row(self, right: &Right) -> String {
        match self {
            Self::People => right.who.name().to_owned(),
            Self::Profiles => place(right),
        }
    }

    fn column(self, right: &Right) -> String {
        match self {
            Self::People => place(right),
            Self::Profiles => right.who.name().to_owned(),
        }
    }
}

/// Sorted as people sort: without regard to case.
type Key = (String, String);

fn key(name: String) -> Key {
    (name.to_ascii_lowercase(), name)
}

/// Empty: everywhere.
fn place(right: &Right) -> String {
    right
        .profile
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Query(query): Query<AccessQuery>,
) -> Result<Response, Problem> {
    match query.by.as_str() {
        "lines" => lines::show(&access, frame, &query),
        "profiles" => matrix(&access, frame, &query, By::Profiles),
        _ => matrix(&access, frame, &query, By::People),
    }
}

/// What has to be said about the lists that the rights are made of.
pub(super) fn notices(access: &Access) -> Vec<Notice> {
    let cluster = access.cluster();
    [
        Notice::about("profiles", &cluster.profiles().state),
        Notice::about("contributors", &cluster.contributions().state),
        Notice::about("other bindings", &cluster.grants().state),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn matrix(access: &Access, frame: Frame, query: &AccessQuery, by: By) -> Result<Response, Problem> {
    let reach = access.reach();
    let mut all: BTreeMap<Key, Vec<&Right>> = BTreeMap::new();
    for right in query.select(&reach) {
        all.entry(key(by.row(right))).or_default().push(right);
    }
    let address = query.address();
    let (shown, pager) = pager::page(&address, query.page, all.len());
    let rows: Vec<(&String, &Vec<&Right>)> = all
        .iter()
        .map(|((_, name), rights)| (name, rights))
        .skip(shown.start)
        .take(shown.len())
        .collect();
    let columns: BTreeSet<Key> = rows
        .iter()
        .flat_map(|(_, rights)| rights.iter().map(|right| key(by.column(right))))
        .collect();
    let columns: Vec<String> = columns.into_iter().map(|(_, name)| name).collect();
    let (across, range) = across(&address, query, columns.len());
    let columns = &columns[range];
    let label = match by {
        By::People => ("By person", "Person or group", "people and groups"),
        By::Profiles => ("By profile", "Profile", "profiles"),
    };
    page::ok(&MatrixPage {
        frame: frame.titled("Access"),
        notices: notices(access),
        tabs: tabs(label.0, &address),
        tools: query.tools(),
        profile: query.profile.clone(),
        export_href: query.address_at(paths::ACCESS_EXPORT).with("by", ""),
        may_share: access.may(Permission::WriteContributors),
        share_href: paths::SHARE,
        corner: label.1,
        what: label.2,
        columns: columns
            .iter()
            .map(|name| head(name, other(by), &address))
            .collect(),
        rows: rows
            .iter()
            .map(|(name, rights)| MatrixRow {
                head: head(name, by, &address),
                cells: columns
                    .iter()
                    .map(|column| cells(rights, by, column))
                    .collect(),
            })
            .collect(),
        pager,
        across,
    })
}

fn other(by: By) -> By {
    match by {
        By::People => By::Profiles,
        By::Profiles => By::People,
    }
}

/// The name of a row or column, leading to everything about it.
fn head(name: &str, by: By, address: &Address) -> Head {
    if name.is_empty() {
        return Head {
            label: "All profiles".to_owned(),
            href: address.with("source", "cluster-role-binding"),
        };
    }
    let query = match by {
        By::People => [("by", "lines"), ("q", name)],
        By::Profiles => [("by", "lines"), ("profile", name)],
    };
    Head {
        label: name.to_owned(),
        href: Address::new(paths::ACCESS, &query).with("page", ""),
    }
}

fn cells(rights: &[&Right], by: By, column: &str) -> Vec<Cell> {
    rights
        .iter()
        .filter(|right| by.column(right) == column)
        .map(|right| cell(right))
        .collect()
}

fn cell(right: &Right) -> Cell {
    Cell {
        level: right.level.as_str(),
        source: right.source.label(),
        detail: right.detail.clone(),
        until: until::words(right.until.as_ref()),
        trouble: right.trouble.clone(),
        kind: colour(right),
    }
}

pub(super) fn colour(right: &Right) -> &'static str {
    match (&right.who, right.level.as_str()) {
        _ if !right.trouble.is_empty() => "orange",
        (Who::Group(_), _) => "purple",
        (Who::Person(_), "owner") => "blue",
        (Who::Person(_), "other") => "gray",
        (Who::Person(_), _) => "teal",
    }
}

/// The columns of this page of columns, and the links beside them. They keep the page of rows, because the columns
/// are those of the rows that are shown.
fn across(
    address: &Address,
    query: &AccessQuery,
    total: usize,
) -> (Option<Across>, std::ops::Range<usize>) {
    let pages = total.div_ceil(COLUMNS).max(1);
    let page = query.across.clamp(1, pages);
    let first = (page - 1) * COLUMNS;
    let last = (first + COLUMNS).min(total);
    if pages == 1 {
        return (None, first..last);
    }
    let row_page = query.page.max(1).to_string();
    let link = |number: usize| format!("{}&across={number}", address.with("page", &row_page));
    let across = Across {
        first: first + 1,
        last,
        total,
        previous: (page > 1).then(|| link(page - 1)),
        next: (page < pages).then(|| link(page + 1)),
    };
    (Some(across), first..last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_in_pages_and_keep_the_page_of_rows() {
        let query = AccessQuery {
            page: 3,
            across: 2,
            ..AccessQuery::default()
        };
        let (across, range) = across(&query.address(), &query, 20);
        assert_eq!(range, 8..16);
        let across = across.unwrap();
        assert_eq!((across.first, across.last, across.total), (9, 16, 20));
        assert_eq!(
            across.next.as_deref(),
            Some("/kubeflow-admin/access?page=3&across=3")
        );
    }
}
