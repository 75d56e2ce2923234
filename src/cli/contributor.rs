//! `kubeflow-admin contributor`: who else may use a profile.

use std::process::ExitCode;

use serde_json::json;

use super::shell::{self, End, Fault, Item, Listing, Shell, answered, carry_out, ended, write};
use crate::config::administer::{AddContributor, Contributor, ListContributors, RemoveContributor};
use crate::domain::{Contribution, Permission, UserName};
use crate::features::contributors::operations;

pub async fn run(command: Contributor) -> ExitCode {
    match command {
        Contributor::List(options) => answered(list(&options).await),
        Contributor::Add(options) => ended(add(&options).await),
        Contributor::Remove(options) => ended(remove(&options).await),
    }
}

async fn list(options: &ListContributors) -> Result<End, Fault> {
    let access = Shell::ask(&options.asking, Permission::ReadProfiles).await?;
    let items = if let Some(name) = &options.profile {
        let profile = shell::profile(&access, name)?;
        let there = access.contributors_of(&profile.name);
        there.iter().map(|one| item(one)).collect()
    } else {
        let all = access.cluster().contributions();
        all.items.iter().map(|one| item(one)).collect()
    };
    let listing = Listing {
        kind: "Contributor",
        columns: &["PROFILE", "USER", "ROLE", "HEALTH", "WHY"],
        items,
    };
    listing.print(options.asking.output)?;
    Ok(End::Done)
}

fn item(one: &Contribution) -> Item {
    let (health, why) = one.health();
    Item {
        name: format!("{}/{}", one.profile, one.user),
        cells: vec![
            one.profile.to_string(),
            one.user.to_string(),
            one.role.to_string(),
            health.to_owned(),
            why.to_owned(),
        ],
        value: json!({
            "profile": one.profile.as_str(), "user": one.user.as_str(), "role": one.role.as_str(),
            "roleBinding": one.binding, "authorizationPolicy": one.policy,
        }),
    }
}

async fn add(options: &AddContributor) -> Result<End, Fault> {
    let role = shell::role(&options.role)?;
    let until = shell::until(options.until.as_deref())?;
    let mut people = Vec::new();
    for email in &options.email {
        let email = shell::email(email)?;
        if !people.contains(&email) {
            people.push(email);
        }
    }
    let (shell, access) = Shell::change(&options.changing, Permission::WriteContributors).await?;
    let profile = shell::profile_to_change(&access, &options.profile)?;
    let owner = profile.owner.as_ref().map(|owner| &owner.name);
    if let Some(email) = people
        .iter()
        .find(|email| owner == Some(&UserName::from(*email)))
    {
        return Err(Fault::not_begun(format!(
            "{email} owns {}, and the owner of a profile needs no further role in it.",
            profile.name
        )));
    }
    let names = [profile.name.clone()];
    let Some(operation) = operations::plan_many(&access, &people, &names, (role, until)).await?
    else {
        write(&format!(
            "Nothing to do: the role {role} in {} is there already.\n",
            profile.name
        ))?;
        return Ok(End::Done);
    };
    carry_out(&shell, operation, &options.changing, None).await
}

/// Every role of the person, under the name that it was written with.
async fn remove(options: &RemoveContributor) -> Result<End, Fault> {
    let (shell, access) = Shell::change(&options.changing, Permission::WriteContributors).await?;
    let profile = shell::profile_to_change(&access, &options.profile)?;
    let key = options.email.trim().to_ascii_lowercase();
    let there = access.contributors_of(&profile.name);
    let roles: Vec<_> = there
        .iter()
        .filter(|one| one.user.folded() == key)
        .map(|one| (one.user.clone(), one.role))
        .collect();
    if roles.is_empty() {
        return Err(Fault::not_begun(format!(
            "{key} is no contributor of {}. kubeflow-admin contributor list {} shows who is.",
            profile.name, profile.name
        )));
    }
    let operation = operations::plan_remove_all(&access, &profile.name, &roles).await?;
    carry_out(&shell, operation, &options.changing, None).await
}
