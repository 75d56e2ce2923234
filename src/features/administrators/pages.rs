//! The list: everybody with rights of an administrator, with the bindings that make them one.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::operations;
use crate::access::Access;
use crate::domain::{Entrants, Holder, Permission, Subject, UserName, Way};
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, Pager};
use crate::web::problem::Problem;
use crate::web::view::{self, Action, Badge, SortHeader, Tools};
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    extent: String,
    #[serde(default)]
    entry: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "administrators/list.html")]
struct ListPage {
    frame: Frame,
    lead: String,
    add: Action,
    tools: Tools,
    columns: Vec<SortHeader>,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    name: String,
    href: String,
    is_group: bool,
    extent: Badge,
    may: String,
    entry: Entry,
    ways: Vec<WayView>,
    remove: Action,
}

/// Can they come in?
struct Entry {
    can: bool,
    text: String,
}

pub(super) struct WayView {
    pub binding: String,
    pub role: String,
    pub aggregated: String,
    pub note: String,
    pub badges: Vec<Badge>,
}

const KINDS: [(&str, &str); 2] = [("person", "Person"), ("group", "Group")];
const EXTENTS: [(&str, &str); 2] = [("all", "Everything"), ("part", "A part")];
const ENTRIES: [(&str, &str); 2] = [("yes", "Can sign in"), ("no", "Not known to")];

pub(super) async fn list(
    access: Access,
    frame: Frame,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let address = Address::new(
        paths::ADMINISTRATORS,
        &[
            ("q", &query.q),
            ("kind", &query.kind),
            ("extent", &query.extent),
            ("entry", &query.entry),
            ("sort", &query.sort),
        ],
    );
    let authority = access.authority().await?;
    let entrants = access.entrants().await?;
    let who = authority.administrators(&entrants);
    let mut rows: Vec<Row> = authority
        .holders()
        .iter()
        .map(|holder| row(&access, &entrants, holder))
        .filter(|row| matches(row, &query))
        .collect();
    sort(&mut rows, &query.sort);
    let (shown, pager) = pager::page(&address, query.page, rows.len());
    let rows = rows
        .into_iter()
        .skip(shown.start)
        .take(shown.len())
        .collect();
    page::ok(&ListPage {
        frame: frame.titled("Administrators"),
        lead: lead(who.len()),
        add: allowed(&access, "Add administrator", paths::ADMINISTRATOR_NEW),
        tools: Tools::new(
            paths::ADMINISTRATORS,
            "Search administrators",
            &query.q,
            &address,
        )
        .filter("kind", "Kind", &KINDS, &query.kind, &address)
        .filter("extent", "May do", &EXTENTS, &query.extent, &address)
        .filter("entry", "Sign-in", &ENTRIES, &query.entry, &address)
        .keeping("sort", &query.sort),
        columns: columns(&query.sort, &address),
        rows,
        pager,
    })
}

fn lead(count: usize) -> String {
    match count {
        0 => "Nobody is known who may do everything here and can sign in. A one-time link still opens the door.".to_owned(),
        1 => "One person may do everything here and is known to be able to sign in. They cannot be removed until there is another.".to_owned(),
        more => format!("{more} people may do everything here and are known to be able to sign in. The last of them cannot be removed."),
    }
}

fn allowed(access: &Access, label: &str, href: &str) -> Action {
    if access.may(Permission::WriteAdministrators) {
        Action::allowed(label, href)
    } else {
        Action::denied(label, "Your account may not change who administers.")
    }
}

fn columns(sort: &str, address: &Address) -> Vec<SortHeader> {
    let sort = if sort.is_empty() { "name" } else { sort };
    vec![
        SortHeader::new("Person or group", "name", sort, address),
        SortHeader::new("May do", "extent", sort, address),
        SortHeader::new("Sign-in", "entry", sort, address),
        SortHeader::new("Bindings", "ways", sort, address),
    ]
}

fn matches(row: &Row, query: &ListQuery) -> bool {
    let text = query.q.trim().to_lowercase();
    let mentioned = row.name.to_lowercase().contains(&text)
        || row
            .ways
            .iter()
            .any(|way| way.binding.contains(&text) || way.role.contains(&text));
    let kind = match query.kind.as_str() {
        "person" => !row.is_group,
        "group" => row.is_group,
        _ => true,
    };
    let extent = match query.extent.as_str() {
        "all" => row.may.is_empty(),
        "part" => !row.may.is_empty(),
        _ => true,
    };
    let entry = match query.entry.as_str() {
        "yes" => row.entry.can,
        "no" => !row.entry.can,
        _ => true,
    };
    mentioned && kind && extent && entry
}

fn sort(rows: &mut [Row], by: &str) {
    let (key, descending) = by.strip_prefix('-').map_or((by, false), |key| (key, true));
    match key {
        "extent" => rows.sort_by_key(|row| !row.may.is_empty()),
        "entry" => rows.sort_by_key(|row| !row.entry.can),
        "ways" => rows.sort_by_key(|row| row.ways.len()),
        // They come in this order.
        _ => {}
    }
    if descending {
        rows.reverse();
    }
}

fn row(access: &Access, entrants: &Entrants, holder: &Holder) -> Row {
    let name = holder.subject.name().to_owned();
    let (href, is_group) = match &holder.subject {
        Subject::User(user) => (user_href(access, &user.folded()), false),
        Subject::Group(_) => (String::new(), true),
    };
    let (extent, may) = if holder.is_full {
        (Badge::new("Everything", "blue"), String::new())
    } else {
        (Badge::new("A part", "gray"), in_words(&holder.permissions))
    };
    let query = Address::new(
        paths::ADMINISTRATOR_REMOVE,
        &[("kind", holder.subject.kind()), ("name", &name)],
    );
    Row {
        href,
        is_group,
        extent,
        may,
        entry: entry(entrants, &holder.subject),
        ways: holder.ways.iter().map(way).collect(),
        remove: if operations::is_of_kubernetes(&holder.subject) {
            Action::denied("Remove", "Kubernetes itself needs it.")
        } else {
            allowed(access, "Remove", &query.with("page", ""))
        },
        name,
    }
}

/// Only people who are on the list of users have a page.
fn user_href(access: &Access, key: &str) -> String {
    let people = access.people();
    let found = people.binary_search_by(|person| person.key.as_str().cmp(key));
    match found {
        Ok(_) if access.may(Permission::ReadUsers) => paths::fill(paths::USER, key),
        Ok(_) | Err(_) => String::new(),
    }
}

fn entry(entrants: &Entrants, subject: &Subject) -> Entry {
    match subject {
        Subject::User(name) if entrants.people.contains(name) => Entry {
            can: true,
            text: "Has a login in Dex, or a session here".to_owned(),
        },
        Subject::User(name)
            if entrants
                .people
                .iter()
                .any(|one| one.folded() == name.folded()) =>
        {
            Entry {
                can: false,
                text: "Dex states this address in another spelling, and RBAC compares byte for byte: the binding does nothing".to_owned(),
            }
        }
        Subject::User(_) => Entry {
            can: false,
            text: "No login in Dex and no session here: comes through a connector, with a certificate, or not at all".to_owned(),
        },
        Subject::Group(group) => of_group(entrants, group),
    }
}

fn of_group(entrants: &Entrants, group: &str) -> Entry {
    let members: Vec<&str> = entrants
        .groups
        .get(group)
        .into_iter()
        .flatten()
        .map(UserName::as_str)
        .collect();
    let text = if group == "system:masters" {
        "Only certificates of the cluster itself name this group; nobody signs in here with it"
            .to_owned()
    } else if group == "kubeflow-admin:break-glass" {
        "Whoever comes by a one-time link, for as long as that session lasts".to_owned()
    } else if members.is_empty() {
        "Nobody in it has a session here. Who is in a group is decided where people sign in, and only groups in KUBEFLOW_ADMIN_GROUPS count here".to_owned()
    } else {
        format!(
            "Seen in it, by the sessions that are open: {}. Others may be in it",
            members.join(", ")
        )
    };
    Entry {
        can: !members.is_empty(),
        text,
    }
}

pub(super) fn way(way: &Way) -> WayView {
    let alone = if way.permissions.len() == Permission::ALL.iter().filter(|p| p.is_write()).count()
    {
        "gives everything".to_owned()
    } else if way.permissions.is_empty() {
        "gives a part of a right that needs another binding as well".to_owned()
    } else {
        format!("gives the right to {}", in_words(&way.permissions))
    };
    let others = match way.others {
        0 => String::new(),
        1 => "; names one other".to_owned(),
        more => format!("; names {more} others"),
    };
    WayView {
        binding: way.binding.clone(),
        role: way.role.clone(),
        aggregated: way.aggregated_from.join(", "),
        note: format!("{alone}{others}"),
        badges: view::manager_badge(way.managed_by),
    }
}

fn in_words(permissions: &[Permission]) -> String {
    let words: Vec<&str> = permissions.iter().map(|one| one.describe()).collect();
    words.join(", ")
}
