//! What needs attention, in groups: each says what it is, how many there are, and leads to the list of all of them.

use std::sync::Arc;

use crate::access::{Access, Finding, KnownEnding};
use crate::domain::{EndState, HealthVerdict, Permission, Profile, Quantity, State};
use crate::store::{self, OperationFilter};
use crate::web::pager::Address;
use crate::web::paths;
use crate::web::view::OperationRow;

/// Things of a group that are named; the list behind it has the rest.
const NAMED: usize = 3;

/// Things that have the same trouble.
pub(super) struct Group {
    pub verdict: &'static str,
    pub title: String,
    /// What it means, where that is the same for all of them; else empty.
    pub text: String,
    pub href: String,
    pub total: usize,
    pub lines: Vec<Line>,
    /// How many are not named.
    pub more: usize,
}

/// One thing, with its own reason where it has one.
pub(super) struct Line {
    pub title: String,
    pub href: String,
    pub text: String,
}

/// Findings of logins that somebody should act on, the worst first.
const FINDINGS: [(Finding, HealthVerdict); 5] = [
    (Finding::DefaultPassword, HealthVerdict::Broken),
    (Finding::Cost, HealthVerdict::Broken),
    (Finding::Duplicate, HealthVerdict::Warning),
    (Finding::UpperCase, HealthVerdict::Warning),
    (Finding::NoUserId, HealthVerdict::Warning),
];

/// Every group that has something, the worst first.
pub(super) async fn groups(
    access: &Access,
    profiles: &[Arc<Profile>],
) -> Result<Vec<Group>, store::Error> {
    let mut groups: Vec<(HealthVerdict, Group)> = Vec::new();
    for (verdict, title) in [
        (HealthVerdict::Broken, "Broken profiles"),
        (HealthVerdict::Unknown, "Profiles that cannot be judged"),
        (HealthVerdict::Warning, "Profiles with a warning"),
    ] {
        let found = profiles.iter().filter(|p| p.health.verdict == verdict);
        let href = Address::new(paths::PROFILES, &[]).with("health", verdict.as_str());
        let lines = found.map(|profile| line_of(profile, &profile.health.reason));
        groups.push((verdict, group(verdict, title, href, lines.collect())));
    }
    groups.extend(of_logins(access));
    groups.push((HealthVerdict::Broken, failed(access).await?));
    groups.push((HealthVerdict::Warning, dates(access).await?));
    groups.retain(|(_, group)| group.total > 0);
    groups.sort_by_key(|(verdict, _)| *verdict);
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

/// Is some limit used up? Their health says so too, so they are no group of their own.
pub(super) fn is_full(profile: &Profile) -> bool {
    let used = |name| profile.quota_use.used.get(name).unwrap_or(Quantity::ZERO);
    profile
        .quota_use
        .hard
        .iter()
        .any(|(name, limit)| !limit.is_zero() && used(name) >= limit)
}

fn group(verdict: HealthVerdict, title: &str, href: String, mut lines: Vec<Line>) -> Group {
    let total = lines.len();
    lines.truncate(NAMED);
    Group {
        verdict: verdict.as_str(),
        title: title.to_owned(),
        text: String::new(),
        href,
        total,
        more: total - lines.len(),
        lines,
    }
}

fn line_of(profile: &Profile, text: &str) -> Line {
    Line {
        title: profile.name.to_string(),
        href: paths::fill(paths::PROFILE, profile.name.as_str()),
        text: text.to_owned(),
    }
}

fn of_logins(access: &Access) -> Vec<(HealthVerdict, Group)> {
    if !access.may(Permission::ReadUsers) {
        return Vec::new();
    }
    let people = access.people();
    let of = |(finding, verdict): (Finding, HealthVerdict)| {
        let with = people.iter().filter(|p| p.findings.contains(&finding));
        let lines = with.map(|person| Line {
            title: person.key.clone(),
            href: paths::fill(paths::USER, &person.key),
            text: String::new(),
        });
        let href = Address::new(paths::USERS, &[]).with("finding", finding.code());
        let group = Group {
            text: finding.explain().to_owned(),
            ..group(verdict, finding.label(), href, lines.collect())
        };
        (verdict, group)
    };
    FINDINGS.into_iter().map(of).collect()
}

/// Dates that somebody relies on, and that will not end anything by themselves.
async fn dates(access: &Access) -> Result<Group, store::Error> {
    let href = Address::new(paths::ACCESS_DATES, &[]).with("state", "stuck");
    let title = "Dates that end nothing by themselves";
    if !access.may(Permission::ReadAccess) {
        return Ok(group(HealthVerdict::Warning, title, href, Vec::new()));
    }
    let (known, _) = access.endings().await?;
    let line = |one: &KnownEnding| match &one.state {
        EndState::Stuck(why) => Some(Line {
            title: one.ending.thing.subject(),
            href: paths::date_of(&one.ending.thing),
            text: why.clone(),
        }),
        EndState::Ahead | EndState::Due => None,
    };
    let lines = known.iter().filter_map(line).collect();
    Ok(group(HealthVerdict::Warning, title, href, lines))
}

/// Operations that stopped in the middle: somebody has to resume or undo them.
async fn failed(access: &Access) -> Result<Group, store::Error> {
    let href = Address::new(paths::OPERATIONS, &[]).with("state", State::Failed.as_str());
    let mut group = group(HealthVerdict::Broken, "Failed operations", href, Vec::new());
    "They stopped in the middle. Resume or undo them.".clone_into(&mut group.text);
    if !access.may(Permission::ReadActivity) {
        return Ok(group);
    }
    let filter = OperationFilter {
        state: Some(State::Failed),
        ..OperationFilter::default()
    };
    let named = u32::try_from(NAMED).unwrap_or(u32::MAX);
    let (operations, total) = access.operations(&filter, named, 0).await?;
    group.lines = operations
        .iter()
        .map(|operation| {
            let row = OperationRow::new(operation, operation.updated_at);
            Line {
                title: format!("{} {}", row.title, row.subject),
                href: row.href,
                text: String::new(),
            }
        })
        .collect();
    group.total = usize::try_from(total).unwrap_or(usize::MAX);
    group.more = group.total - group.lines.len();
    Ok(group)
}
