//! Where a snapshot is read from: the API server as one person, a few requests at a time.

use kube::Client;
use kube::api::{DynamicObject, ListParams};
use tokio::sync::Semaphore;

use super::item::Item;
use super::named::Name;
use super::seen::{Look, Seen, State};
use crate::cluster::Error;
use crate::cluster::kinds::Kind;
use crate::cluster::objects::Objects;

/// Requests at a time: a doctor must not be what keeps the API server busy.
const AT_ONCE: usize = 6;

pub(super) enum Source<'a> {
    Cluster {
        client: &'a Client,
        turns: Semaphore,
    },
    /// Objects of rendered manifests.
    #[cfg(test)]
    Objects(&'a [DynamicObject]),
}

impl<'a> Source<'a> {
    pub(super) fn cluster(client: &'a Client) -> Self {
        Self::Cluster {
            client,
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// Every object of a kind, all namespaces.
    pub(super) async fn list<T: Item>(&self) -> Seen<T> {
        let mut kept = Vec::new();
        let state = match self {
            Self::Cluster { client, turns } => {
                let _turn = turns.acquire().await;
                let mut params = ListParams::default().limit(T::PAGE);
                if let Some(fields) = T::FIELDS {
                    params = params.fields(fields);
                }
                let objects = Objects::cluster_wide(client, T::KIND);
                let take = |object| kept.extend(T::of(&object));
                objects.each(&params, take).await
            }
            #[cfg(test)]
            Self::Objects(all) => {
                let all = all.iter().filter(|object| is_of(object, T::KIND));
                kept.extend(all.filter_map(T::of));
                Ok(())
            }
        };
        Seen {
            kind: T::KIND.resource(),
            state: match state {
                Ok(()) => State::All(kept),
                Err(Error::MissingCrd { .. }) => State::Absent,
                Err(Error::Forbidden { .. }) => State::Forbidden,
                Err(error) => State::Unreadable(error.to_string()),
            },
        }
    }

    pub(super) async fn get(&self, kind: Kind, name: &Name) -> Look<DynamicObject> {
        match self {
            Self::Cluster { client, turns } => {
                let _turn = turns.acquire().await;
                let objects = Objects::within(client, kind, &name.0);
                match objects.find(&name.1).await {
                    Ok(Some(object)) => Look::Found(object),
                    Ok(None) => Look::Missing,
                    Err(Error::Forbidden { .. }) => Look::Forbidden,
                    Err(error) => Look::Unreadable(error.to_string()),
                }
            }
            #[cfg(test)]
            Self::Objects(all) => {
                let found = all.iter().find(|object| {
                    let meta = &object.metadata;
                    is_of(object, kind)
                        && meta.name.as_deref() == Some(&name.1)
                        && meta.namespace.as_deref() == Some(&name.0)
                });
                found.map_or(Look::Missing, |object| Look::Found(object.clone()))
            }
        }
    }
}

/// Rendered manifests may use another version of the same kind.
#[cfg(test)]
fn is_of(object: &DynamicObject, kind: Kind) -> bool {
    object.types.as_ref().is_some_and(|types| {
        let group = types.api_version.rsplit_once('/').map_or("", |(g, _)| g);
        types.kind == kind.kind && group == kind.group
    })
}
