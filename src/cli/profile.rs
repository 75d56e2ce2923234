//! `kubeflow-admin profile`: profiles from their creation to their end.

use std::process::ExitCode;

use serde_json::json;

use super::shell::{self, End, Fault, Item, Listing, Shell, answered, carry_out, ended, remark};
use super::user::quota_cell;
use crate::access::Access;
use crate::config::administer::{
    ChangeProfile, CreateProfile, FreezeProfile, ListProfiles, NamedProfile, Profile as Command,
    TransferProfile,
};
use crate::domain::{Manager, Permission, Profile, ProfileName};
use crate::features::profiles::form::NewProfileForm;
use crate::features::profiles::operations;
use crate::features::quotas::form::QuotaForm;

const COLUMNS: [&str; 5] = ["NAME", "OWNER", "HEALTH", "QUOTA", "CREATED"];
const HEADINGS: [&str; 8] = [
    "Name",
    "Owner",
    "Health",
    "Quota",
    "Created",
    "Why",
    "Kept by",
    "Contributors",
];

pub async fn run(command: Command) -> ExitCode {
    match command {
        Command::List(options) => answered(list(&options).await),
        Command::Show(options) => answered(show(&options).await),
        Command::Create(options) => ended(create(&options).await),
        Command::Delete(options) => ended(delete(&options).await),
        Command::Transfer(options) => ended(transfer(&options).await),
        Command::Freeze(options) => ended(freeze(&options).await),
        Command::Thaw(options) => ended(thaw(&options).await),
    }
}

async fn list(options: &ListProfiles) -> Result<End, Fault> {
    let access = Shell::ask(&options.asking, Permission::ReadProfiles).await?;
    let search = options.search.as_deref().unwrap_or_default().to_lowercase();
    let all = access.cluster().profiles();
    let profiles = all.items.iter().filter(|profile| profile.mentions(&search));
    let listing = Listing {
        kind: "Profile",
        columns: &COLUMNS,
        items: profiles.map(|profile| item(profile)).collect(),
    };
    listing.print(options.asking.output)?;
    Ok(End::Done)
}

async fn show(options: &NamedProfile) -> Result<End, Fault> {
    let access = Shell::ask(&options.asking, Permission::ReadProfiles).await?;
    let profile = shell::profile(&access, &options.profile)?;
    let mut item = item(&profile);
    let contributors = access.contributors_of(&profile.name);
    let names: Vec<String> = contributors
        .iter()
        .map(|one| format!("{}={}", one.user, one.role))
        .collect();
    let manager = profile.managed_by.map_or("nobody else", Manager::as_str);
    item.cells.extend([
        format!("{} {}", profile.health.reason, profile.health.remedy),
        manager.to_owned(),
        names.join(", "),
    ]);
    if let Some(fields) = item.value.as_object_mut() {
        let contributors: Vec<_> = contributors
            .iter()
            .map(|one| json!({ "user": one.user.as_str(), "role": one.role.as_str() }))
            .collect();
        fields.insert("contributors".to_owned(), contributors.into());
    }
    item.print("Profile", &HEADINGS, options.asking.output)?;
    Ok(End::Done)
}

fn item(profile: &Profile) -> Item {
    let owner = profile
        .owner
        .as_ref()
        .map(|owner| owner.name.to_string())
        .unwrap_or_default();
    let created = profile.created_at.map(|at| at.to_string());
    Item {
        name: profile.name.to_string(),
        cells: vec![
            profile.name.to_string(),
            owner.clone(),
            profile.health.verdict.as_str().to_owned(),
            quota_cell(&profile.quota),
            created.clone().unwrap_or_default(),
        ],
        value: json!({
            "name": profile.name.as_str(), "owner": owner, "quota": profile.quota,
            "health": profile.health.verdict.as_str(), "reason": profile.health.reason,
            "remedy": profile.health.remedy, "createdAt": created,
            "managedBy": profile.managed_by.map(Manager::as_str),
        }),
    }
}

async fn create(options: &CreateProfile) -> Result<End, Fault> {
    let quota = shell::quota(&options.quota)?;
    let (shell, access) = Shell::change(&options.changing, Permission::WriteProfiles).await?;
    let form = NewProfileForm {
        name: options.profile.clone(),
        owner: options.owner.clone(),
        quota: QuotaForm::of(&quota),
    };
    let (name, owner, quota) = form.parse(&access)?;
    let operation = operations::plan_create(&access, name, &owner, quota).await?;
    carry_out(&shell, operation, &options.changing, None).await
}

async fn delete(options: &ChangeProfile) -> Result<End, Fault> {
    let (shell, access) = Shell::change(&options.changing, Permission::WriteProfiles).await?;
    let profile = shell::profile_to_change(&access, &options.profile)?;
    tell_inventory(&access, &profile.name).await?;
    let operation = operations::plan_delete(&access, profile.name.clone()).await?;
    carry_out(&shell, operation, &options.changing, None).await
}

/// What would be lost, before anybody is asked.
async fn tell_inventory(access: &Access, name: &ProfileName) -> Result<(), Fault> {
    let lines = operations::inventory(access, name).await?;
    remark(&format!("In {name}, and lost with it:"));
    for line in lines {
        if let Some(words) = line.words() {
            remark(&format!("  {}: {words}", line.what));
        }
    }
    Ok(())
}

async fn transfer(options: &TransferProfile) -> Result<End, Fault> {
    let to = shell::email(&options.to)?;
    let keep = options.keep.as_deref().map(shell::role).transpose()?;
    let (shell, access) = Shell::change(&options.changing, Permission::WriteOwners).await?;
    let profile = shell::profile_to_change(&access, &options.profile)?;
    let owner = access.bound_as(&to);
    let operation = operations::plan_transfer(&access, &profile, &owner, keep).await?;
    carry_out(&shell, operation, &options.changing, None).await
}

async fn freeze(options: &FreezeProfile) -> Result<End, Fault> {
    let reason = options.reason.trim();
    operations::check_reason(reason)
        .map_err(|why| Fault::not_begun(format!("--reason: {why}.")))?;
    let until = shell::until(options.until.as_deref())?;
    let (shell, access) = Shell::change(&options.changing, Permission::WriteQuotas).await?;
    let profile = shell::profile_to_change(&access, &options.profile)?;
    let reason = reason.to_owned();
    let operation = operations::plan_freeze(&access, &profile.name, reason, until).await?;
    carry_out(&shell, operation, &options.changing, None).await
}

async fn thaw(options: &ChangeProfile) -> Result<End, Fault> {
    let (shell, access) = Shell::change(&options.changing, Permission::WriteQuotas).await?;
    let profile = shell::profile_to_change(&access, &options.profile)?;
    let operation = operations::plan_thaw(&access, &profile.name).await?;
    carry_out(&shell, operation, &options.changing, None).await
}
