//! The list of everybody, and one person.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::actions::find;
use super::fixes::{self, FindingView, colour};
use super::switches;
use super::{logins, operations};
use crate::access::{Access, Finding, Person};
use crate::cluster::Shown;
use crate::domain::{DEX_NAMESPACE, Login, LoginSource, Permission, password_object_name};
use crate::web::extract::{Path, Query};
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, Pager};
use crate::web::problem::Problem;
use crate::web::view::{Action, Badge, Fact, Link, Notice, SortHeader, Tools};
use crate::web::{page, paths, until};

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    finding: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "users/list.html")]
struct ListPage {
    frame: Frame,
    notice: Option<Notice>,
    loaded: bool,
    may_write: bool,
    denied: String,
    migrate: Option<Action>,
    tools: Tools,
    columns: Vec<SortHeader>,
    rows: Vec<UserRow>,
    pager: Pager,
    bulk_actions: Vec<Link>,
}

struct UserRow {
    email: String,
    href: String,
    name: String,
    sources: Vec<Badge>,
    profiles: Vec<Link>,
    contributions: usize,
    findings: Vec<Badge>,
}

const SOURCES: [(&str, &str); 4] = [
    ("object", "Password object"),
    ("static", "Static entry"),
    ("disabled", "Disabled"),
    ("none", "No login here"),
];

pub(super) async fn list(
    access: Access,
    frame: Frame,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let address = Address::new(
        paths::USERS,
        &[
            ("q", &query.q),
            ("source", &query.source),
            ("finding", &query.finding),
            ("sort", &query.sort),
        ],
    );
    let everybody = access.people();
    let mut people: Vec<&Arc<Person>> = everybody
        .iter()
        .filter(|person| matches(person, &query))
        .collect();
    sort(&mut people, &query.sort);
    let (shown, pager) = pager::page(&address, query.page, people.len());
    let logins = access.cluster().logins().state;
    let choices: Vec<(&str, &str)> = Finding::ALL
        .into_iter()
        .map(|finding| (finding.code(), finding.label()))
        .collect();
    page::ok(&ListPage {
        frame: frame.titled("Users"),
        notice: Notice::about("logins", &logins),
        loaded: !everybody.is_empty() || Notice::about("logins", &logins).is_none(),
        may_write: access.may(Permission::WriteUsers),
        denied: "Your account may not add logins.".to_owned(),
        migrate: migrate_all(&access, &everybody),
        tools: Tools::new(paths::USERS, "Search users", &query.q, &address)
            .filter("source", "Login", &SOURCES, &query.source, &address)
            .filter("finding", "Finding", &choices, &query.finding, &address)
            .keeping("sort", &query.sort),
        columns: columns(&query.sort, &address),
        rows: people[shown].iter().map(|person| row(person)).collect(),
        pager,
        bulk_actions: bulk_actions(&access),
    })
}

/// What may be done with several people at once.
fn bulk_actions(access: &Access) -> Vec<Link> {
    if access.may(Permission::WriteUsers) {
        vec![
            Link::new("Off-board selected users", paths::LEAVING),
            Link::new("Remove selected users", paths::USERS_REMOVE),
        ]
    } else {
        Vec::new()
    }
}

/// “Migrate all”, as soon as there is one to migrate.
fn migrate_all(access: &Access, everybody: &[Arc<Person>]) -> Option<Action> {
    let label = match operations::all_migratable(everybody).len() {
        0 => return None,
        1 => "Migrate the static login".to_owned(),
        more => format!("Migrate {more} static logins"),
    };
    let path = paths::USERS_MIGRATE.to_owned();
    Some(fixes::allowed_by(
        access,
        Permission::WriteStaticLogins,
        &label,
        path,
    ))
}

fn columns(sort: &str, address: &Address) -> Vec<SortHeader> {
    let sort = if sort.is_empty() { "email" } else { sort };
    vec![
        SortHeader::new("E-mail", "email", sort, address),
        SortHeader::new("Name", "name", sort, address),
        SortHeader::new("Login", "source", sort, address),
        SortHeader::new("Profiles", "profiles", sort, address),
        SortHeader::new("Contributions", "contributions", sort, address).numeric(),
        SortHeader::new("Findings", "findings", sort, address),
    ]
}

fn matches(person: &Person, query: &ListQuery) -> bool {
    let text = person.mentions(&query.q.trim().to_lowercase());
    let source = match query.source.as_str() {
        "object" => person.password_object().is_some(),
        "static" => person.static_login().is_some(),
        "disabled" => logins::is_disabled(person),
        "none" => person.logins.is_empty(),
        _ => true,
    };
    let finding = query.finding.is_empty()
        || person
            .findings
            .iter()
            .any(|finding| finding.code() == query.finding);
    text && source && finding
}

fn sort(people: &mut [&Arc<Person>], by: &str) {
    let (key, descending) = by.strip_prefix('-').map_or((by, false), |key| (key, true));
    match key {
        "name" => people.sort_by_key(|person| person.display_name().to_lowercase()),
        "source" => people.sort_by_key(|person| person.logins.first().map(|login| login.source)),
        "profiles" => people.sort_by_key(|person| person.owns.len()),
        "contributions" => people.sort_by_key(|person| person.contributes.len()),
        "findings" => people.sort_by_key(|person| std::cmp::Reverse(person.findings.len())),
        // They are kept in this order.
        _ => {}
    }
    if descending {
        people.reverse();
    }
}

fn row(person: &Person) -> UserRow {
    UserRow {
        email: person.key.clone(),
        href: paths::fill(paths::USER, &person.key),
        name: person.display_name().to_owned(),
        sources: sources(person),
        profiles: person
            .owns
            .iter()
            .map(|name| Link::new(name.as_str(), paths::fill(paths::PROFILE, name.as_str())))
            .collect(),
        contributions: person.contributes.len(),
        findings: person
            .findings
            .iter()
            .map(|finding| Badge::new(finding.label(), colour(*finding)))
            .collect(),
    }
}

fn sources(person: &Person) -> Vec<Badge> {
    if person.logins.is_empty() {
        return vec![Badge::new("No login here", "gray")];
    }
    let badge = |source| match source {
        LoginSource::PasswordObject => Badge::new("Password object", "blue"),
        LoginSource::Static => Badge::new("Static entry", "teal"),
    };
    let mut badges: Vec<Badge> = person
        .logins
        .iter()
        .map(|login| badge(login.source))
        .collect();
    if logins::is_disabled(person) {
        badges.push(Badge::new("Disabled", "orange"));
    }
    badges
}

#[derive(Template)]
#[template(path = "users/detail.html")]
struct ShowPage {
    frame: Frame,
    notice: Option<Notice>,
    badges: Vec<Badge>,
    findings: Vec<FindingView>,
    facts: Vec<Fact>,
    owned: Vec<OwnedProfile>,
    contributions: Vec<UserContribution>,
    object: Option<Link>,
    reset: Action,
    switch: Option<Action>,
    sign_out: Action,
    migrate: Option<Action>,
    leave: Option<Action>,
    remove: Action,
}

struct OwnedProfile {
    name: String,
    href: String,
    verdict: &'static str,
    reason: String,
}

struct UserContribution {
    profile: String,
    href: String,
    role: &'static str,
    until: String,
    verdict: &'static str,
    reason: String,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Path(email): Path<String>,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    let may_write = access.may(Permission::WriteUsers);
    let remove = if may_write {
        Action::allowed("Remove user", paths::fill(paths::USER_REMOVE, &person.key))
    } else {
        Action::denied("Remove user", "Your account may not remove logins.")
    };
    let leave = Address::new(paths::LEAVING, &[("user", &person.key)]).with("page", "");
    page::ok(&ShowPage {
        leave: may_write.then(|| Action::allowed("Off-board", leave)),
        frame: frame.titled(person.key.clone()),
        notice: Notice::about("logins", &access.cluster().logins().state),
        badges: sources(&person),
        findings: person
            .findings
            .iter()
            .map(|finding| fixes::view(&access, &person, *finding))
            .collect(),
        facts: facts(&person),
        owned: owned(&access, &person),
        contributions: contributions(&access, &person),
        object: person.password_object().map(|login| object(login)),
        reset: fixes::reset(&access, &person),
        switch: switches::switch(&access, &person),
        sign_out: switches::sign_out(&access, &person),
        migrate: fixes::migrate(&access, &person),
        remove,
    })
}

fn object(login: &Login) -> Link {
    let name = password_object_name(&login.email.folded());
    let shown = Shown::Password;
    Link::new(
        "Show YAML",
        paths::yaml(shown.resource(), DEX_NAMESPACE, &name),
    )
}

fn facts(person: &Person) -> Vec<Fact> {
    let mut facts = vec![Fact::new("E-mail", person.name.as_str())];
    for login in &person.logins {
        let lives = match login.source {
            LoginSource::PasswordObject => {
                "Password object of Dex in namespace auth: effective at once"
            }
            LoginSource::Static => {
                "staticPasswords in the configuration of Dex: a change needs a restart of Dex"
            }
        };
        facts.push(Fact::new("Login lives in", lives));
        facts.push(Fact::new("Name", login.username.as_str()));
        facts.push(Fact::new(
            "User ID",
            if login.user_id.is_empty() {
                "none"
            } else {
                login.user_id.as_str()
            },
        ));
        let cost = login.cost.map_or_else(
            || "not readable".to_owned(),
            |cost| format!("bcrypt, cost {cost}"),
        );
        facts.push(Fact::new("Password hash", cost));
        if login.disabled {
            facts.push(Fact::new(
                "Disabled",
                "The real hash waits in the Password object",
            ));
        }
    }
    facts
}

fn owned(access: &Access, person: &Person) -> Vec<OwnedProfile> {
    let profiles = person
        .owns
        .iter()
        .filter_map(|name| access.cluster().profile(name));
    profiles
        .map(|profile| OwnedProfile {
            name: profile.name.to_string(),
            href: paths::fill(paths::PROFILE, profile.name.as_str()),
            verdict: profile.health.verdict.as_str(),
            reason: profile.health.reason.clone(),
        })
        .collect()
}

fn contributions(access: &Access, person: &Person) -> Vec<UserContribution> {
    let all = access.cluster().contributions();
    let theirs = all
        .items
        .iter()
        .filter(|contribution| contribution.user.folded() == person.key);
    theirs
        .map(|contribution| {
            let (verdict, reason) = contribution.health();
            UserContribution {
                profile: contribution.profile.to_string(),
                href: paths::fill(paths::PROFILE, contribution.profile.as_str()),
                role: contribution.role.as_str(),
                until: until::words(contribution.until.as_ref()),
                verdict,
                reason: reason.to_owned(),
            }
        })
        .collect()
}
