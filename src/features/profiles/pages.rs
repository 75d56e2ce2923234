//! One profile.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;

use super::plugins;
use super::repairs::{RepairRow, refusals, repairs};
use crate::access::Access;
use crate::clock::Clock;
use crate::cluster::{OWNER_BINDING, OWNER_POLICY, QUOTA_NAME, Shown};
use crate::domain::{
    Contribution, HealthVerdict, Permission, Profile, ProfileName, Refusal, Role, binding_name,
};
use crate::web::extract::Path;
use crate::web::fields::{Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::frame::Frame;
use crate::web::pager::Address;
use crate::web::problem::Problem;
use crate::web::view::{self, Action, Badge, Fact, Link, Meter, Notice, When};
use crate::web::{page, paths, until};

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
    usage_href: String,
    quota_edit: Action,
    contributors: Vec<ContributorRow>,
    add: Option<AddContributor>,
    add_denied: String,
    objects: Vec<Link>,
    delete: Action,
    transfer: Action,
    frozen: Option<String>,
    freeze: Action,
    refreeze: Option<Action>,
    reach_href: String,
    repairs: Vec<RepairRow>,
    refusals: Vec<Refusal>,
    refusals_note: String,
    unstick: Option<Action>,
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
    until: String,
    date_href: String,
    remove_action: String,
    objects: Vec<Link>,
}

struct AddContributor {
    action: String,
    user: Field,
    role: SelectField,
    until: Field,
    /// Below the whole row, so that its fields stand in line.
    until_hint: String,
}

const WRITE: Permission = Permission::WriteProfiles;
const UNSTICK: &str = "Let the deletion go on";

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = find(&access, &name)?;
    let frozen = frozen(&access, &name).await;
    let mut facts = facts(&profile);
    facts.extend(plugins::facts(&access, &name).await);
    let (refusals, refusals_note) = refusals(&access, &name).await;
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
        facts,
        quota: quota_rows(&profile),
        usage_href: paths::fill(paths::PROFILE_USAGE, name.as_str()),
        quota_edit: can(Permission::WriteQuotas, "Edit quota", paths::QUOTA),
        contributors: contributors(&access, &name),
        add: access
            .may(Permission::WriteContributors)
            .then(|| add_contributor(&name)),
        add_denied: "Your account may not add contributors.".to_owned(),
        objects: objects(&name),
        delete: can(WRITE, "Delete profile", paths::PROFILE_DELETE),
        transfer: can(Permission::WriteOwners, "Transfer", paths::PROFILE_OWNER),
        freeze: match frozen {
            Some(_) => can(Permission::WriteQuotas, "Thaw", paths::PROFILE_THAW),
            None => can(Permission::WriteQuotas, "Freeze", paths::PROFILE_FREEZE),
        },
        refreeze: frozen.as_ref().map(|_| {
            can(
                Permission::WriteQuotas,
                "Change freeze",
                paths::PROFILE_FREEZE,
            )
        }),
        frozen,
        reach_href: reach_href(&access, &name),
        repairs: repairs(&access, &name).await,
        refusals,
        refusals_note,
        unstick: is_stuck(&access, &profile).then(|| can(WRITE, UNSTICK, paths::PROFILE_UNSTICK)),
    })
}

/// The page of everybody who can reach it; empty when this person may not see it.
fn reach_href(access: &Access, name: &ProfileName) -> String {
    if !access.may(Permission::ReadAccess) {
        return String::new();
    }
    let query = [("by", "lines"), ("profile", name.as_str())];
    Address::new(paths::ACCESS, &query).with("page", "")
}

/// Is it being deleted while its namespace names another owner? Then it hangs for ever.
fn is_stuck(access: &Access, profile: &Profile) -> bool {
    let owner = profile.owner.as_ref().map(|owner| owner.name.as_str());
    let annotated = access.cluster().namespace_owner(&profile.name);
    profile.health.verdict == HealthVerdict::Terminating
        && annotated.is_some()
        && annotated.as_deref() != owner
}

/// Why it is frozen and until when, if it is and if this person may see it.
async fn frozen(access: &Access, name: &ProfileName) -> Option<String> {
    let acting = access.cluster().acting_as(access.actor()).ok()?;
    let frozen = acting.frozen(name).await.ok().flatten()?;
    let until = until::words(frozen.until.as_ref());
    let parts = [frozen.reason.as_str(), until.as_str()];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Some(said.join(" · "))
}

pub(super) fn facts(profile: &Profile) -> Vec<Fact> {
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
            until: until::words(contribution.until.as_ref()),
            date_href: if removable {
                paths::date_of(&contribution.dated())
            } else {
                String::new()
            },
            remove_action: remove,
            objects: halves(contribution),
        }
    });
    rows.collect()
}

/// What the profile controller makes of a profile, by the names that it uses.
fn objects(name: &ProfileName) -> Vec<Link> {
    let name = name.as_str();
    let link = |shown: Shown, namespace: &str, object: &str| {
        let label = if object == name {
            shown.kind().to_owned()
        } else {
            format!("{} {object}", shown.kind())
        };
        Link::new(label, paths::yaml(shown.resource(), namespace, object))
    };
    vec![
        link(Shown::Profile, "", name),
        link(Shown::Namespace, "", name),
        link(Shown::ResourceQuota, name, QUOTA_NAME),
        link(Shown::RoleBinding, name, OWNER_BINDING),
        link(Shown::AuthorizationPolicy, name, OWNER_POLICY),
    ]
}

/// Both objects of a contributor have one name; only those that are there are offered.
fn halves(contribution: &Contribution) -> Vec<Link> {
    let name = binding_name(contribution.user.as_str(), contribution.role);
    let namespace = contribution.profile.as_str();
    [
        (Shown::RoleBinding, contribution.binding),
        (Shown::AuthorizationPolicy, contribution.policy),
    ]
    .into_iter()
    .filter(|(_, is_there)| *is_there)
    .map(|(shown, _)| {
        Link::new(
            shown.kind(),
            paths::yaml(shown.resource(), namespace, &name),
        )
    })
    .collect()
}

fn add_contributor(name: &ProfileName) -> AddContributor {
    let none = FormErrors::default();
    let mut user = Field::text("email", "E-mail", "", &none);
    user.kind = "email";
    let mut until = until::field("", &none);
    let until_hint = until.hint.take().unwrap_or_default();
    let options = Role::ALL
        .into_iter()
        .map(|role| Choice::new(role.as_str(), role.as_str(), Role::Edit.as_str()))
        .collect();
    AddContributor {
        action: paths::fill(paths::CONTRIBUTORS, name.as_str()),
        user,
        role: SelectField::new("role", "Role", options),
        until,
        until_hint,
    }
}
