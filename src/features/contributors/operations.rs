//! Letting people into a profile and taking them out, both halves at once.

use crate::access::Access;
use crate::domain::{
    Gateway, Kind, Operation, Pair, PairFinding, PairFix, ProfileName, Role, Stated, Step, Upkeep,
    UserName,
};
use crate::operation::PlanError;

/// Gives `role`; other roles of the same person in the profile are taken away after it, so that there is no moment
/// without access.
pub async fn plan_add(
    access: &Access,
    profile: &ProfileName,
    user: &UserName,
    role: Role,
) -> Result<Operation, PlanError> {
    let mut steps = vec![Step::AddContributor {
        profile: profile.clone(),
        user: user.clone(),
        role,
    }];
    for other in access
        .contributors_of(profile)
        .iter()
        .filter(|c| c.user == *user && c.role != role)
    {
        steps.push(Step::RemoveContributor {
            profile: profile.clone(),
            user: user.clone(),
            role: other.role,
        });
    }
    let subject = format!("{user} in {profile}");
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::AddContributor, subject, steps)
        .await
}

pub async fn plan_remove(
    access: &Access,
    profile: &ProfileName,
    user: &UserName,
    role: Role,
) -> Result<Operation, PlanError> {
    let steps = vec![Step::RemoveContributor {
        profile: profile.clone(),
        user: user.clone(),
        role,
    }];
    let subject = format!("{user} in {profile}");
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::RemoveContributor, subject, steps)
        .await
}

/// What is wrong with a contributor's two objects, and what puts them right.
pub struct Diagnosis {
    pub pair: Pair,
    pub findings: Vec<PairFinding>,
    pub fix: Option<PairFix>,
}

/// Every contributor of a profile of which something is wrong, and how the installation lets people through.
pub async fn diagnose(access: &Access, profile: &ProfileName) -> (Gateway, Vec<Diagnosis>) {
    let cluster = access.cluster();
    let gateway = cluster.gateway(profile).await;
    let one = |pair: Pair| {
        let stated = pair
            .person()
            .map_or(Stated::NoLogin, |person| access.stated(person.as_str()));
        let findings = pair.findings(&gateway, &stated);
        let fix = pair.fix(&findings);
        Diagnosis {
            pair,
            findings,
            fix,
        }
    };
    let found = cluster
        .pairs(profile)
        .into_iter()
        .map(one)
        .filter(|diagnosis| !diagnosis.findings.is_empty())
        .collect();
    (gateway, found)
}

/// The steps that bring a contributor to what Kubeflow expects.
pub async fn plan_mend(
    access: &Access,
    profile: &ProfileName,
    object: &str,
    fix: &PairFix,
) -> Result<Operation, PlanError> {
    let (profile_name, name) = (profile.clone(), object.to_owned());
    let remove = Step::Upkeep(Upkeep::RemovePair {
        profile: profile_name.clone(),
        object: name.clone(),
    });
    let steps = match fix {
        PairFix::Rewrite { user, role } => vec![Step::Upkeep(Upkeep::RewritePair {
            profile: profile_name,
            object: name,
            user: user.clone(),
            role: *role,
        })],
        PairFix::Rename { user, role } => vec![
            Step::AddContributor {
                profile: profile_name,
                user: user.clone(),
                role: *role,
            },
            remove,
        ],
        PairFix::Remove => vec![remove],
    };
    let subject = format!("{object} in {profile}");
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::RepairContributor, subject, steps)
        .await
}
