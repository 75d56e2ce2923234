//! What a page wants to hear about, and how it looked last time.

use std::sync::Arc;

use crate::access::{Access, Person, SignedIn};
use crate::domain::{Contribution, Operation, OperationId, Permission, Profile, State, StepRecord};
use crate::store::{self, OperationFilter};

/// Rows of the list of operations that are looked at: its first page.
const FIRST_PAGE: u32 = crate::web::pager::PAGE;

/// What a page shows that moves by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Nothing; only news about one's own operations.
    Nothing,
    Overview,
    Users,
    Profiles,
    Operations,
    Operation(OperationId),
}

impl Topic {
    /// From the query of the stream. What is not known is nothing.
    pub(super) fn named(list: &str, operation: &str) -> Self {
        match list {
            "overview" => Self::Overview,
            "users" => Self::Users,
            "profiles" => Self::Profiles,
            "operations" => Self::Operations,
            _ => operation.parse().map_or(Self::Nothing, Self::Operation),
        }
    }
}

type List<T> = Arc<Vec<Arc<T>>>;

/// Everything that a page on the topic is made of. Lists are shared with the caches, not copied.
#[derive(PartialEq)]
pub(super) struct Sight {
    people: Option<List<Person>>,
    profiles: Option<(List<Profile>, List<Contribution>)>,
    operations: Vec<(OperationId, State, usize)>,
    operation: Option<(State, Vec<StepRecord>)>,
}

/// The person may not see this (any more).
pub(super) struct Denied;

/// How it looks now, as far as this person may see it.
pub(super) async fn look(
    signed_in: &SignedIn,
    topic: Topic,
) -> Result<Result<Sight, Denied>, store::Error> {
    let mut sight = Sight {
        people: None,
        profiles: None,
        operations: Vec::new(),
        operation: None,
    };
    let needed = match topic {
        Topic::Nothing | Topic::Operation(_) => Permission::Own,
        Topic::Overview | Topic::Profiles => Permission::ReadProfiles,
        Topic::Users => Permission::ReadUsers,
        Topic::Operations => Permission::ReadActivity,
    };
    let Some(access) = signed_in.access(needed) else {
        return Ok(Err(Denied));
    };
    match topic {
        Topic::Nothing => {}
        Topic::Users => sight.people = Some(access.people()),
        Topic::Profiles => sight.profiles = Some(profiles(&access)),
        Topic::Operations => sight.operations = operations(&access).await?,
        Topic::Overview => {
            sight.profiles = Some(profiles(&access));
            sight.people = access.may(Permission::ReadUsers).then(|| access.people());
            if access.may(Permission::ReadActivity) {
                sight.operations = operations(&access).await?;
            }
        }
        Topic::Operation(id) => match signed_in.operation(&id).await? {
            Some(Operation { state, steps, .. }) => sight.operation = Some((state, steps)),
            None => return Ok(Err(Denied)),
        },
    }
    Ok(Ok(sight))
}

fn profiles(access: &Access) -> (List<Profile>, List<Contribution>) {
    let cluster = access.cluster();
    (cluster.profiles().items, cluster.contributions().items)
}

async fn operations(access: &Access) -> Result<Vec<(OperationId, State, usize)>, store::Error> {
    let filter = OperationFilter::default();
    let (operations, _) = access.operations(&filter, FIRST_PAGE, 0).await?;
    Ok(operations
        .iter()
        .map(|operation| (operation.id, operation.state, operation.done_steps()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_about_something_unknown_is_about_nothing() {
        let id = "0190c1a8-0000-7000-8000-000000000000";
        assert_eq!(Topic::named("users", ""), Topic::Users);
        assert_eq!(Topic::named("", id), Topic::Operation(id.parse().unwrap()));
        assert_eq!(Topic::named("secrets", "x"), Topic::Nothing);
    }
}
