//! E-mails are in lower case.

use crate::domain::{Finding, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "mixed-case",
    title: "E-mails are in lower case",
    group: Group::SignIn,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Every login and every owner of a profile is written in lower case.",
    why: "Dex lets people in whatever the case, and passes the address on as it is written. Everything in Kubeflow compares it letter by letter: the profile of ana@example.com is not that of Ana@example.com.",
    repair: "Write the address in lower case where it is kept, and in the profiles that were made with the other one.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let is_mixed = |text: &str| text.chars().any(|sign| sign.is_ascii_uppercase());
    let mut findings: Vec<Finding> = case
        .logins()?
        .into_iter()
        .filter(|login| is_mixed(login.email.as_str()))
        .map(|login| CHECK.finding(format!("Login {}", login.email), "it has upper case"))
        .collect();
    for profile in case.snapshot.profiles.visible() {
        if let Some((_, owner)) = profile
            .owner
            .as_ref()
            .filter(|(kind, owner)| kind == "User" && is_mixed(owner))
        {
            findings.push(CHECK.finding(
                format!("Profile {}", profile.meta.name),
                format!("its owner {owner} has upper case"),
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
    fn an_address_with_upper_case_is_found() {
        healthy("1.9.1")
            .dex(|dex| dex.static_logins = vec![login("Ana@Example.com", LoginSource::Static)])
            .has_only("mixed-case");
        healthy("1.9.1")
            .profile("team-b", "Ben@example.com")
            .has_only("mixed-case");
    }
}
