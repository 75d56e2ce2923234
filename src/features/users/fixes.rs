//! What is wrong with a person's logins, in words, each with the way to mend it.

use super::operations::Fix;
use crate::access::{Access, Finding, Person};
use crate::domain::{Email, LoginSource, Permission};
use crate::web::paths;
use crate::web::view::{Action, Link};

pub(super) const DISABLED: &str =
    "This login is disabled, and a new password would let somebody in. Enable it first.";

pub(super) struct FindingView {
    pub(super) verdict: &'static str,
    pub(super) title: String,
    pub(super) text: String,
    /// Plans the operation that mends it.
    pub(super) fix: Option<Action>,
    /// Where it is mended by hand.
    pub(super) way: Option<Link>,
}

/// How much a finding matters.
pub(super) fn colour(finding: Finding) -> &'static str {
    match finding {
        Finding::DefaultPassword | Finding::Cost => "red",
        Finding::UpperCase | Finding::Duplicate | Finding::NoUserId | Finding::SharedUserId => {
            "orange"
        }
        Finding::NoProfile | Finding::NoLogin | Finding::Stranger => "gray",
    }
}

pub(super) fn view(access: &Access, person: &Person, finding: Finding) -> FindingView {
    let verdict = if colour(finding) == "red" {
        "Broken"
    } else {
        "Warning"
    };
    let mut text = finding.explain().to_owned();
    if matches!(finding, Finding::NoLogin | Finding::Stranger) {
        text.push(' ');
        text.push_str(&connectors(access));
    }
    FindingView {
        verdict,
        title: finding.label().to_owned(),
        text,
        fix: fix(access, person, finding),
        way: way(access, person, finding),
    }
}

fn connectors(access: &Access) -> String {
    let connectors = access.cluster().dex().connectors;
    if connectors.is_empty() {
        return "Dex has no connector here, so this person cannot sign in.".to_owned();
    }
    let names: Vec<String> = connectors
        .iter()
        .map(|connector| format!("{} ({})", connector.name, connector.kind))
        .collect();
    format!(
        "Dex has connectors here: {}. Who comes through one of them is kept there, is not shown before, and is not changed by this dashboard.",
        names.join(", ")
    )
}

fn fix(access: &Access, person: &Person, finding: Finding) -> Option<Action> {
    let label = match finding {
        Finding::DefaultPassword | Finding::Cost => return Some(reset(access, person)),
        Finding::UpperCase => "Write it in lower case",
        Finding::Duplicate => "Remove the login that Dex does not use",
        Finding::NoUserId | Finding::SharedUserId => "Give a user ID of its own",
        Finding::NoProfile | Finding::NoLogin | Finding::Stranger => return None,
    };
    let fix = match Fix::of(person, finding) {
        Ok(fix) => fix,
        Err(why) => return Some(Action::denied(label, why)),
    };
    let needed = if fix.needs_restart() {
        Permission::WriteStaticLogins
    } else {
        Permission::WriteUsers
    };
    let path = paths::fill(&paths::fill(paths::USER_FIX, &person.key), finding.code());
    Some(allowed_by(access, needed, label, path))
}

fn way(access: &Access, person: &Person, finding: Finding) -> Option<Link> {
    let with = |path: &str, field: &str| format!("{path}?{field}={}", paths::encode(&person.key));
    match finding {
        Finding::NoProfile if access.may(Permission::WriteProfiles) => Some(Link::new(
            "Create a profile",
            with(paths::PROFILE_NEW, "owner"),
        )),
        Finding::NoLogin | Finding::Stranger if access.may(Permission::WriteUsers) => {
            Some(Link::new("Add a login", with(paths::USER_NEW, "email")))
        }
        Finding::NoProfile
        | Finding::NoLogin
        | Finding::Stranger
        | Finding::DefaultPassword
        | Finding::UpperCase
        | Finding::Duplicate
        | Finding::NoUserId
        | Finding::SharedUserId
        | Finding::Cost => None,
    }
}

/// “Reset password”, wherever the login lives.
pub(super) fn reset(access: &Access, person: &Person) -> Action {
    const LABEL: &str = "Reset password";
    let path = paths::fill(paths::USER_RESET, &person.key);
    match person.used_login().map(|login| login.source) {
        None => Action::denied(
            LABEL,
            "This person has no login here; a connector keeps its own passwords.",
        ),
        Some(_) if person.key.parse::<Email>().is_err() => Action::denied(
            LABEL,
            "This login is not named by an e-mail address that can be tried at Dex.",
        ),
        Some(LoginSource::PasswordObject) if super::logins::is_disabled(person) => {
            Action::denied(LABEL, DISABLED)
        }
        Some(LoginSource::PasswordObject) => {
            allowed_by(access, Permission::WriteUsers, LABEL, path)
        }
        Some(LoginSource::Static) => allowed_by(access, Permission::WriteStaticLogins, LABEL, path),
    }
}

/// “Migrate”, for those who have a static login.
pub(super) fn migrate(access: &Access, person: &Person) -> Option<Action> {
    const LABEL: &str = "Migrate to a Password object";
    person.static_login()?;
    Some(match super::operations::migratable(person) {
        Ok(_) => {
            let path = paths::fill(paths::USER_MIGRATE, &person.key);
            allowed_by(access, Permission::WriteStaticLogins, LABEL, path)
        }
        Err(why) => Action::denied(LABEL, why),
    })
}

pub(super) fn allowed_by(
    access: &Access,
    permission: Permission,
    label: &str,
    path: String,
) -> Action {
    if access.may(permission) {
        Action::allowed(label, path)
    } else {
        let why = format!("Your account may not {}.", permission.describe());
        Action::denied(label, why)
    }
}
