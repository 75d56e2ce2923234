//! What needs attention, at a glance.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;

use crate::access::{Access, Finding, SignedIn};
use crate::clock::Clock;
use crate::domain::{AuditFilter, HealthVerdict, Permission, Profile, Quantity, State};
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
    attention: Vec<Attention>,
    attention_loaded: bool,
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

struct Attention {
    verdict: &'static str,
    title: String,
    text: String,
    href: String,
}

/// Lines of “what needs attention”; the rest is a filter away.
const MOST_LINES: usize = 12;

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
    page::ok(&ShowPage {
        frame: frame.titled("Overview"),
        counts: counts(&access, &profiles.items),
        attention: attention(&access, &profiles.items),
        attention_loaded: notices.is_empty(),
        notices,
        running,
        recent,
    })
}

/// What is going on and what happened last, for those who may see the record.
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
    let (running, _) = access.operations(&filter, 5, 0).await?;
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
    let full = profiles.iter().filter(|profile| is_full(profile)).count();
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
        "something of them is missing or wrong".to_owned(),
        &href,
        level,
    ));
    let level = if full > 0 { "warning" } else { "plain" };
    let href = format!("{}?quota=full", paths::PROFILES);
    counts.push(count(
        "At their limit",
        full,
        "some quota is used up".to_owned(),
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

fn is_full(profile: &Profile) -> bool {
    let used = |name| profile.quota_use.used.get(name).unwrap_or(Quantity::ZERO);
    profile
        .quota_use
        .hard
        .iter()
        .any(|(name, limit)| !limit.is_zero() && used(name) >= limit)
}

fn attention(access: &Access, profiles: &[std::sync::Arc<Profile>]) -> Vec<Attention> {
    let mut lines: Vec<(HealthVerdict, Attention)> = profiles
        .iter()
        .filter(|profile| {
            matches!(
                profile.health.verdict,
                HealthVerdict::Broken | HealthVerdict::Warning
            )
        })
        .map(|profile| {
            let line = Attention {
                verdict: profile.health.verdict.as_str(),
                title: format!("Profile {}", profile.name),
                text: profile.health.reason.clone(),
                href: paths::fill(paths::PROFILE, profile.name.as_str()),
            };
            (profile.health.verdict, line)
        })
        .collect();
    if access.may(Permission::ReadUsers) {
        for person in access.people().iter() {
            for finding in person.findings.iter().filter(|f| {
                matches!(
                    f,
                    Finding::DefaultPassword | Finding::Cost | Finding::Duplicate
                )
            }) {
                let line = Attention {
                    verdict: "Broken",
                    title: person.key.clone(),
                    text: finding.explain().to_owned(),
                    href: paths::fill(paths::USER, &person.key),
                };
                lines.push((HealthVerdict::Broken, line));
            }
        }
    }
    lines.sort_by_key(|(verdict, _)| *verdict);
    lines
        .into_iter()
        .map(|(_, line)| line)
        .take(MOST_LINES)
        .collect()
}
