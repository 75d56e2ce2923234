//! Whoever keeps a profile of their own: its owner, and those who administer it with them.
//!
//! What they may know of it follows from that. What they may change is for Kubernetes to say: it is asked, and every
//! change is made as them.

use std::sync::Arc;

use futures::future::try_join_all;

use super::{OwnProfile, SignedIn, Standing};
use crate::cluster;
use crate::domain::{CONTRIBUTOR_RULES, Contribution, Profile, ProfileName, ResourceRule, Role};

/// The key to one profile of one's own; nothing about any other is reached with it.
pub struct Keeper {
    signed_in: SignedIn,
    profile: Arc<Profile>,
}

impl SignedIn {
    /// The key to a profile of mine that I own or administer; `None` for every other profile, there or not.
    pub fn keeper(&self, name: &ProfileName) -> Option<Keeper> {
        let (mine, _) = self.own_profiles();
        mine.iter()
            .filter(|own| own.profile.name == *name)
            .find_map(|own| self.keeper_of(own))
    }

    /// The same for a profile that was found to be mine.
    pub fn keeper_of(&self, own: &OwnProfile) -> Option<Keeper> {
        match own.standing {
            Standing::Owner | Standing::Contributor(Role::Admin) => Some(Keeper {
                signed_in: self.clone(),
                profile: own.profile.clone(),
            }),
            Standing::Contributor(Role::Edit | Role::View) => None,
        }
    }
}

impl Keeper {
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Who else works here.
    pub fn contributors(&self) -> Vec<Arc<Contribution>> {
        let all = self.signed_in.services.cluster.contributions();
        let here = all.items.iter();
        here.filter(|one| one.profile == self.profile.name)
            .cloned()
            .collect()
    }

    /// What Kubernetes does not let me do of all that changing contributors takes; asked now. Empty: I may.
    pub async fn denied(&self) -> Result<Vec<ResourceRule>, cluster::Error> {
        let cluster = &self.signed_in.services.cluster;
        let questions = CONTRIBUTOR_RULES.iter().map(async |rule| {
            let verdict = cluster.may_in(&self.profile.name, self.actor(), rule);
            verdict.await.map(|verdict| (*rule, verdict.allowed))
        });
        let answers = try_join_all(questions).await?;
        let denied = answers.into_iter().filter(|(_, allowed)| !allowed);
        Ok(denied.map(|(rule, _)| rule).collect())
    }
}

impl std::ops::Deref for Keeper {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.signed_in
    }
}
