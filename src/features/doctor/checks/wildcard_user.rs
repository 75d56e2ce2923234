//! No policy lets in more than one person.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "wildcard-user",
    title: "No policy lets in more than one person",
    group: Group::Profiles,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "No policy of a profile has a star in the address of a person.",
    why: "Istio takes the star for a wildcard: *@example.com lets everybody of that domain into the notebooks, * lets in everybody.",
    repair: "Remove this contributor; give each person their own.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let profiles = case.snapshot.profiles.all()?;
    let policies = case.snapshot.policies.all()?;
    let mut findings = Vec::new();
    for policy in policies.iter().filter(|one| {
        profiles
            .iter()
            .any(|profile| profile.meta.name == one.meta.namespace)
    }) {
        let of_people = policy.meta.annotation("user").is_some();
        let values = policy
            .conditions
            .iter()
            .filter(|(key, _)| key.starts_with("request.headers["))
            .flat_map(|(_, values)| values);
        for value in values.filter(|value| of_people && value.contains('*')) {
            findings.push(CHECK.finding(
                format!("AuthorizationPolicy {}", policy.meta.path()),
                format!("it lets in everybody who fits {value}"),
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_policy_for_a_whole_domain_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let owner = s
                    .policies
                    .items_mut()
                    .iter_mut()
                    .find(|one| one.meta.namespace == "team-a")
                    .unwrap();
                owner.conditions[0].1 = vec!["*@example.com".to_owned()];
            })
            .has_only("wildcard-user");
    }
}
