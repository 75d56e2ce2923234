//! `kubeflow-admin quota`: what a profile may use.

use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::json;

use super::shell::{self, End, Fault, Item, Listing, Shell, answered, carry_out, ended};
use crate::config::administer::{NamedProfile, Quota as Command, SetQuota};
use crate::domain::{Permission, Profile, Quota, ResourceName};
use crate::features::quotas::operations;

pub async fn run(command: Command) -> ExitCode {
    match command {
        Command::Show(options) => answered(show(&options).await),
        Command::Set(options) => ended(set(&options).await),
    }
}

async fn show(options: &NamedProfile) -> Result<End, Fault> {
    let access = Shell::ask(&options.asking, Permission::ReadProfiles).await?;
    let profile = shell::profile(&access, &options.profile)?;
    let listing = Listing {
        kind: "QuotaLine",
        columns: &["RESOURCE", "LIMIT", "IN FORCE", "USED"],
        items: items(&profile),
    };
    listing.print(options.asking.output)?;
    Ok(End::Done)
}

fn items(profile: &Profile) -> Vec<Item> {
    let in_force = &profile.quota_use.hard;
    let names: BTreeSet<&ResourceName> = profile
        .quota
        .iter()
        .chain(in_force.iter())
        .map(|(name, _)| name)
        .collect();
    let item = |name: &ResourceName| {
        let amount = |quota: &Quota| quota.get(name).map(|amount| amount.to_string());
        let amounts = [
            amount(&profile.quota),
            amount(in_force),
            amount(&profile.quota_use.used),
        ];
        let value = json!({
            "resource": name.as_str(), "limit": amounts[0], "inForce": amounts[1], "used": amounts[2],
        });
        let mut cells = vec![name.to_string()];
        cells.extend(amounts.into_iter().map(Option::unwrap_or_default));
        Item {
            name: name.to_string(),
            cells,
            value,
        }
    };
    names.into_iter().map(item).collect()
}

async fn set(options: &SetQuota) -> Result<End, Fault> {
    let (lifted, given): (Vec<String>, Vec<String>) = options
        .limits
        .iter()
        .cloned()
        .partition(|limit| limit.ends_with('='));
    let given = shell::quota(&given)?;
    let lifted: BTreeSet<&str> = lifted.iter().map(|one| one.trim_end_matches('=')).collect();
    let (shell, access) = Shell::change(&options.changing, Permission::WriteQuotas).await?;
    let profile = shell::profile_to_change(&access, &options.profile)?;
    let before = if options.replace {
        Quota::default()
    } else {
        profile.quota.clone()
    };
    if let Some(unknown) = lifted.iter().find(|name| {
        profile
            .quota
            .get(&ResourceName::from_cluster(**name))
            .is_none()
    }) {
        return Err(Fault::not_begun(format!(
            "{} has no limit of {unknown} that could be lifted.",
            profile.name
        )));
    }
    let wanted: Quota = before
        .with(&given)
        .iter()
        .filter(|(name, _)| !lifted.contains(name.as_str()))
        .map(|(name, amount)| (name.clone(), amount))
        .collect();
    let operation = operations::plan_set(&access, &profile, wanted, None).await?;
    carry_out(&shell, operation, &options.changing, None).await
}
