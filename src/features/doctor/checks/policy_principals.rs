//! Policies say where requests come from.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::version::Version;

pub(super) static CHECK: Check = Check {
    code: "policy-principals",
    title: "Policies say where requests come from",
    group: Group::Profiles,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "Every policy that lets somebody into a profile by the user header also names the gateway as the sender.",
    why: "Policies made before 1.8 do not. Any pod that reaches the profile can then write the header itself and act as that person. An upgrade does not rewrite them.",
    repair: "Remove the contributor and add them again; for the owner, restart the profile controller.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(version) = case
        .recognition
        .release()
        .and_then(|one| Version::parse(one.name))
    else {
        return Err(not_applicable("the release is not known"));
    };
    if !version.is_since("1.8") {
        return Err(not_applicable(
            "releases before 1.8 make all policies like this",
        ));
    }
    let profiles = case.snapshot.profiles.all()?;
    let policies = case.snapshot.policies.all()?;
    Ok(policies
        .iter()
        .filter(|one| {
            profiles
                .iter()
                .any(|profile| profile.meta.name == one.meta.namespace)
        })
        .filter(|one| {
            one.meta.annotation("user").is_some() && one.meta.annotation("role").is_some()
        })
        .filter(|one| {
            one.conditions
                .iter()
                .any(|(key, _)| key.starts_with("request.headers["))
                && !one.names_principals
        })
        .map(|one| {
            CHECK.finding(
                format!("AuthorizationPolicy {}", one.meta.path()),
                "it believes the user header of any sender",
            )
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_policy_from_before_1_8_is_found() {
        let old = |s: &mut crate::cluster::snapshot::Snapshot| {
            s.policies
                .items_mut()
                .iter_mut()
                .for_each(|one| one.names_principals = false);
        };
        healthy("1.9.1").but(old).has_only("policy-principals");
        assert!(
            healthy("1.7.0")
                .but(old)
                .says("policy-principals")
                .is_empty()
        );
    }
}
