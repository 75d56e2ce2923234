//! Creating and deleting profiles.

use crate::access::Access;
use crate::cluster::{self, InventoryLine};
use crate::domain::{
    Email, Kind, Operation, Profile, ProfileName, Quota, Role, Step, Until, Upkeep, UserName,
    several,
};
use crate::operation::PlanError;

pub async fn plan_create(
    access: &Access,
    name: ProfileName,
    owner: &Email,
    quota: Quota,
) -> Result<Operation, PlanError> {
    let subject = name.to_string();
    let steps = vec![
        Step::CreateProfile {
            name: name.clone(),
            owner: UserName::from(owner),
            quota,
        },
        Step::WaitForProfile { name },
    ];
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::CreateProfile, subject, steps)
        .await
}

/// Irreversible: the namespace goes with everything in it.
pub async fn plan_delete(access: &Access, name: ProfileName) -> Result<Operation, PlanError> {
    let subject = name.to_string();
    let steps = deletion_steps(access, name);
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::DeleteProfile, subject, steps)
        .await
}

/// Irreversible, several times over, in one operation.
pub async fn plan_delete_many(
    access: &Access,
    names: Vec<ProfileName>,
) -> Result<Operation, PlanError> {
    let subject = several(names.iter().map(ProfileName::as_str));
    let steps = names
        .into_iter()
        .flat_map(|name| deletion_steps(access, name))
        .collect();
    access
        .engine()
        .planner()
        .plan(access.actor(), Kind::DeleteProfiles, subject, steps)
        .await
}

pub fn deletion_steps(access: &Access, name: ProfileName) -> Vec<Step> {
    let mut steps = agree(access, &name);
    steps.extend([
        Step::DeleteProfile { name: name.clone() },
        Step::WaitForProfileGone { name },
    ]);
    steps
}

/// The deletion of a profile whose namespace names another owner hangs for ever: the controller stops before it lets go
/// of the profile. Both are made to agree first.
fn agree(access: &Access, name: &ProfileName) -> Vec<Step> {
    let cluster = access.cluster();
    let annotated = cluster.namespace_owner(name);
    let owner = cluster
        .profile(name)
        .and_then(|profile| profile.owner.as_ref().map(|owner| owner.name.clone()));
    match (annotated, owner) {
        (Some(annotated), Some(owner)) if annotated != owner.as_str() => {
            vec![Step::Upkeep(Upkeep::SetNamespaceOwner {
                profile: name.clone(),
                owner,
            })]
        }
        _ => Vec::new(),
    }
}

/// Lets a deletion that hangs go on, and waits for its end. `None` when nothing is known that it hangs on.
pub async fn plan_unstick(
    access: &Access,
    name: &ProfileName,
) -> Result<Option<Operation>, PlanError> {
    let mut steps = agree(access, name);
    if steps.is_empty() {
        return Ok(None);
    }
    steps.push(Step::WaitForProfileGone { name: name.clone() });
    plan(access, Kind::DeleteProfile, name, steps)
        .await
        .map(Some)
}

/// Everything that would be lost with a profile, counted now and as the person who asks.
pub async fn inventory(
    access: &Access,
    name: &ProfileName,
) -> Result<Vec<InventoryLine>, cluster::Error> {
    let acting = access.cluster().acting_as(access.actor())?;
    Ok(acting.inventory(name).await)
}

pub async fn plan_transfer(
    access: &Access,
    profile: &Profile,
    owner: &UserName,
    before: Option<Role>,
) -> Result<Operation, PlanError> {
    let steps = transfer_steps(access, profile, owner, before);
    plan(access, Kind::TransferProfile, &profile.name, steps).await
}

/// The whole procedure of handing a profile over: what the controller does when it is told, and what it forgets. With
/// the owner that it has, it repairs a profile of which only a part was handed over.
pub fn transfer_steps(
    access: &Access,
    profile: &Profile,
    owner: &UserName,
    before: Option<Role>,
) -> Vec<Step> {
    let name = || profile.name.clone();
    let mut steps: Vec<Step> = [
        Upkeep::SetOwner {
            profile: name(),
            owner: owner.clone(),
        },
        Upkeep::SetNamespaceOwner {
            profile: name(),
            owner: owner.clone(),
        },
        Upkeep::WaitForOwner {
            profile: name(),
            owner: owner.clone(),
        },
        Upkeep::SetOwnerAnnotations {
            profile: name(),
            owner: owner.clone(),
        },
    ]
    .into_iter()
    .map(Step::Upkeep)
    .collect();
    // A contributor's pair of the new owner would show the profile twice, and outlive the next transfer.
    let pairs = access.cluster().pairs(&profile.name);
    let theirs = pairs
        .iter()
        .filter(|pair| pair.person().as_ref() == Some(owner));
    steps.extend(theirs.map(|pair| {
        Step::Upkeep(Upkeep::RemovePair {
            profile: name(),
            object: pair.object.clone(),
        })
    }));
    let present = profile.owner.as_ref().map(|present| &present.name);
    if let (Some(present), Some(role)) = (present.filter(|present| *present != owner), before) {
        steps.push(Step::AddContributor {
            profile: name(),
            user: present.clone(),
            role,
        });
    }
    steps
}

/// What is written on the quota that freezes, and read by whoever is refused.
pub fn check_reason(reason: &str) -> Result<(), &'static str> {
    const LONGEST: usize = 200;
    if reason.is_empty() {
        Err("Say why, for whoever finds their notebook refused")
    } else if reason.chars().count() > LONGEST || reason.chars().any(char::is_control) {
        Err("At most 200 characters, on one line")
    } else {
        Ok(())
    }
}

pub async fn plan_freeze(
    access: &Access,
    name: &ProfileName,
    reason: String,
    until: Option<Until>,
) -> Result<Operation, PlanError> {
    let step = Upkeep::Freeze {
        profile: name.clone(),
        reason,
        until,
    };
    plan(access, Kind::FreezeProfile, name, vec![Step::Upkeep(step)]).await
}

pub async fn plan_thaw(access: &Access, name: &ProfileName) -> Result<Operation, PlanError> {
    let step = Upkeep::Thaw {
        profile: name.clone(),
    };
    plan(access, Kind::ThawProfile, name, vec![Step::Upkeep(step)]).await
}

async fn plan(
    access: &Access,
    kind: Kind,
    name: &ProfileName,
    steps: Vec<Step>,
) -> Result<Operation, PlanError> {
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), kind, name.to_string(), steps)
        .await
}
