//! The list of profiles.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{HealthVerdict, Permission, Profile, ProfileName, Quantity, ResourceName};
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, Pager};
use crate::web::problem::Problem;
use crate::web::view::{self, Badge, Link, Meter, Notice, SortHeader, Tools, When};
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    health: String,
    #[serde(default)]
    quota: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "profiles/list.html")]
struct ListPage {
    frame: Frame,
    notice: Option<Notice>,
    loaded: bool,
    may_write: bool,
    may_quota: bool,
    quotas_href: &'static str,
    denied: String,
    tools: Tools,
    columns: Vec<SortHeader>,
    rows: Vec<ProfileRow>,
    pager: Pager,
    bulk_actions: Vec<Link>,
}

struct ProfileRow {
    name: String,
    href: String,
    owner: String,
    owner_href: String,
    badges: Vec<Badge>,
    verdict: &'static str,
    reason: String,
    meters: Vec<Meter>,
    contributors: usize,
    age: When,
}

pub(super) async fn list(
    access: Access,
    frame: Frame,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let address = Address::new(
        paths::PROFILES,
        &[
            ("q", &query.q),
            ("health", &query.health),
            ("quota", &query.quota),
            ("sort", &query.sort),
        ],
    );
    let all = access.cluster().profiles();
    let counts = contributor_counts(&access);
    let count = |profile: &Profile| counts.get(&profile.name).copied().unwrap_or_default();
    let mut profiles: Vec<&Arc<Profile>> = all
        .items
        .iter()
        .filter(|profile| matches(profile, &query))
        .collect();
    sort(&mut profiles, &query.sort, &count);
    let (shown, pager) = pager::page(&address, query.page, profiles.len());
    let now = Clock.now();
    let verdicts: Vec<(&str, &str)> = HealthVerdict::ALL
        .into_iter()
        .map(|v| (v.as_str(), v.as_str()))
        .collect();
    page::ok(&ListPage {
        frame: frame.titled("Profiles"),
        notice: Notice::about("profiles", &all.state),
        loaded: !all.items.is_empty() || Notice::about("profiles", &all.state).is_none(),
        may_write: access.may(Permission::WriteProfiles),
        may_quota: access.may(Permission::WriteQuotas),
        quotas_href: paths::PROFILES_QUOTA,
        denied: "Your account may not create profiles.".to_owned(),
        tools: Tools::new(paths::PROFILES, "Search profiles", &query.q, &address)
            .filter("health", "Health", &verdicts, &query.health, &address)
            .filter(
                "quota",
                "Quota",
                &[("full", "At its limit"), ("none", "No quota")],
                &query.quota,
                &address,
            )
            .keeping("sort", &query.sort),
        columns: columns(&query.sort, &address),
        rows: profiles[shown]
            .iter()
            .map(|profile| row(profile, count(profile), now))
            .collect(),
        pager,
        bulk_actions: bulk_actions(&access),
    })
}

fn bulk_actions(access: &Access) -> Vec<Link> {
    let actions = [
        (
            Permission::WriteQuotas,
            "Set limits for all selected",
            paths::PROFILES_QUOTA,
        ),
        (
            Permission::WriteProfiles,
            "Delete selected profiles",
            paths::PROFILES_DELETE,
        ),
    ];
    let allowed = actions.into_iter().filter(|(need, _, _)| access.may(*need));
    allowed
        .map(|(_, label, path)| Link::new(label, path))
        .collect()
}

fn contributor_counts(access: &Access) -> std::collections::BTreeMap<ProfileName, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for contribution in access.cluster().contributions().items.iter() {
        *counts.entry(contribution.profile.clone()).or_default() += 1;
    }
    counts
}

fn columns(sort: &str, address: &Address) -> Vec<SortHeader> {
    let sort = if sort.is_empty() { "name" } else { sort };
    vec![
        SortHeader::new("Profile", "name", sort, address),
        SortHeader::new("Owner", "owner", sort, address),
        SortHeader::new("Health", "health", sort, address),
        SortHeader::new("Quota", "quota", sort, address),
        SortHeader::new("Contributors", "contributors", sort, address).numeric(),
        SortHeader::new("Age", "age", sort, address),
    ]
}

fn matches(profile: &Profile, query: &ListQuery) -> bool {
    let text = profile.mentions(&query.q.trim().to_lowercase());
    let health = query.health.is_empty() || profile.health.verdict.as_str() == query.health;
    let quota = match query.quota.as_str() {
        "full" => fullest(profile) >= 100,
        "none" => profile.quota.is_empty(),
        _ => true,
    };
    text && health && quota
}

/// The highest use of any limit, in per cent.
fn fullest(profile: &Profile) -> u32 {
    let hard = &profile.quota_use.hard;
    let used = |name: &ResourceName| profile.quota_use.used.get(name).unwrap_or(Quantity::ZERO);
    hard.iter()
        .filter_map(|(name, limit)| used(name).percent_of(limit))
        .max()
        .unwrap_or_default()
}

fn sort(profiles: &mut [&Arc<Profile>], by: &str, count: &impl Fn(&Profile) -> usize) {
    let (key, descending) = by.strip_prefix('-').map_or((by, false), |key| (key, true));
    match key {
        "owner" => {
            profiles.sort_by_key(|profile| profile.owner.as_ref().map(|owner| owner.name.folded()));
        }
        "health" => profiles.sort_by_key(|profile| profile.health.verdict),
        "quota" => profiles.sort_by_key(|profile| std::cmp::Reverse(fullest(profile))),
        "contributors" => profiles.sort_by_key(|profile| count(profile)),
        "age" => profiles.sort_by_key(|profile| profile.created_at),
        // They are kept in this order.
        _ => {}
    }
    if descending {
        profiles.reverse();
    }
}

fn row(profile: &Profile, contributors: usize, now: Timestamp) -> ProfileRow {
    let owner = profile
        .owner
        .as_ref()
        .map(|owner| owner.name.to_string())
        .unwrap_or_default();
    ProfileRow {
        name: profile.name.to_string(),
        href: paths::fill(paths::PROFILE, profile.name.as_str()),
        owner_href: if owner.is_empty() {
            String::new()
        } else {
            paths::fill(paths::USER, &owner)
        },
        owner,
        badges: view::manager_badge(profile.managed_by),
        verdict: profile.health.verdict.as_str(),
        reason: profile.health.reason.clone(),
        meters: view::meters(profile).into_iter().take(3).collect(),
        contributors,
        age: profile
            .created_at
            .map(|at| When::new(at, now))
            .unwrap_or_default(),
    }
}
