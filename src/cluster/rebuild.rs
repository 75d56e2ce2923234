//! Puts profiles together from the watches: one pass over the profiles, one look-up per object around them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::caches::{Caches, gap};
use super::contributors;
use super::health::{Facts, Seen, health};
use super::kinds::{EDITOR, OWNER_BINDING, OWNER_POLICY, QUOTA_NAME, VIEWER};
use super::watch::{Kept, Key, Watched};
use crate::domain::{Pair, Passage, Profile, ProfileName, QuotaUse};

/// One watch while a list is being built: its objects, or why there are none.
struct View<'a, V> {
    objects: std::sync::RwLockReadGuard<'a, BTreeMap<Key, Arc<V>>>,
    gap: Option<String>,
}

impl<'a, V: Kept> View<'a, V> {
    fn of(watched: &'a Watched<V>) -> Self {
        Self {
            gap: gap(watched),
            objects: watched.read(),
        }
    }

    fn see(&self, namespace: &str, name: &str) -> Seen<'_, V> {
        if let Some(gap) = &self.gap {
            return Seen::Unknown(gap);
        }
        match self.objects.get(&(namespace.into(), name.into())) {
            Some(value) => Seen::There(value),
            None => Seen::Absent,
        }
    }
}

/// All profiles, by name.
pub(super) fn profiles(caches: &Caches, now: Timestamp) -> Vec<Arc<Profile>> {
    let (namespaces, bindings) = (View::of(&caches.namespaces), View::of(&caches.bindings));
    let (policies, quotas) = (View::of(&caches.policies), View::of(&caches.quotas));
    let (editors, viewers) = (View::of(&caches.editors), View::of(&caches.viewers));
    let profiles = caches.profiles.read();
    let one = |profile: &Arc<_>| {
        let profile: &super::facts::ProfileFacts = profile;
        let name = profile.name.as_str();
        let facts = Facts {
            profile,
            namespace: namespaces.see("", name),
            owner_binding: bindings.see(name, OWNER_BINDING),
            editor_binding: bindings.see(name, EDITOR),
            viewer_binding: bindings.see(name, VIEWER),
            editor: editors.see(name, EDITOR),
            viewer: viewers.see(name, VIEWER),
            owner_policy: policies.see(name, OWNER_POLICY),
            quota: quotas.see(name, QUOTA_NAME),
        };
        Arc::new(assemble(&facts, now))
    };
    profiles.values().map(one).collect()
}

fn assemble(facts: &Facts<'_>, now: Timestamp) -> Profile {
    let profile = facts.profile;
    Profile {
        name: profile.name.clone(),
        owner: profile.owner.clone(),
        quota: profile.quota.clone(),
        quota_use: match facts.quota {
            Seen::There(quota) => quota.in_force.clone(),
            Seen::Absent | Seen::Unknown(_) => QuotaUse::default(),
        },
        health: health(facts, now),
        created_at: profile.created_at,
        resource_version: profile.resource_version.clone(),
        managed_by: profile.managed_by,
    }
}

/// Name and value of everything in one namespace.
pub(super) fn within<'a, V>(
    objects: &'a BTreeMap<Key, Arc<V>>,
    namespace: &'a str,
) -> impl Iterator<Item = (&'a str, &'a V)> {
    let first: Key = (namespace.into(), "".into());
    objects
        .range(first..)
        .take_while(move |((found, _), _)| **found == *namespace)
        .map(|((_, name), value)| (&**name, &**value))
}

/// The contributors of one profile, object by object. O(log n + pairs).
pub(super) fn pairs(caches: &Caches, profile: &ProfileName) -> Vec<Pair> {
    let (bindings, policies) = (caches.bindings.read(), caches.policies.read());
    let name = profile.as_str();
    contributors::pairs(profile, within(&bindings, name), within(&policies, name))
}

/// The ways in of the owner's own policy, and the person it is annotated for.
pub(super) fn owner_passages(
    caches: &Caches,
    profile: &ProfileName,
) -> Option<(String, Vec<Passage>)> {
    let policies = caches.policies.read();
    let key = (profile.as_str().into(), OWNER_POLICY.into());
    let policy = policies.get(&key)?;
    let user = policy.user.clone().unwrap_or_default();
    Some((user, policy.passages.clone()))
}

/// Whom the namespace names as the owner, which the controller compares with the profile.
pub(super) fn namespace_owner(caches: &Caches, profile: &ProfileName) -> Option<String> {
    let namespaces = caches.namespaces.read();
    let key = ("".into(), profile.as_str().into());
    namespaces.get(&key)?.owner.clone()
}

/// Whom the binding of the owner names.
pub(super) fn bound_owner(caches: &Caches, profile: &ProfileName) -> Option<String> {
    let bindings = caches.bindings.read();
    let key = (profile.as_str().into(), OWNER_BINDING.into());
    let subject = bindings.get(&key)?.subject()?.clone();
    Some(subject.name().to_owned())
}
