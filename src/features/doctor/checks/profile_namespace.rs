//! Every profile has its namespace.

use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use jiff::SignedDuration;

use crate::domain::{ProfileName, Severity};

pub(super) static CHECK: Check = Check {
    code: "profile-namespace",
    title: "Every profile has its namespace",
    group: Group::Profiles,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every Profile has a namespace of its name.",
    why: "The API server takes names that can never become a namespace: with a dot, or longer than 63. Others wait for a profile controller that does not get on. The Profile itself never says so.",
    repair: "A name that is no namespace: delete the Profile and make another. Else look at the log of the profile controller, container manager.",
    run,
};

/// The controller makes one to two a second when many are created at once.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

fn run(case: &Case<'_>) -> Outcome {
    let profiles = case.snapshot.profiles.all()?;
    let namespaces = case.snapshot.namespaces.all()?;
    let without = profiles.iter().filter(|profile| {
        let age = profile
            .meta
            .created_at
            .map(|at| case.now().duration_since(at));
        profile.meta.deleting_since.is_none()
            && age.is_none_or(|age| age > PATIENCE)
            && !namespaces
                .iter()
                .any(|one| one.meta.name == profile.meta.name)
    });
    Ok(without
        .map(|profile| {
            let name = &profile.meta.name;
            let says = if name.parse::<ProfileName>().is_err() {
                "it has no namespace, and its name can never be one"
            } else {
                "it has no namespace"
            };
            CHECK
                .finding(format!("Profile {name}"), says)
                .command(format!(
                    "kubectl -n {} logs deployment/profiles-deployment -c manager --tail=50",
                    case.places.here("kubeflow")
                ))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_profile_without_a_namespace_is_found() {
        let world = healthy("1.9.1").profile("john.doe", OWNER).but(|s| {
            s.namespaces
                .items_mut()
                .retain(|one| one.meta.name != "john.doe");
        });
        world.has_only("profile-namespace");
        assert!(world.says("profile-namespace")[0].contains("can never be one"));
    }
}
