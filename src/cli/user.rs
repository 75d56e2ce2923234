//! `kubeflow-admin user`: people, their logins and their passwords.

mod import;

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Value, json};

use super::shell::{self, Chosen, End, Fault, Item, Listing, Shell, answered, carry_out, ended};
use crate::access::{Access, Finding, Person};
use crate::config::administer::{
    AddUser, Changing, ListUsers, MigrateUsers, RemoveUser, ResetPassword, User,
};
use crate::domain::{Email, Login, LoginSource, Permission, ProfileName, Quota};
use crate::features::quotas::form::QuotaForm;
use crate::features::users::form::{NewUserForm, RemoveForm, SharedRow};
use crate::features::users::operations::{self, Secret};
use crate::features::users::secret_form::SecretForm;

const COLUMNS: [&str; 6] = ["EMAIL", "NAME", "LOGIN", "OWNS", "SHARES", "FINDINGS"];

pub async fn run(command: User) -> ExitCode {
    match command {
        User::List(options) => answered(list(&options).await),
        User::Add(options) => ended(add(&options).await),
        User::Remove(options) => ended(remove(&options).await),
        User::ResetPassword(options) => ended(reset_password(&options).await),
        User::Migrate(options) => ended(migrate(&options).await),
        User::Import(options) => ended(import::import(&options).await),
    }
}

async fn list(options: &ListUsers) -> Result<End, Fault> {
    let finding = options.finding.as_deref().map(finding).transpose()?;
    let access = Shell::ask(&options.asking, Permission::ReadUsers).await?;
    let search = options.search.as_deref().unwrap_or_default().to_lowercase();
    let everybody = access.people();
    let people = everybody
        .iter()
        .filter(|person| person.mentions(&search))
        .filter(|person| finding.is_none_or(|finding| person.findings.contains(&finding)));
    let listing = Listing {
        kind: "User",
        columns: &COLUMNS,
        items: people.map(|person| item(person)).collect(),
    };
    listing.print(options.asking.output)?;
    Ok(End::Done)
}

fn finding(code: &str) -> Result<Finding, Fault> {
    let found = Finding::ALL.into_iter().find(|one| one.code() == code);
    found.ok_or_else(|| {
        let codes: Vec<&str> = Finding::ALL.into_iter().map(Finding::code).collect();
        Fault::not_begun(format!("{code} is none of {}.", codes.join(", ")))
    })
}

fn item(person: &Person) -> Item {
    let owns: Vec<&str> = person.owns.iter().map(ProfileName::as_str).collect();
    let shares: Vec<String> = person
        .contributes
        .iter()
        .map(|(profile, role)| format!("{profile}={role}"))
        .collect();
    let findings: Vec<&str> = person.findings.iter().map(|one| one.code()).collect();
    let sources: Vec<&str> = person.logins.iter().map(|login| source(login)).collect();
    let contributes: Vec<Value> = person
        .contributes
        .iter()
        .map(|(profile, role)| json!({ "profile": profile.as_str(), "role": role.as_str() }))
        .collect();
    let logins: Vec<Value> = person
        .logins
        .iter()
        .map(|login| login_fields(login))
        .collect();
    Item {
        name: person.key.clone(),
        cells: vec![
            person.key.clone(),
            person.display_name().to_owned(),
            sources.join(","),
            owns.join(","),
            shares.join(","),
            findings.join(","),
        ],
        value: json!({
            "email": person.key, "name": person.display_name(), "logins": logins,
            "owns": owns, "contributes": contributes, "findings": findings,
        }),
    }
}

fn login_fields(login: &Login) -> Value {
    json!({
        "email": login.email.as_str(), "source": source(login), "userID": login.user_id, "cost": login.cost,
    })
}

fn source(login: &Login) -> &'static str {
    match login.source {
        LoginSource::PasswordObject => "password-object",
        LoginSource::Static => "static",
    }
}

async fn add(options: &AddUser) -> Result<End, Fault> {
    let email = shell::email(&options.email)?;
    let quota = shell::quota(&options.quota)?;
    let shares = shell::shares(&options.share)?;
    let chosen = chosen(&options.password, &email, &options.changing)?;
    let (shell, access) = Shell::change(&options.changing, Permission::WriteUsers).await?;
    let mut form = NewUserForm {
        email: email.to_string(),
        username: options.display_name.clone().unwrap_or_default(),
        with_profile: !options.no_profile,
        profile: options.profile.clone().unwrap_or_default(),
        quota: QuotaForm::of(&quota),
        secret: SecretForm::default(),
        shared: SharedRow::numbered(shares),
    };
    let new = form.parse(&access)?;
    if new.profile.is_some() {
        shell.access(Permission::WriteProfiles)?;
    }
    if !new.contributions.is_empty() {
        shell.access(Permission::WriteContributors)?;
    }
    let operation = operations::plan_add(&access, new).await?;
    carry_out(&shell, operation, &options.changing, chosen).await
}

/// Nothing is generated for a plan that is only looked at.
pub(super) fn chosen(
    options: &crate::config::administer::Password,
    email: &Email,
    changing: &Changing,
) -> Result<Option<Chosen>, Fault> {
    if changing.dry_run {
        return Ok(None);
    }
    Chosen::of(options, email).map(Some)
}

async fn remove(options: &RemoveUser) -> Result<End, Fault> {
    let email = shell::email(&options.email)?;
    let (shell, access) = Shell::change(&options.changing, Permission::WriteUsers).await?;
    let person = shell::person(&access, email.as_str())?;
    if let Some(name) = options
        .delete_profile
        .iter()
        .find(|name| !person.owns.iter().any(|owned| owned.as_str() == *name))
    {
        return Err(Fault::not_begun(format!(
            "{email} owns no profile named {name}."
        )));
    }
    let form = RemoveForm {
        with_contributions: !options.keep_contributions,
        profiles: options.delete_profile.clone(),
        confirm: person.key.clone(),
    };
    let removal = form.parse(&access, &person)?;
    if person.static_login().is_some() {
        shell.access(Permission::WriteStaticLogins)?;
    }
    if !removal.profiles.is_empty() {
        shell.access(Permission::WriteProfiles)?;
    }
    let operation = operations::plan_remove(&access, &email, &person, removal).await?;
    if operation.steps.is_empty() {
        return Err(nothing_to_do(&shell, &operation.id, &person).await);
    }
    carry_out(&shell, operation, &options.changing, None).await
}

async fn nothing_to_do(shell: &Shell, plan: &crate::domain::OperationId, person: &Person) -> Fault {
    let _ = shell.engine().discard(plan).await;
    let owns = if person.owns.is_empty() {
        ""
    } else {
        " --delete-profile deletes a profile of theirs; kubeflow-admin profile transfer hands it over."
    };
    Fault::not_begun(format!(
        "{} has no login here and no part that could be taken.{owns}",
        person.key
    ))
}

async fn reset_password(options: &ResetPassword) -> Result<End, Fault> {
    let email = shell::email(&options.email)?;
    let chosen = chosen(&options.password, &email, &options.changing)?;
    let (shell, access) = Shell::change(&options.changing, Permission::WriteUsers).await?;
    let person = shell::person(&access, email.as_str())?;
    let login = person.used_login().ok_or_else(|| {
        Fault::not_begun(format!(
            "{email} has no login in Dex. Who comes through a connector is kept there, and not changed here."
        ))
    })?;
    if login.source == LoginSource::Static {
        shell.access(Permission::WriteStaticLogins)?;
    }
    let operation = operations::plan_reset(&access, &email, login, Secret::Generated).await?;
    carry_out(&shell, operation, &options.changing, chosen).await
}

async fn migrate(options: &MigrateUsers) -> Result<End, Fault> {
    let (shell, access) = Shell::change(&options.changing, Permission::WriteStaticLogins).await?;
    let people = to_migrate(&access, options)?;
    let subject = match people.as_slice() {
        [person] => person.key.clone(),
        people => format!("{} static logins", people.len()),
    };
    let operation = operations::plan_migration(&access, subject, &people).await?;
    carry_out(&shell, operation, &options.changing, None).await
}

fn to_migrate(access: &Access, options: &MigrateUsers) -> Result<Vec<Arc<Person>>, Fault> {
    if options.all {
        let people = operations::all_migratable(&access.people());
        return if people.is_empty() {
            Err(Fault::not_begun(
                "There is no static login that could be migrated.",
            ))
        } else {
            Ok(people)
        };
    }
    let mut people: Vec<Arc<Person>> = Vec::new();
    for email in &options.email {
        let person = shell::person(access, email)?;
        operations::migratable(&person)
            .map_err(|why| Fault::not_begun(format!("{}: {why}", person.key)))?;
        if !people.iter().any(|other| other.key == person.key) {
            people.push(person);
        }
    }
    Ok(people)
}

/// A quota in one cell.
pub(super) fn quota_cell(quota: &Quota) -> String {
    let lines: Vec<String> = quota
        .iter()
        .map(|(name, amount)| format!("{name}={amount}"))
        .collect();
    lines.join(",")
}
