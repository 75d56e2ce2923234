//! What an administrator may ask about everybody: who reaches what, how Dex states them, what they would see; and the
//! presets of quotas.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Access, OwnProfile, Reach, Rights, Standing};
use crate::cluster::{self, Cluster, WatchState};
use crate::domain::{Actor, Email, Quota, Stated, UserName};
use crate::store;

/// The setting that holds the presets of quotas.
const PRESETS: &str = "quota-presets";

impl Access {
    /// Who can reach what, with the source of each right; from memory.
    pub fn reach(&self) -> Arc<Reach> {
        self.signed_in.services.directory.reach(self.cluster())
    }

    /// What somebody else would see as their own profiles.
    pub fn profiles_of(&self, person: &UserName) -> (Vec<OwnProfile>, WatchState) {
        profiles_of(self.cluster(), person)
    }

    /// What somebody else may do here, asked now. Without groups: only Dex knows them.
    pub async fn rights_of(&self, person: &UserName) -> Result<Rights, cluster::Error> {
        let actor = Actor::person(person.clone(), Vec::new());
        let now = self.signed_in.services.clock.now();
        Rights::ask(self.cluster(), &actor, now).await
    }

    /// How Dex states a person, by the logins that are known here.
    pub fn stated(&self, name: &str) -> Stated {
        let people = self.people();
        let folded = name.to_ascii_lowercase();
        let found = people
            .binary_search_by(|person| person.key.cmp(&folded))
            .ok()
            .map(|index| people[index].clone());
        let login = found.and_then(|person| person.used_login().cloned());
        login.map_or(Stated::NoLogin, |login| Stated::As(login.email.to_string()))
    }

    /// The name under which somebody is bound. A static login may be stated with upper case, and what Dex states is what
    /// counts.
    pub fn bound_as(&self, email: &Email) -> UserName {
        match self.stated(email.as_str()) {
            Stated::As(stated) => UserName::from_cluster(stated),
            Stated::NoLogin => UserName::from(email),
        }
    }

    /// Named quotas to fill a form with. They live in the database: Kubernetes has no place for them.
    pub async fn quota_presets(&self) -> Result<BTreeMap<String, Quota>, store::Error> {
        let text = self.signed_in.services.store.setting_get(PRESETS).await?;
        presets_in(text.as_deref())
    }

    /// Keeps one under its name, or forgets it.
    pub async fn set_quota_preset(
        &self,
        name: &str,
        quota: Option<Quota>,
    ) -> Result<(), store::Error> {
        let action = if quota.is_some() {
            "preset.saved"
        } else {
            "preset.forgotten"
        };
        let store = &self.signed_in.services.store;
        let changed = store.setting_change(PRESETS, |text| {
            let mut presets = presets_in(text)?;
            match &quota {
                Some(quota) => drop(presets.insert(name.to_owned(), quota.clone())),
                None => drop(presets.remove(name)),
            }
            Ok(serde_json::json!(presets).to_string())
        });
        changed.await?;
        self.record(action, name, "").await
    }
}

fn presets_in(text: Option<&str>) -> Result<BTreeMap<String, Quota>, store::Error> {
    // Taken for none, they would all be gone with the next one that is saved.
    text.map_or(Ok(BTreeMap::new()), serde_json::from_str)
        .map_err(|_| store::Error::Corrupt(format!("the setting {PRESETS} cannot be read")))
}

/// Profiles that belong to somebody or that they contribute to. One pass over memory.
pub(super) fn profiles_of(cluster: &Cluster, person: &UserName) -> (Vec<OwnProfile>, WatchState) {
    let profiles = cluster.profiles();
    let mut mine: Vec<OwnProfile> = profiles
        .items
        .iter()
        .filter(|profile| {
            profile
                .owner
                .as_ref()
                .is_some_and(|owner| owner.name == *person)
        })
        .map(|profile| OwnProfile {
            profile: profile.clone(),
            standing: Standing::Owner,
            until: None,
        })
        .collect();
    for contribution in cluster
        .contributions()
        .items
        .iter()
        .filter(|c| c.user == *person && c.binding)
    {
        if let Some(profile) = cluster.profile(&contribution.profile) {
            mine.push(OwnProfile {
                profile,
                standing: Standing::Contributor(contribution.role),
                until: contribution.until.clone(),
            });
        }
    }
    mine.sort_by(|a, b| a.profile.name.cmp(&b.profile.name));
    (mine, profiles.state)
}
