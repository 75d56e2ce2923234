//! One broken thing at a time, in the order of the chain.

use super::*;
use crate::domain::{
    BindingHalf, Health, HealthVerdict, LoginSource, Owner, PolicyHalf, ProfileName, Quota,
    QuotaUse, Subject, UserName, binding_name,
};

const ANA: &str = "ana@example.com";
const OWNER: &str = "olga@example.com";

/// Ana contributes to `team`, and all is well.
struct World {
    typed: String,
    profile: Profile,
    logins: Vec<Arc<Login>>,
    stated: Stated,
    pairs: Vec<Pair>,
    asked: Vec<(String, Result<Verdict, String>)>,
    gateway: Gateway,
}

fn login(cost: u32) -> Arc<Login> {
    Arc::new(Login {
        email: UserName::from_cluster(ANA),
        username: "Ana".to_owned(),
        user_id: "1".to_owned(),
        source: LoginSource::PasswordObject,
        cost: Some(cost),
        default_password: false,
        disabled: false,
    })
}

fn passage(value: &str) -> Passage {
    let gateway = Gateway::shipped();
    Passage {
        header: gateway.header.into(),
        values: vec![value.to_owned()],
        principals: gateway.principals.into_iter().map(Into::into).collect(),
    }
}

fn pair(person: &str) -> Pair {
    Pair {
        profile: ProfileName::from_cluster("team"),
        object: binding_name(person, Role::Edit),
        binding: Some(BindingHalf {
            user: Some(person.to_owned()),
            role: Some("edit".to_owned()),
            subjects: vec![Subject::User(UserName::from_cluster(person))],
            count: 1,
            cluster_role: "kubeflow-edit".to_owned(),
            until: None,
        }),
        policy: Some(PolicyHalf {
            user: Some(person.to_owned()),
            role: Some(Role::Edit),
            passages: vec![passage(person)],
        }),
    }
}

fn answer(answer: &str) -> Vec<(String, Result<Verdict, String>)> {
    let verdict = Verdict {
        allowed: answer == "yes",
        reason: String::new(),
    };
    vec![("get pods".to_owned(), Ok(verdict))]
}

fn well() -> World {
    World {
        typed: ANA.to_owned(),
        profile: Profile {
            name: ProfileName::from_cluster("team"),
            owner: Some(Owner {
                kind: "User".to_owned(),
                name: UserName::from_cluster(OWNER),
            }),
            quota: Quota::default(),
            quota_use: QuotaUse::default(),
            health: Health::healthy(),
            created_at: None,
            resource_version: String::new(),
            managed_by: None,
        },
        logins: vec![login(12)],
        stated: Stated::As(ANA.to_owned()),
        pairs: vec![pair(ANA)],
        asked: answer("yes"),
        gateway: Gateway::shipped(),
    }
}

fn walked(world: &World) -> Chain {
    let owner_passages = [passage(OWNER)];
    walk(&Facts {
        typed: &world.typed,
        profile: &world.profile,
        logins: &world.logins,
        password_db: PasswordDb::On,
        stated: &world.stated,
        pairs: &world.pairs,
        rights: &[],
        bound_owner: Some(OWNER),
        owner_passages: Some(&owner_passages),
        gateway: &world.gateway,
        asked: &world.asked,
    })
}

/// Where it stops, and what puts it right.
fn stop(world: &World) -> Option<(Link, Option<ChainFix>)> {
    let chain = walked(world);
    let broken = chain.broken()?;
    let after = chain
        .steps
        .iter()
        .skip_while(|step| step.link != broken.link)
        .skip(1);
    for step in after {
        assert_eq!(step.sight, Sight::NotReached, "{step:?}");
    }
    Some((broken.link, broken.fix.clone()))
}

fn add_edit() -> ChainFix {
    ChainFix::AddContributor {
        user: ANA.to_owned(),
        role: Role::Edit,
    }
}

#[test]
fn when_all_is_well_every_link_is_good() {
    let chain = walked(&well());
    assert!(
        chain.steps.iter().all(|step| step.sight == Sight::Good),
        "{chain:#?}"
    );
    let mut owner = well();
    owner.typed = OWNER.to_owned();
    owner.stated = Stated::As(OWNER.to_owned());
    assert_eq!(stop(&owner), None);
}

#[test]
fn upper_case_in_the_cluster_is_the_first_thing_looked_at() {
    let mut world = well();
    world.pairs = vec![pair("Ana@Example.com")];
    let mend = ChainFix::MendPair {
        object: binding_name(ANA, Role::Edit),
    };
    assert_eq!(stop(&world), Some((Link::Spelling, Some(mend))));
    let mut world = well();
    world.profile.owner = Some(Owner {
        kind: "User".to_owned(),
        name: UserName::from_cluster("ANA@example.com"),
    });
    let fix = ChainFix::SetOwner {
        owner: ANA.to_owned(),
    };
    assert_eq!(stop(&world), Some((Link::Spelling, Some(fix))));
}

#[test]
fn a_hash_that_dex_refuses_is_reset() {
    let mut world = well();
    world.logins = vec![login(4)];
    let fix = ChainFix::ResetPassword(ANA.to_owned());
    assert_eq!(stop(&world), Some((Link::Login, Some(fix))));
}

#[test]
fn without_a_login_it_goes_on_because_connectors_exist() {
    let mut world = well();
    world.logins.clear();
    world.stated = Stated::NoLogin;
    assert_eq!(stop(&world), None);
    assert_eq!(walked(&world).steps[1].sight, Sight::Unclear);
}

#[test]
fn a_broken_profile_is_named_before_bindings_are() {
    let mut world = well();
    world.profile.health = Health::new(HealthVerdict::Broken, "There is no namespace.", "");
    assert_eq!(stop(&world).map(|(link, _)| link), Some(Link::Profile));
}

#[test]
fn whoever_is_nothing_in_the_profile_is_made_a_contributor() {
    let mut world = well();
    world.pairs.clear();
    assert_eq!(stop(&world), Some((Link::Binding, Some(add_edit()))));
}

#[test]
fn each_missing_half_is_named_and_completed() {
    let mut world = well();
    world.pairs[0].binding = None;
    assert_eq!(stop(&world), Some((Link::Binding, Some(add_edit()))));
    let mut world = well();
    world.pairs[0].policy = None;
    assert_eq!(stop(&world), Some((Link::Policy, Some(add_edit()))));
}

#[test]
fn a_policy_for_another_header_is_mended_and_one_without_principals_is_pointed_at() {
    let mut world = well();
    world.gateway.header = "x-user".to_owned();
    let mend = ChainFix::MendPair {
        object: binding_name(ANA, Role::Edit),
    };
    assert_eq!(stop(&world), Some((Link::Gateway, Some(mend.clone()))));
    let mut world = well();
    if let Some(policy) = &mut world.pairs[0].policy {
        policy.passages[0].principals.clear();
    }
    assert_eq!(stop(&world), None);
    let chain = walked(&world);
    assert_eq!(
        (chain.steps[5].sight, chain.steps[5].fix.clone()),
        (Sight::Unclear, Some(mend))
    );
}

#[test]
fn a_role_without_rules_and_a_full_quota_are_the_last_two() {
    let mut world = well();
    world.asked = answer("no");
    assert_eq!(stop(&world), Some((Link::Role, None)));
    let mut world = well();
    let four: Quota = [Quota::line("cpu", "4").unwrap()].into_iter().collect();
    world.profile.quota_use = QuotaUse {
        hard: four.clone(),
        used: four,
    };
    let chain = walked(&world);
    assert_eq!(chain.steps[7].sight, Sight::Unclear);
    assert_eq!(chain.steps[7].fix, Some(ChainFix::EditQuota));
}
