//! Everything with a date at which it ends, from memory.

use super::caches::{Listing, worst};
use super::kinds::FREEZE_NAME;
use super::{Cluster, Frozen};
use crate::domain::{Dated, Ending, ProfileName};

impl Cluster {
    /// Contributors and freezes of profiles that say when they end; one pass.
    pub fn endings(&self) -> Listing<Ending> {
        let contributions = self.contributions();
        let people = contributions.items.iter().filter_map(|one| {
            let until = one.until.clone()?;
            let thing = one.dated();
            Some(Ending { thing, until })
        });
        let watched = &self.inner.caches.freezes;
        let frozen = watched.read();
        let freezes = frozen.iter().filter_map(|((namespace, _), freeze)| {
            let profile = self.profile(&ProfileName::from_cluster(&**namespace))?;
            Some(Ending {
                thing: Dated::Freeze {
                    profile: profile.name.clone(),
                },
                until: freeze.until.clone()?,
            })
        });
        Listing {
            items: std::sync::Arc::new(people.chain(freezes).map(std::sync::Arc::new).collect()),
            state: worst(contributions.state, watched.state()),
        }
    }

    /// Why a profile is frozen and until when, as far as is known from memory.
    pub fn freeze_of(&self, profile: &ProfileName) -> Option<Frozen> {
        let frozen = self.inner.caches.freezes.read();
        let key = (profile.as_str().into(), FREEZE_NAME.into());
        frozen.get(&key).map(|freeze| Frozen::clone(freeze))
    }
}
