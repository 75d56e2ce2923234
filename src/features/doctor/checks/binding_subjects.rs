//! Bindings of contributors can be read.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "binding-subjects",
    title: "Bindings of contributors can be read",
    group: Group::Profiles,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every RoleBinding that Kubeflow’s access management reads has exactly one subject.",
    why: "One binding with annotations user and role and several subjects makes its whole answer an error: the person sees no namespace at all in the Central Dashboard.",
    repair: "Make one binding per person, or take the annotations away.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let profiles = case.snapshot.profiles.all()?;
    let grants = case.snapshot.grants.all()?;
    Ok(grants
        .iter()
        .filter(|one| {
            one.meta.annotation("user").is_some() && one.meta.annotation("role").is_some()
        })
        .filter(|one| {
            profiles
                .iter()
                .any(|profile| profile.meta.name == one.meta.namespace)
        })
        .filter(|one| one.subjects.len() != 1)
        .map(|one| {
            CHECK.finding(
                format!("RoleBinding {}", one.meta.path()),
                format!("it has {} subjects", one.subjects.len()),
            )
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_binding_of_two_people_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let subjects = &mut s.grants.items_mut()[0].subjects;
                let second = subjects[0].clone();
                subjects.push(second);
            })
            .has_only("binding-subjects");
    }
}
