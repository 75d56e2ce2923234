//! The list of profiles, one profile, and the forms to create and delete one.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::form::NewProfileForm;
use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{
    HealthVerdict, Permission, Profile, ProfileName, Quantity, ResourceName, Role,
};
use crate::features::quotas::form::QuotaFields;
use crate::web::extract::{Path, Query};
use crate::web::fields::{Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, Pager};
use crate::web::problem::Problem;
use crate::web::view::{self, Action, Badge, Fact, Meter, Notice, SortHeader, Tools, When};
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
    denied: String,
    tools: Tools,
    columns: Vec<SortHeader>,
    rows: Vec<ProfileRow>,
    pager: Pager,
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
    })
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
    let wanted = query.q.trim().to_lowercase();
    let owner = profile
        .owner
        .as_ref()
        .map(|owner| owner.name.folded())
        .unwrap_or_default();
    let text =
        wanted.is_empty() || profile.name.as_str().contains(&wanted) || owner.contains(&wanted);
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

pub(super) fn find(access: &Access, name: &ProfileName) -> Result<Arc<Profile>, Problem> {
    let found = access.cluster().profile(name);
    found.ok_or_else(|| {
        Problem::not_found(&format!("profile named {name}"))
            .way("See all profiles", paths::PROFILES)
    })
}

#[derive(Template)]
#[template(path = "profiles/detail.html")]
struct ShowPage {
    frame: Frame,
    notice: Option<Notice>,
    errors: Vec<FieldError>,
    badges: Vec<Badge>,
    verdict: &'static str,
    reason: String,
    remedy: String,
    facts: Vec<Fact>,
    quota: Vec<QuotaRow>,
    quota_edit: Action,
    contributors: Vec<ContributorRow>,
    add: Option<AddContributor>,
    add_denied: String,
    yaml: String,
    delete: Action,
}

struct QuotaRow {
    resource: String,
    used: String,
    limit: String,
    meter: Meter,
}

struct ContributorRow {
    user: String,
    href: String,
    role: &'static str,
    verdict: &'static str,
    reason: String,
    remove_action: String,
}

struct AddContributor {
    action: String,
    user: Field,
    role: SelectField,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = find(&access, &name)?;
    let can = |permission, label: &str, path: &str| {
        if access.may(permission) {
            Action::allowed(label, paths::fill(path, name.as_str()))
        } else {
            Action::denied(
                label,
                format!("Your account may not {}.", permission.describe()),
            )
        }
    };
    page::ok(&ShowPage {
        frame: frame.titled(name.as_str()),
        notice: Notice::about("profiles", &access.cluster().profiles().state),
        errors: Vec::new(),
        badges: view::manager_badge(profile.managed_by),
        verdict: profile.health.verdict.as_str(),
        reason: profile.health.reason.clone(),
        remedy: profile.health.remedy.clone(),
        facts: facts(&profile),
        quota: quota_rows(&profile),
        quota_edit: can(Permission::WriteQuotas, "Edit quota", paths::QUOTA),
        contributors: contributors(&access, &name),
        add: access
            .may(Permission::WriteContributors)
            .then(|| add_contributor(&name)),
        add_denied: "Your account may not add contributors.".to_owned(),
        yaml: access.cluster().profile_yaml(&name).await?,
        delete: can(
            Permission::WriteProfiles,
            "Delete profile",
            paths::PROFILE_DELETE,
        ),
    })
}

fn facts(profile: &Profile) -> Vec<Fact> {
    let mut facts = Vec::new();
    match &profile.owner {
        Some(owner) => {
            let href = paths::fill(paths::USER, owner.name.as_str());
            facts.push(
                Fact::new(&format!("Owner ({})", owner.kind), owner.name.as_str()).linked(href),
            );
        }
        None => facts.push(Fact::new("Owner", "none")),
    }
    facts.push(Fact::new("Namespace", profile.name.as_str()));
    if let Some(at) = profile.created_at {
        let when = When::new(at, Clock.now());
        facts.push(Fact::new(
            "Created",
            format!("{} ({})", when.text, when.exact),
        ));
    }
    facts
}

fn quota_rows(profile: &Profile) -> Vec<QuotaRow> {
    let limits = if profile.quota_use.hard.is_empty() {
        &profile.quota
    } else {
        &profile.quota_use.hard
    };
    limits
        .iter()
        .map(|(name, limit)| {
            let meter = Meter::new(name, profile.quota_use.used.get(name), limit);
            QuotaRow {
                resource: name.to_string(),
                used: meter.used.clone(),
                limit: limit.to_string(),
                meter,
            }
        })
        .collect()
}

fn contributors(access: &Access, name: &ProfileName) -> Vec<ContributorRow> {
    let removable = access.may(Permission::WriteContributors);
    let found = access.contributors_of(name);
    let rows = found.iter().map(|contribution| {
        let (verdict, reason) = contribution.health();
        let remove = if removable {
            paths::fill(paths::CONTRIBUTOR_REMOVE, name.as_str())
        } else {
            String::new()
        };
        ContributorRow {
            user: contribution.user.to_string(),
            href: paths::fill(paths::USER, &contribution.user.folded()),
            role: contribution.role.as_str(),
            verdict,
            reason: reason.to_owned(),
            remove_action: remove,
        }
    });
    rows.collect()
}

fn add_contributor(name: &ProfileName) -> AddContributor {
    let none = FormErrors::default();
    let mut user = Field::text("email", "E-mail", "", &none);
    user.kind = "email";
    let options = Role::ALL
        .into_iter()
        .map(|role| Choice::new(role.as_str(), role.as_str(), Role::Edit.as_str()))
        .collect();
    AddContributor {
        action: paths::fill(paths::CONTRIBUTORS, name.as_str()),
        user,
        role: SelectField::new("role", "Role", options),
    }
}

#[derive(Template)]
#[template(path = "profiles/new.html")]
pub(super) struct NewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: Field,
    owner: Field,
    quota: QuotaFields,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct NewQuery {
    #[serde(default)]
    owner: String,
}

pub(super) async fn new(
    _: Access,
    frame: Frame,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    page::ok(&NewPage::with(
        frame,
        &NewProfileForm::empty(&query.owner),
        FormErrors::default(),
    ))
}

impl NewPage {
    pub(super) fn with(frame: Frame, form: &NewProfileForm, errors: FormErrors) -> Self {
        let mut owner = Field::text("owner", "Owner", &form.owner, &errors)
            .hint("E-mail of the person, exactly as they sign in");
        owner.kind = "email";
        Self {
            frame: frame.titled("Create profile"),
            name: Field::text("name", "Name", &form.name, &errors).hint(
                "Becomes a namespace: lower-case letters, digits and -, at most 63 characters",
            ),
            owner,
            quota: form
                .quota
                .fields(&crate::domain::QuotaUse::default(), &errors),
            errors: errors.0,
        }
    }
}

#[derive(Template)]
#[template(path = "profiles/delete.html")]
pub(super) struct DeletePage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    action: String,
    back_href: String,
    inventory: Vec<Fact>,
    notice: Option<Notice>,
    confirm: Field,
}

pub(super) async fn delete(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = find(&access, &name)?;
    page::ok(&DeletePage::with(
        frame,
        &profile,
        "",
        FormErrors::default(),
    ))
}

impl DeletePage {
    pub(super) fn with(frame: Frame, profile: &Profile, confirm: &str, errors: FormErrors) -> Self {
        let name = profile.name.as_str();
        let used = profile
            .quota_use
            .used
            .iter()
            .map(|(resource, amount)| Fact::new(resource.as_str(), format!("{amount} in use")));
        let mut inventory = facts(profile);
        inventory.extend(used);
        Self {
            frame: frame.titled(format!("Delete {name}")),
            name: name.to_owned(),
            action: paths::fill(paths::PROFILE_DELETE, name),
            back_href: paths::fill(paths::PROFILE, name),
            inventory,
            notice: Some(Notice::new(
                "warning",
                "Everything in the namespace goes",
                "Notebooks, volumes, pipeline runs, models and secrets. What a volume holds is lost unless its class keeps it.",
            )),
            confirm: Field::text(
                "confirm",
                &format!("Type {name} to confirm"),
                confirm,
                &errors,
            ),
            errors: errors.0,
        }
    }
}
