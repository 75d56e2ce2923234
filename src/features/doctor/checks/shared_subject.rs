//! Every login is somebody of its own.

use crate::domain::{Login, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use std::collections::{BTreeMap, BTreeSet};

pub(super) static CHECK: Check = Check {
    code: "shared-subject",
    title: "Every login is somebody of its own",
    group: Group::SignIn,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Every login has a userID, and no two have the same.",
    why: "Dex makes the subject of a session from it: logins that share one end each other’s sessions and cannot be told apart by others that keep data by subject.",
    repair: "Give each login a random UUID. People have to sign in again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let all = case.logins()?;
    let mut by_id: BTreeMap<&str, Vec<&Login>> = BTreeMap::new();
    for login in all {
        by_id.entry(login.user_id.as_str()).or_default().push(login);
    }
    let mut findings = Vec::new();
    for (id, sharing) in by_id {
        let emails: BTreeSet<String> = sharing.iter().map(|one| one.email.folded()).collect();
        if id.is_empty() {
            findings.extend(
                emails
                    .iter()
                    .map(|email| CHECK.finding(format!("Login {email}"), "it has no userID")),
            );
        } else if emails.len() > 1 {
            let emails: Vec<String> = emails.into_iter().collect();
            findings.push(CHECK.finding(
                "Logins",
                format!("{} have the same userID", emails.join(", ")),
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::domain::LoginSource;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn logins_without_a_user_id_or_with_the_same_are_found() {
        healthy("1.9.1")
            .dex(|dex| dex.static_logins[0].user_id.clear())
            .has_only("shared-subject");
        healthy("1.9.1")
            .dex(|dex| {
                let mut twin = login("ben@example.com", LoginSource::Static);
                twin.user_id = dex.static_logins[0].user_id.clone();
                dex.static_logins.push(twin);
            })
            .has_only("shared-subject");
    }
}
