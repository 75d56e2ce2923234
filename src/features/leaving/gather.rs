//! Everything that there is of people who leave, as the cluster has it now.

use std::sync::Arc;

use futures::future::join_all;

use crate::access::{Access, Person};
use crate::cluster::{self, Amount};
use crate::domain::{
    Authority, Email, Entrants, Item, LoginSource, ProfileName, Subject, UserName,
};
use crate::features::{profiles, users};
use crate::web::pager::PAGE;

/// More than a list shows on one page cannot be chosen by hand.
const MOST: usize = PAGE as usize;
/// Profiles whose contents are counted at the same time; each is a handful of requests.
const AT_ONCE: usize = 4;

/// Somebody who leaves.
pub(super) struct Leaver {
    pub email: Email,
    pub person: Arc<Person>,
    pub things: Vec<Thing>,
    /// What this checklist does not reach, in sentences.
    pub notes: Vec<String>,
}

/// Something to decide about.
pub(super) struct Thing {
    pub item: Item,
    /// What is in it.
    pub found: Vec<String>,
}

/// Who of the chosen leaves, and why the others are left out.
pub(super) struct Leavers {
    pub people: Vec<Leaver>,
    pub left_out: Vec<String>,
    pub authority: Authority,
    pub entrants: Entrants,
}

impl Leavers {
    pub(super) fn includes(&self, name: &UserName) -> bool {
        let key = name.folded();
        self.people.iter().any(|leaver| leaver.person.key == key)
    }
}

pub(super) async fn gather(
    access: &Access,
    (authority, entrants): (Authority, Entrants),
    chosen: &[String],
) -> Result<Leavers, cluster::Error> {
    let (chosen, left_out) = select(access, chosen);
    let mut people = Vec::with_capacity(chosen.len());
    for (email, person) in chosen {
        let things = things(access, &authority, &person).await?;
        let notes = notes(access, (&authority, &entrants), &person);
        people.push(Leaver {
            email,
            person,
            things,
            notes,
        });
    }
    Ok(Leavers {
        people,
        left_out,
        authority,
        entrants,
    })
}

fn select(access: &Access, chosen: &[String]) -> (Vec<(Email, Arc<Person>)>, Vec<String>) {
    let everybody = access.people();
    let (mut people, mut left_out) = (Vec::new(), Vec::new());
    let chosen = chosen.iter().take(MOST);
    let mut keys: Vec<String> = chosen.map(|one| one.to_ascii_lowercase()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let found = everybody.binary_search_by(|person| person.key.as_str().cmp(&key));
        let Ok(index) = found else {
            left_out.push(format!("{key} is not there any more."));
            continue;
        };
        let person = everybody[index].clone();
        if access.actor().user.folded() == key {
            left_out.push(format!(
                "{key} is you: another administrator has to do that."
            ));
            continue;
        }
        match key.parse() {
            Ok(email) => people.push((email, person)),
            Err(why) => left_out.push(format!("{key}: {why}.")),
        }
    }
    (people, left_out)
}

async fn things(
    access: &Access,
    authority: &Authority,
    person: &Person,
) -> Result<Vec<Thing>, cluster::Error> {
    let thing = |item, found| Thing { item, found };
    let mut all = Vec::new();
    if let Some(login) = person.used_login() {
        let name = login.email.clone();
        all.push(thing(Item::Login { name }, places(person)));
    }
    all.push(thing(Item::Sessions, Vec::new()));
    for names in person.owns.chunks(AT_ONCE) {
        let counted = join_all(names.iter().map(|name| contents(access, name))).await;
        for (name, found) in names.iter().zip(counted) {
            let item = Item::Profile { name: name.clone() };
            all.push(thing(item, found?));
        }
    }
    for (profile, user, role) in users::operations::contributions_of(access, person) {
        let item = Item::Part {
            profile,
            user,
            role,
        };
        all.push(thing(item, Vec::new()));
    }
    let rights = rights(authority, person).into_iter();
    all.extend(rights.map(|(item, role)| thing(item, vec![format!("ClusterRole {role}")])));
    Ok(all)
}

fn places(person: &Person) -> Vec<String> {
    let place = |source| match source {
        LoginSource::PasswordObject => "Password object",
        LoginSource::Static => "static entry in the configuration of Dex, which is started anew",
    };
    person
        .logins
        .iter()
        .map(|login| place(login.source).to_owned())
        .collect()
}

/// What is in a profile; nothing is left out that could not be counted.
async fn contents(access: &Access, name: &ProfileName) -> Result<Vec<String>, cluster::Error> {
    let lines = profiles::operations::inventory(access, name).await?;
    let said = lines.iter().filter_map(|line| {
        if matches!(line.amount, Amount::Unknown(_)) {
            return Some(format!("{}: not counted", line.what));
        }
        let text = line.words()?;
        (text != "none").then(|| format!("{}: {text}", line.what))
    });
    Ok(said.collect())
}

/// Bindings under every spelling of the name, and the role of each.
fn rights(authority: &Authority, person: &Person) -> Vec<(Item, String)> {
    let mut all = Vec::new();
    for holder in authority.holders() {
        let Subject::User(user) = holder.subject else {
            continue;
        };
        if user.folded() != person.key {
            continue;
        }
        all.extend(holder.ways.into_iter().map(|way| {
            let item = Item::Administrator {
                binding: way.binding,
                user: user.clone(),
            };
            (item, way.role)
        }));
    }
    all
}

fn notes(
    access: &Access,
    (authority, entrants): (&Authority, &Entrants),
    person: &Person,
) -> Vec<String> {
    let is_theirs =
        |subject: &Subject| matches!(subject, Subject::User(name) if name.folded() == person.key);
    let decided = rights(authority, person);
    let is_decided = |name: &str| {
        decided
            .iter()
            .any(|(item, _)| matches!(item, Item::Administrator { binding, .. } if binding == name))
    };
    let grants = access.cluster().grants();
    let mut notes: Vec<String> = grants
        .items
        .iter()
        .filter(|grant| is_theirs(&grant.subject))
        .filter(|grant| grant.profile.is_some() || !is_decided(&grant.binding))
        .map(|grant| match &grant.profile {
            Some(profile) => format!(
                "RoleBinding {} in profile {profile} gives {}. It is none of Kubeflow’s own, and stays.",
                grant.binding, grant.role
            ),
            None => format!(
                "ClusterRoleBinding {} gives {}, which changes nothing here, and stays.",
                grant.binding, grant.role
            ),
        })
        .collect();
    let groups: Vec<&str> = entrants
        .groups
        .iter()
        .filter(|(_, members)| members.iter().any(|name| name.folded() == person.key))
        .map(|(group, _)| group.as_str())
        .collect();
    if !groups.is_empty() {
        notes.push(format!(
            "Signed in with the groups {}: who is in them is decided where people sign in.",
            groups.join(", ")
        ));
    }
    notes
}
