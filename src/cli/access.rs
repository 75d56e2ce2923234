//! `kubeflow-admin access`: who can reach what, and why somebody cannot.

use std::process::ExitCode;

use serde_json::json;

use super::shell::{self, End, Fault, Item, Listing, Shell, answered, remark};
use crate::access::{ChainFix, ChainStep, Right, Sight, Who};
use crate::config::administer::{Access as Command, AccessMatrix, AccessWhy};
use crate::domain::{Permission, ProfileName};
use crate::features::access::operations;

pub async fn run(command: Command) -> ExitCode {
    match command {
        Command::Why(options) => answered(why(&options).await),
        Command::Matrix(options) => answered(matrix(&options).await),
    }
}

async fn why(options: &AccessWhy) -> Result<End, Fault> {
    let access = Shell::ask(&options.asking, Permission::ReadAccess).await?;
    let profile = shell::profile(&access, &options.profile)?;
    let chain = operations::explain(&access, &options.email, &profile).await;
    let listing = Listing {
        kind: "Link",
        columns: &["STATE", "LINK", "WHAT WAS FOUND", "MENDED BY"],
        items: chain
            .steps
            .iter()
            .map(|step| link(step, profile.name.as_str()))
            .collect(),
    };
    listing.print(options.asking.output)?;
    match chain.broken() {
        Some(step) => {
            remark(&format!(
                "{} cannot work in {}: {}",
                chain.name,
                profile.name,
                step.reason.trim()
            ));
            Ok(End::Failed)
        }
        None => Ok(End::Done),
    }
}

fn link(step: &ChainStep, profile: &str) -> Item {
    let state = match step.sight {
        Sight::Good => "good",
        Sight::Broken => "broken",
        Sight::Unclear => "unclear",
        Sight::NotReached => "not-reached",
    };
    let mended = step.fix.as_ref().map(|fix| command(fix, profile));
    Item {
        name: format!("{:?}", step.link).to_ascii_lowercase(),
        cells: vec![
            state.to_owned(),
            step.link.label().to_owned(),
            step.reason.trim().to_owned(),
            mended.clone().unwrap_or_default(),
        ],
        value: json!({
            "link": step.link.label(), "state": state, "reason": step.reason.trim(), "mendedBy": mended,
        }),
    }
}

/// What puts a link right, as a command where there is one.
fn command(fix: &ChainFix, profile: &str) -> String {
    match fix {
        ChainFix::AddLogin(email) => format!("kubeflow-admin user add {email} --no-profile"),
        ChainFix::ResetPassword(email) => format!("kubeflow-admin user reset-password {email}"),
        ChainFix::AddContributor { user, role } => {
            format!("kubeflow-admin contributor add {profile} {user} --role {role}")
        }
        ChainFix::MendPair { object } => {
            format!("the page of the profile, which repairs {object}")
        }
        ChainFix::SetOwner { owner } => {
            format!("kubeflow-admin profile transfer {profile} --to {owner}")
        }
        ChainFix::SeeProfile => format!("kubeflow-admin profile show {profile}"),
        ChainFix::EditQuota => format!("kubeflow-admin quota set {profile} RESOURCE=AMOUNT"),
    }
}

async fn matrix(options: &AccessMatrix) -> Result<End, Fault> {
    let access = Shell::ask(&options.asking, Permission::ReadAccess).await?;
    let reach = access.reach();
    let person = options.person.as_deref().map(str::to_ascii_lowercase);
    let is_theirs = |right: &&Right| {
        person
            .as_ref()
            .is_none_or(|person| right.who.name().to_ascii_lowercase() == *person)
    };
    let is_there = |right: &&Right| match (&options.profile, &right.profile) {
        (Some(wanted), Some(profile)) => profile.as_str() == wanted,
        (Some(_) | None, None) | (None, Some(_)) => true,
    };
    let rights = reach.rights.iter().filter(is_theirs).filter(is_there);
    let listing = Listing {
        kind: "Right",
        columns: &[
            "WHO", "KIND", "PROFILE", "ROLE", "SOURCE", "OBJECT", "TROUBLE",
        ],
        items: rights.map(right).collect(),
    };
    listing.print(options.asking.output)?;
    Ok(End::Done)
}

fn right(right: &Right) -> Item {
    let kind = match right.who {
        Who::Person(_) => "user",
        Who::Group(_) => "group",
    };
    let profile = right.profile.as_ref().map(ProfileName::as_str);
    let (who, level, source) = (right.who.name(), right.level.as_str(), right.source.code());
    Item {
        name: format!("{who}/{}", profile.unwrap_or("*")),
        cells: [
            who,
            kind,
            profile.unwrap_or("*"),
            level,
            source,
            &right.detail,
            &right.trouble,
        ]
        .map(str::to_owned)
        .to_vec(),
        value: json!({
            "who": who, "kind": kind, "profile": profile, "role": level, "source": source,
            "object": right.detail, "trouble": right.trouble,
        }),
    }
}
