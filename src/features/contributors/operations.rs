//! Letting people into a profile and taking them out, both halves at once.

use std::sync::Arc;

use crate::access::{Access, SignedIn};
use crate::domain::{
    Contribution, DatedStep, Email, Gateway, Kind, Operation, Pair, PairFinding, PairFix,
    ProfileName, Role, Stated, Step, Until, Upkeep, UserName, Written,
};
use crate::operation::PlanError;

/// Gives `role`, with an end if there is one; other roles of the same person among those who are `there` are taken away
/// after it, so that there is no moment without access. For administrators, and for whoever keeps the profile.
pub async fn plan_add(
    signed_in: &SignedIn,
    (profile, user, role): (&ProfileName, &UserName, Role),
    until: Option<Until>,
    there: &[Arc<Contribution>],
) -> Result<Operation, PlanError> {
    let mut steps = vec![let_in(profile, user, role, until)];
    for other in there.iter().filter(|c| c.user == *user && c.role != role) {
        steps.push(Step::RemoveContributor {
            profile: profile.clone(),
            user: user.clone(),
            role: other.role,
        });
    }
    let subject = format!("{user} in {profile}");
    signed_in
        .engine()
        .planner()
        .plan(signed_in.actor(), Kind::AddContributor, subject, steps)
        .await
}

/// Gives a contributor another date, or takes the date away.
pub async fn plan_date(
    access: &Access,
    one: &Contribution,
    until: Option<Until>,
) -> Result<Operation, PlanError> {
    let steps = vec![Step::Dated(DatedStep::LetIn {
        profile: one.profile.clone(),
        user: one.user.clone(),
        role: one.role,
        until,
    })];
    let subject = one.dated().subject();
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::SetDate, subject, steps)
        .await
}

/// Without an end whoever is there already keeps the one they have.
fn let_in(profile: &ProfileName, user: &UserName, role: Role, until: Option<Until>) -> Step {
    let (profile, user) = (profile.clone(), user.clone());
    match until {
        Some(_) => Step::Dated(DatedStep::LetIn {
            profile,
            user,
            role,
            until,
        }),
        None => Step::AddContributor {
            profile,
            user,
            role,
        },
    }
}

/// The same for many: every person in every profile. Owners are left out, and who has the role already. `None` when
/// nothing is left to do.
pub async fn plan_many(
    access: &Access,
    people: &[Email],
    profiles: &[ProfileName],
    (role, until): (Role, Option<Until>),
) -> Result<Option<Operation>, PlanError> {
    let mut steps = Vec::new();
    for name in profiles {
        let there = access.contributors_of(name);
        let owner = access.cluster().profile(name).and_then(|profile| {
            let owner = profile.owner.as_ref()?;
            Some(owner.name.clone())
        });
        for person in people {
            let user = UserName::from(person);
            if owner.as_ref() != Some(&user) {
                steps.extend(share(name, &user, (role, until), &there));
            }
        }
    }
    if steps.is_empty() {
        return Ok(None);
    }
    let subject = match (people, profiles) {
        ([person], [profile]) => format!("{person} in {profile}"),
        ([person], profiles) => format!("{person} in {} profiles", profiles.len()),
        (people, [profile]) => format!("{} people in {profile}", people.len()),
        (people, profiles) => format!("{} people in {} profiles", people.len(), profiles.len()),
    };
    let planner = access.engine().planner();
    let plan = planner.plan(access.actor(), Kind::AddContributor, subject, steps);
    plan.await.map(Some)
}

/// One person in one profile: the new role first, then the others go.
fn share(
    profile: &ProfileName,
    user: &UserName,
    (role, until): (Role, Option<Until>),
    there: &[Arc<Contribution>],
) -> Vec<Step> {
    let theirs = || there.iter().filter(|one| one.user == *user);
    let mut steps = Vec::new();
    let ends_then = |one: &Contribution| {
        let present = one.until.as_ref().and_then(Written::until);
        until.is_none() || present == until
    };
    let has_it = |one: &Arc<Contribution>| one.role == role && one.binding && one.policy;
    if !theirs().any(|one| has_it(one) && ends_then(one)) {
        steps.push(let_in(profile, user, role, until));
    }
    let others = theirs().filter(|one| one.role != role);
    steps.extend(others.map(|one| Step::RemoveContributor {
        profile: profile.clone(),
        user: user.clone(),
        role: one.role,
    }));
    steps
}

pub async fn plan_remove(
    signed_in: &SignedIn,
    profile: &ProfileName,
    user: &UserName,
    role: Role,
) -> Result<Operation, PlanError> {
    plan_remove_all(signed_in, profile, &[(user.clone(), role)]).await
}

/// Several roles of one person, who may be written in several ways.
pub async fn plan_remove_all(
    signed_in: &SignedIn,
    profile: &ProfileName,
    roles: &[(UserName, Role)],
) -> Result<Operation, PlanError> {
    let steps = roles.iter().map(|(user, role)| Step::RemoveContributor {
        profile: profile.clone(),
        user: user.clone(),
        role: *role,
    });
    let user = roles.first().map_or("nobody", |(user, _)| user.as_str());
    let subject = format!("{user} in {profile}");
    signed_in
        .engine()
        .planner()
        .plan(
            signed_in.actor(),
            Kind::RemoveContributor,
            subject,
            steps.collect(),
        )
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

/// The date of a pair under whatever name.
fn until_of(access: &Access, profile: &ProfileName, object: &str) -> Option<Until> {
    let pairs = access.cluster().pairs(profile);
    let pair = pairs.iter().find(|pair| pair.object == object)?;
    pair.binding.as_ref()?.until.as_ref()?.until()
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
            let_in(
                &profile_name,
                user,
                *role,
                until_of(access, profile, object),
            ),
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
