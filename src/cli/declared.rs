//! `kubeflow-admin export`, `diff` and `import`: profiles and contributors as Kubernetes objects in a file.

mod read;

use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::json;

use super::shell::{
    self, End, Fault, Item, Listing, Shell, answered, carry_out, ended, remark, write,
};
use crate::access::Access;
use crate::cluster::Logins;
use crate::config::administer::{Asking, Diff, Export, Format, Import};
use crate::domain::{Permission, ProfileName, several};
use crate::features::profiles::declared::{Declared, Difference, Prune, compare, operations};

pub async fn export(options: Export) -> ExitCode {
    answered(print(&options).await)
}

async fn print(options: &Export) -> Result<End, Fault> {
    let asking = Asking {
        caller: options.caller.clone(),
        output: Format::Yaml,
    };
    let access = Shell::ask(&asking, Permission::ReadProfiles).await?;
    let mut only = BTreeSet::new();
    for name in &options.profile {
        only.insert(shell::profile(&access, name)?.name.clone());
    }
    let logins = if options.with_password_hashes {
        Logins::WithHashes
    } else {
        Logins::LeftOut
    };
    let acting = access.cluster().acting_as(access.actor())?;
    write(&acting.export(&only, logins).await?)?;
    Ok(End::Done)
}

pub async fn diff(options: Diff) -> ExitCode {
    answered(differences(&options).await)
}

/// As `kubectl diff` ends: 1 when something is different.
async fn differences(options: &Diff) -> Result<End, Fault> {
    let declared = read::file(&options.file).await?;
    let access = Shell::ask(&options.asking, Permission::ReadProfiles).await?;
    let prune = if options.prune {
        Prune::Contributors
    } else {
        Prune::Nobody
    };
    let found = compare(&access, &declared, prune);
    listing(&found).print(options.asking.output)?;
    Ok(if found.is_empty() {
        End::Done
    } else {
        End::Failed
    })
}

fn listing(differences: &[Difference]) -> Listing {
    let changes = differences.iter().flat_map(Difference::changes);
    let items = changes.map(|change| {
        let word = match (&change.before, &change.after) {
            (None, _) => "add",
            (Some(_), None) => "remove",
            (Some(_), Some(_)) => "change",
        };
        let shown = |side: &Option<String>| side.clone().unwrap_or_default();
        Item {
            name: change.field.clone(),
            cells: vec![
                word.to_owned(),
                change.field.clone(),
                shown(&change.before),
                shown(&change.after),
            ],
            value: json!({
                "change": word, "field": change.field, "before": change.before, "after": change.after,
            }),
        }
    });
    Listing {
        kind: "Difference",
        columns: &["CHANGE", "FIELD", "NOW", "IN THE FILE"],
        items: items.collect(),
    }
}

pub async fn import(options: Import) -> ExitCode {
    ended(put_right(&options).await)
}

async fn put_right(options: &Import) -> Result<End, Fault> {
    let declared = read::file(&options.file).await?;
    let (shell, access) = Shell::change(&options.changing, Permission::ReadProfiles).await?;
    let prune = if options.prune {
        Prune::Contributors
    } else {
        Prune::Nobody
    };
    let found = compare(&access, &declared, prune);
    if found.is_empty() {
        remark("Nothing to do: everything is as the file says.");
        return Ok(End::Done);
    }
    for permission in needed(&found) {
        shell.access(permission)?;
    }
    warn_of_git(&access, &declared);
    let subject = several(declared.profiles.keys().map(ProfileName::as_str));
    let operation = operations::plan_import(&access, subject, &found).await?;
    carry_out(&shell, operation, &options.changing, None).await
}

fn needed(differences: &[Difference]) -> BTreeSet<Permission> {
    differences
        .iter()
        .map(|one| match one {
            Difference::NewProfile { .. } => Permission::WriteProfiles,
            Difference::OtherOwner { .. } => Permission::WriteOwners,
            Difference::OtherQuota { .. } => Permission::WriteQuotas,
            Difference::NewContributor { .. } | Difference::SurplusContributor { .. } => {
                Permission::WriteContributors
            }
        })
        .collect()
}

fn warn_of_git(access: &Access, declared: &Declared) {
    let there = declared
        .profiles
        .keys()
        .filter_map(|name| access.cluster().profile(name));
    for profile in there {
        shell::mind_manager(&profile);
    }
}
