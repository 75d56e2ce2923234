//! No login is hidden by another.

use crate::domain::{LoginSource, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use std::collections::BTreeMap;

pub(super) static CHECK: Check = Check {
    code: "hidden-login",
    title: "No login is hidden by another",
    group: Group::SignIn,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "No Password object has the e-mail of an entry in the configuration, and no e-mail is there twice.",
    why: "The entry in the configuration wins: a password that is set in the object has no effect.",
    repair: "Remove the entry from the configuration and restart Dex, or remove the object.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let mut first: BTreeMap<String, LoginSource> = BTreeMap::new();
    let mut findings = Vec::new();
    for login in case.logins()? {
        let Some(winner) = first.get(&login.email.folded()) else {
            first.insert(login.email.folded(), login.source);
            continue;
        };
        let says = match (winner, login.source) {
            (LoginSource::Static, LoginSource::PasswordObject) => {
                "its Password object is hidden by an entry of the configuration"
            }
            (LoginSource::Static, LoginSource::Static) => {
                "it is in the configuration twice; the last entry wins"
            }
            (LoginSource::PasswordObject, _) => "there are two Password objects for it",
        };
        findings.push(CHECK.finding(format!("Login {}", login.email), says));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::domain::LoginSource;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_password_object_that_has_no_effect_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let mut hidden = login("user@example.com", LoginSource::PasswordObject);
                hidden.user_id = "another".to_owned();
                s.logins.items_mut().push(hidden);
            })
            .has_only("hidden-login");
    }
}
