//! The profile controller has its rights.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "profile-controller-rights",
    title: "The profile controller has its rights",
    group: Group::Profiles,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The service account of the profile controller is bound to cluster-admin, as upstream does it.",
    why: "It makes namespaces, bindings and policies, and may only grant what it has itself. Without its rights every new profile stays empty, and nothing says why.",
    repair: "Apply applications/profiles (apps/profiles before 1.10.2) again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(controller) = case.workload("profiles-deployment")? else {
        return Err(not_applicable("there is no profile controller"));
    };
    let account = &controller.service_account;
    let namespace = &controller.meta.namespace;
    let grants = case.snapshot.cluster_grants.all()?;
    let bound = grants.iter().filter(|grant| {
        grant.subjects.iter().any(|one| {
            one.kind == "ServiceAccount" && one.name == *account && one.namespace == *namespace
        })
    });
    let roles: Vec<&str> = bound.map(|grant| grant.role.as_str()).collect();
    Ok(if roles.contains(&"cluster-admin") {
        Vec::new()
    } else {
        let has = if roles.is_empty() {
            "no cluster-wide role".to_owned()
        } else {
            roles.join(", ")
        };
        vec![
            CHECK
                .finding(
                    format!("ServiceAccount {namespace}/{account}"),
                    "it is not bound to cluster-admin",
                )
                .seen("it has", has),
        ]
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_profile_controller_without_rights_is_found() {
        healthy("1.9.1")
            .but(|s| s.cluster_grants.items_mut().clear())
            .has_only("profile-controller-rights");
    }
}
