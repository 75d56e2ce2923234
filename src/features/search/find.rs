//! What is found, group by group: one pass over memory for people and profiles, one query for operations.

use jiff::Timestamp;

use crate::access::{SignedIn, Standing};
use crate::clock::Clock;
use crate::domain::{Operation, OperationId, Permission, Profile};
use crate::store::{self, OperationFilter};
use crate::web::pager::Address;
use crate::web::paths;
use crate::web::view::OperationRow;

/// Rows of a group; the list behind “show all” has the rest.
const MOST: usize = 8;

/// One kind of thing, with the first of what was found.
pub(super) struct Group {
    pub title: &'static str,
    pub id: &'static str,
    pub rows: Vec<Found>,
    pub total: usize,
    /// Where all of them are; empty when every one is here.
    pub all_href: String,
}

/// One thing that was found.
pub(super) struct Found {
    pub label: String,
    pub href: String,
    pub detail: String,
    /// Health of a profile, in a word; empty for other things.
    pub verdict: &'static str,
    /// State of an operation; empty for other things.
    pub state: &'static str,
}

impl Found {
    fn new(label: impl Into<String>, href: String, detail: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href,
            detail: detail.into(),
            verdict: "",
            state: "",
        }
    }
}

impl Group {
    fn new(title: &'static str, id: &'static str) -> Self {
        Self {
            title,
            id,
            rows: Vec::new(),
            total: 0,
            all_href: String::new(),
        }
    }

    fn add(&mut self, row: impl FnOnce() -> Found) {
        self.total += 1;
        if self.rows.len() < MOST {
            self.rows.push(row());
        }
    }

    fn with_rest_at(mut self, path: &str, typed: &str) -> Self {
        if self.total > self.rows.len() {
            self.all_href = Address::new(path, &[]).with("q", typed);
        }
        self
    }
}

/// Every group that has something. `typed` is not empty.
pub(super) async fn everything(
    signed_in: &SignedIn,
    typed: &str,
) -> Result<Vec<Group>, store::Error> {
    let groups = [
        people(signed_in, typed),
        profiles(signed_in, typed),
        operations(signed_in, typed).await?,
    ];
    Ok(groups.into_iter().filter(|group| group.total > 0).collect())
}

fn people(signed_in: &SignedIn, typed: &str) -> Group {
    let mut group = Group::new("Users", "users");
    let Some(access) = signed_in.access(Permission::ReadUsers) else {
        return group;
    };
    let wanted = typed.to_lowercase();
    for person in access.people().iter().filter(|p| p.mentions(&wanted)) {
        group.add(|| {
            let href = paths::fill(paths::USER, &person.key);
            Found::new(&person.key, href, person.display_name())
        });
    }
    group.with_rest_at(paths::USERS, typed)
}

fn profiles(signed_in: &SignedIn, typed: &str) -> Group {
    let mut group = Group::new("Profiles", "profiles");
    let wanted = typed.to_lowercase();
    let Some(access) = signed_in.access(Permission::ReadProfiles) else {
        return own_profiles(signed_in, &wanted);
    };
    let all = access.cluster().profiles();
    for profile in all.items.iter().filter(|p| p.mentions(&wanted)) {
        group.add(|| found_profile(profile, paths::fill(paths::PROFILE, profile.name.as_str())));
    }
    group.with_rest_at(paths::PROFILES, typed)
}

/// Whoever may not see all profiles finds their own.
fn own_profiles(signed_in: &SignedIn, wanted: &str) -> Group {
    let mut group = Group::new("My profiles", "profiles");
    let (mine, _) = signed_in.own_profiles();
    for own in mine
        .iter()
        .filter(|own| own.profile.name.as_str().contains(wanted))
    {
        group.add(|| {
            let detail = match own.standing {
                Standing::Owner => "owner",
                Standing::Contributor(role) => role.as_str(),
            };
            Found {
                detail: detail.to_owned(),
                ..found_profile(&own.profile, paths::MINE.to_owned())
            }
        });
    }
    group
}

fn found_profile(profile: &Profile, href: String) -> Found {
    let owner = profile.owner.as_ref().map(|owner| owner.name.to_string());
    Found {
        verdict: profile.health.verdict.as_str(),
        ..Found::new(profile.name.as_str(), href, owner.unwrap_or_default())
    }
}

/// By subject, for those who may see the record; by its whole id also for the one whose operation it is.
async fn operations(signed_in: &SignedIn, typed: &str) -> Result<Group, store::Error> {
    let mut group = Group::new("Operations", "operations");
    let now = Clock.now();
    if let Ok(id) = typed.parse::<OperationId>() {
        if let Some(operation) = signed_in.operation(&id).await? {
            group.add(|| found_operation(&operation, now));
        }
        return Ok(group);
    }
    if let Some(access) = signed_in.access(Permission::ReadActivity) {
        let filter = OperationFilter {
            subject: typed.to_owned(),
            ..OperationFilter::default()
        };
        let most = u32::try_from(MOST).unwrap_or(u32::MAX);
        let (operations, total) = access.operations(&filter, most, 0).await?;
        for operation in &operations {
            group.add(|| found_operation(operation, now));
        }
        group.total = usize::try_from(total).unwrap_or(usize::MAX);
    }
    Ok(group.with_rest_at(paths::OPERATIONS, typed))
}

fn found_operation(operation: &Operation, now: Timestamp) -> Found {
    let row = OperationRow::new(operation, now);
    Found {
        state: row.state,
        ..Found::new(
            format!("{} {}", row.title, row.subject),
            row.href,
            format!("{} · {}", row.actor, row.started.text),
        )
    }
}
