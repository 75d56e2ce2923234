//! What was typed becomes what is meant, or a sentence about it.

use std::sync::Arc;

use super::fault::Fault;
use super::remark;
use crate::access::{Access, Person};
use crate::clock::Clock;
use crate::domain::{Email, Profile, ProfileName, Quota, Role, Until};

pub(in crate::cli) fn email(text: &str) -> Result<Email, Fault> {
    text.parse()
        .map_err(|why| Fault::not_begun(format!("{text}: {why}.")))
}

pub(in crate::cli) fn role(text: &str) -> Result<Role, Fault> {
    text.parse()
        .map_err(|why| Fault::not_begun(format!("{text}: {why}.")))
}

/// An end that is still to come.
pub(in crate::cli) fn until(text: Option<&str>) -> Result<Option<Until>, Fault> {
    let Some(text) = text else { return Ok(None) };
    Until::to_come(text, Clock.now())
        .map(Some)
        .map_err(|why| Fault::not_begun(format!("--until {text}: {why}.")))
}

/// Everything known about somebody.
pub(in crate::cli) fn person(access: &Access, email: &str) -> Result<Arc<Person>, Fault> {
    let people = access.people();
    let key = email.trim().to_ascii_lowercase();
    people
        .binary_search_by(|person| person.key.as_str().cmp(&key))
        .map(|index| people[index].clone())
        .map_err(|_| {
            Fault::not_begun(format!(
                "Nobody named {key} is known here. kubeflow-admin user list shows everybody."
            ))
        })
}

/// The profile of this name, to look at.
pub(in crate::cli) fn profile(access: &Access, name: &str) -> Result<Arc<Profile>, Fault> {
    let wanted = ProfileName::from_cluster(name.trim());
    let profile = access.cluster().profile(&wanted).ok_or_else(|| {
        Fault::not_begun(format!(
            "There is no profile named {wanted}. kubeflow-admin profile list shows all."
        ))
    })?;
    Ok(profile)
}

/// The profile of this name, to change it.
pub(in crate::cli) fn profile_to_change(
    access: &Access,
    name: &str,
) -> Result<Arc<Profile>, Fault> {
    let profile = profile(access, name)?;
    mind_manager(&profile);
    Ok(profile)
}

/// Before a change of something that Git keeps.
pub(in crate::cli) fn mind_manager(profile: &Profile) {
    if let Some(manager) = profile.managed_by {
        remark(&format!(
            "Mind: {} is kept by {}, which may take back what is changed here.",
            profile.name,
            manager.as_str()
        ));
    }
}

/// `cpu=4`, several times.
pub(in crate::cli) fn quota(lines: &[String]) -> Result<Quota, Fault> {
    let lines = pairs(lines, "RESOURCE=AMOUNT, such as cpu=4")?;
    let parsed = lines.into_iter().map(|(name, amount)| {
        Quota::line(name, amount)
            .map_err(|why| Fault::not_begun(format!("{name}={amount}: {why}.")))
    });
    parsed.collect()
}

/// `team-a=edit`, several times.
pub(in crate::cli) fn shares(texts: &[String]) -> Result<Vec<(&str, &str)>, Fault> {
    pairs(texts, "PROFILE=ROLE, such as team-a=edit")
}

fn pairs<'a>(texts: &'a [String], form: &str) -> Result<Vec<(&'a str, &'a str)>, Fault> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for text in texts {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Fault::not_begun(format!("{text} is not {form}.")));
        };
        if found.iter().any(|(other, _)| *other == name) {
            return Err(Fault::not_begun(format!("{name} is there twice.")));
        }
        found.push((name, value));
    }
    Ok(found)
}
