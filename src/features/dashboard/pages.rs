//! What needs attention, at a glance.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;

use super::attention::{self, Group};
use super::capacity::{self, Capacity};
use crate::access::{Access, SignedIn};
use crate::clock::Clock;
use crate::domain::{AuditFilter, HealthVerdict, Permission, Profile, State};
use crate::store::OperationFilter;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{ActivityRow, Notice, OperationRow};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "dashboard/show.html")]
struct ShowPage {
    frame: Frame,
    notices: Vec<Notice>,
    counts: Vec<Count>,
    attention: Vec<Group>,
    attention_loaded: bool,
    capacity: Capacity,
    running: Vec<OperationRow>,
    recent: Vec<ActivityRow>,
}

struct Count {
    label: &'static str,
    value: String,
    detail: String,
    href: String,
    level: &'static str,
}

pub(super) async fn show(signed_in: SignedIn, frame: Frame) -> Result<Response, Problem> {
    let Some(access) = signed_in.access(Permission::ReadProfiles) else {
        return Ok(Redirect::to(paths::MINE).into_response());
    };
    let now = Clock.now();
    let profiles = access.cluster().profiles();
    let notices: Vec<Notice> = Notice::about("profiles", &profiles.state)
        .into_iter()
        .collect();
    let (running, recent) = record(&access, now).await?;
    let attention = attention::groups(&access, &profiles.items).await?;
    page::ok(&ShowPage {
        frame: frame.titled("Overview"),
        counts: counts(&access, &profiles.items),
        attention,
        capacity: capacity::of(&profiles.items),
        attention_loaded: notices.is_empty(),
        notices,
        running,
        recent,
    })
}

/// What is going on, which plans of theirs wait, and what happened last, for those who may see the record.
async fn record(
    access: &Access,
    now: Timestamp,
) -> Result<(Vec<OperationRow>, Vec<ActivityRow>), Problem> {
    if !access.may(Permission::ReadActivity) {
        return Ok((Vec::new(), Vec::new()));
    }
    let filter = OperationFilter {
        state: Some(State::Running),
        ..OperationFilter::default()
    };
    let (mut running, _) = access.operations(&filter, 5, 0).await?;
    let filter = OperationFilter {
        state: Some(State::Planned),
        actor: access.actor().user.to_string(),
        ..OperationFilter::default()
    };
    let (mut planned, _) = access.operations(&filter, 5, 0).await?;
    planned.retain(|operation| access.is_mine(operation));
    running.append(&mut planned);
    let (recent, _) = access.activity(&AuditFilter::default(), 8, 0).await?;
    Ok((
        running
            .iter()
            .map(|operation| OperationRow::new(operation, now))
            .collect(),
        recent
            .iter()
            .map(|event| ActivityRow::new(event, now))
            .collect(),
    ))
}

fn counts(access: &Access, profiles: &[std::sync::Arc<Profile>]) -> Vec<Count> {
    let unwell = profiles.iter().filter(|profile| is_unwell(profile)).count();
    let healthy = profiles
        .iter()
        .filter(|profile| profile.health.verdict == HealthVerdict::Healthy)
        .count();
    let full = profiles
        .iter()
        .filter(|profile| attention::is_full(profile))
        .count();
    let mut counts = Vec::new();
    if access.may(Permission::ReadUsers) {
        let people = access.people();
        let logins = people
            .iter()
            .filter(|person| !person.logins.is_empty())
            .count();
        counts.push(count(
            "Users",
            people.len(),
            format!("{logins} with a login in Dex"),
            paths::USERS,
            "plain",
        ));
    }
    counts.push(count(
        "Profiles",
        profiles.len(),
        format!("{healthy} healthy"),
        paths::PROFILES,
        "plain",
    ));
    let level = if unwell > 0 { "danger" } else { "plain" };
    let href = format!("{}?sort=health", paths::PROFILES);
    counts.push(count(
        "Unhealthy profiles",
        unwell,
        if unwell > 0 {
            "something of them is missing or wrong".to_owned()
        } else {
            "nothing is missing or wrong".to_owned()
        },
        &href,
        level,
    ));
    let level = if full > 0 { "warning" } else { "plain" };
    let href = format!("{}?quota=full", paths::PROFILES);
    counts.push(count(
        "At their limit",
        full,
        if full > 0 {
            "some quota is used up".to_owned()
        } else {
            "every quota has room".to_owned()
        },
        &href,
        level,
    ));
    counts
}

fn count(
    label: &'static str,
    value: usize,
    detail: String,
    href: &str,
    level: &'static str,
) -> Count {
    Count {
        label,
        value: value.to_string(),
        detail,
        href: href.to_owned(),
        level,
    }
}

fn is_unwell(profile: &Profile) -> bool {
    matches!(
        profile.health.verdict,
        HealthVerdict::Broken | HealthVerdict::Unknown
    )
}
