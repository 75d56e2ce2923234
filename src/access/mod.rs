//! The only key to cluster and store: who is signed in, what they may do, and nothing without that.
//!
//! A handler cannot reach the cluster by itself. It is handed [`SignedIn`] (anybody with a session: what is
//! theirs) or [`Access`] (somebody whose permission was checked for this very request), and both come from
//! [`Gate`] alone. Knows nothing of HTTP pages.

mod chain;
mod desk;
mod directory;
mod gate;
mod reach;
mod rights;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cluster::{Cluster, WatchState};
use crate::domain::{
    Actor, AuditEvent, AuditFilter, Contribution, Operation, OperationId, Outcome, Permission,
    Profile, ProfileName, Quota, Role, Session, SessionId, Stated, Verdict,
};
use crate::operation::Engine;
use crate::store::{self, Store};

pub use chain::{Chain, ChainFix, ChainStep, Facts as ChainFacts, Link, Sight, Way, walk};
pub use desk::{Desk, DeskError, DeskSettings, NewSession, Place};
pub use directory::{Directory, Finding, Person};
pub use gate::{Gate, GateSettings, Refusal};
pub use reach::{Level, Reach, Right, Source, Who};
pub use rights::Rights;

/// The setting that holds the presets of quotas.
const PRESETS: &str = "quota-presets";

/// Anybody with a session. Reaches what belongs to that person and nothing else.
#[derive(Clone)]
pub struct SignedIn {
    pub(super) session: Session,
    pub(super) rights: Arc<Rights>,
    pub(super) services: Services,
    pub(super) freshness: Freshness,
}

/// Did the person prove who they are recently enough for a change?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    Stale,
}

/// What the gate gives out; never reachable without it.
#[derive(Clone)]
pub(super) struct Services {
    pub(super) cluster: Cluster,
    pub(super) store: Store,
    pub(super) engine: Engine,
    pub(super) clock: crate::clock::Clock,
    pub(super) directory: Arc<Directory>,
}

/// One profile of the signed-in person, and what they are in it.
#[derive(Debug, Clone)]
pub struct OwnProfile {
    pub profile: Arc<Profile>,
    pub standing: Standing,
}

/// What somebody is in a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Owner,
    Contributor(Role),
}

impl SignedIn {
    pub fn actor(&self) -> &Actor {
        &self.session.actor
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.rights.allows(permission)
    }

    pub fn verdicts(&self) -> Vec<(Permission, Verdict)> {
        self.rights.all()
    }

    pub fn freshness(&self) -> Freshness {
        self.freshness
    }

    /// The wider key, for a page that is open to all and shows more to some.
    pub fn access(&self, permission: Permission) -> Option<Access> {
        Gate::admit(self.clone(), permission).ok()
    }

    /// Profiles that are mine or that I contribute to, and how far the list can be trusted. One pass over memory.
    pub fn own_profiles(&self) -> (Vec<OwnProfile>, WatchState) {
        let me = &self.session.actor.user;
        let cluster = &self.services.cluster;
        let profiles = cluster.profiles();
        let mut mine: Vec<OwnProfile> = profiles
            .items
            .iter()
            .filter(|profile| {
                profile
                    .owner
                    .as_ref()
                    .is_some_and(|owner| owner.name == *me)
            })
            .map(|profile| OwnProfile {
                profile: profile.clone(),
                standing: Standing::Owner,
            })
            .collect();
        for contribution in cluster
            .contributions()
            .items
            .iter()
            .filter(|c| c.user == *me && c.binding)
        {
            if let Some(profile) = cluster.profile(&contribution.profile) {
                mine.push(OwnProfile {
                    profile,
                    standing: Standing::Contributor(contribution.role),
                });
            }
        }
        mine.sort_by(|a, b| a.profile.name.cmp(&b.profile.name));
        (mine, profiles.state)
    }

    pub async fn own_sessions(&self) -> Result<Vec<Session>, store::Error> {
        self.services
            .store
            .sessions_of(&self.session.actor.user)
            .await
    }

    /// Ends one of my own sessions; somebody else's id does nothing.
    pub async fn end_own_session(&self, id: &SessionId) -> Result<bool, store::Error> {
        let mine = self
            .own_sessions()
            .await?
            .iter()
            .any(|session| session.id == *id);
        if !mine {
            return Ok(false);
        }
        self.services.store.session_delete(id).await?;
        self.record(
            "session.ended",
            self.actor().user.as_str(),
            "ended by its owner",
        )
        .await?;
        Ok(true)
    }

    pub async fn end_other_sessions(&self) -> Result<usize, store::Error> {
        let others: Vec<Session> = self
            .own_sessions()
            .await?
            .into_iter()
            .filter(|session| session.id != self.session.id)
            .collect();
        for session in &others {
            self.services.store.session_delete(&session.id).await?;
        }
        self.record(
            "session.ended",
            self.actor().user.as_str(),
            "ended everywhere else by its owner",
        )
        .await?;
        Ok(others.len())
    }

    /// An operation, if it is mine or if I may see the record.
    pub async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, store::Error> {
        let found = self.services.store.operation_find(id).await?;
        Ok(found.filter(|operation| self.is_mine(operation) || self.may(Permission::ReadActivity)))
    }

    /// Only the one who planned an operation starts, resumes and undoes it.
    pub fn is_mine(&self, operation: &Operation) -> bool {
        operation.actor == *self.actor()
    }

    pub fn engine(&self) -> &Engine {
        &self.services.engine
    }

    /// A line in the activity record that belongs to no operation.
    pub async fn record(
        &self,
        action: &str,
        subject: &str,
        note: &str,
    ) -> Result<(), store::Error> {
        let event = AuditEvent {
            id: uuid::Uuid::now_v7().to_string(),
            at: self.services.clock.now(),
            actor: self.actor().user.clone(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            outcome: Outcome::Done,
            operation: None,
            before: None,
            after: None,
            note: note.to_owned(),
        };
        crate::operation::record(&self.services.store, &event).await
    }
}

/// A signed-in person whose permission for this request was allowed by the API server.
#[derive(Clone)]
pub struct Access {
    signed_in: SignedIn,
}

impl Access {
    pub(super) fn new(signed_in: SignedIn) -> Self {
        Self { signed_in }
    }

    pub fn cluster(&self) -> &Cluster {
        &self.signed_in.services.cluster
    }

    /// Everybody, joined over all sources; from memory.
    pub fn people(&self) -> Arc<Vec<Arc<Person>>> {
        self.signed_in.services.directory.people(self.cluster())
    }

    /// Who can reach what, with the source of each right; from memory.
    pub fn reach(&self) -> Arc<Reach> {
        self.signed_in.services.directory.reach(self.cluster())
    }

    /// How Dex states a person, by the logins that are known here.
    pub fn stated(&self, name: &str) -> Stated {
        let people = self.people();
        let folded = name.to_ascii_lowercase();
        let found = people
            .binary_search_by(|person| person.key.cmp(&folded))
            .ok()
            .map(|index| people[index].clone());
        let login = found.and_then(|person| {
            // The static entry wins at Dex, and is stated as it is written.
            person
                .static_login()
                .or_else(|| person.password_object())
                .cloned()
        });
        login.map_or(Stated::NoLogin, |login| Stated::As(login.email.to_string()))
    }

    /// Named quotas to fill a form with. They live in the database: Kubernetes has no place for them.
    pub async fn quota_presets(&self) -> Result<BTreeMap<String, Quota>, store::Error> {
        let text = self.signed_in.services.store.setting_get(PRESETS).await?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    /// Keeps one under its name, or forgets it.
    pub async fn set_quota_preset(
        &self,
        name: &str,
        quota: Option<Quota>,
    ) -> Result<(), store::Error> {
        let mut presets = self.quota_presets().await?;
        let action = if quota.is_some() {
            "preset.saved"
        } else {
            "preset.forgotten"
        };
        match quota {
            Some(quota) => drop(presets.insert(name.to_owned(), quota)),
            None => drop(presets.remove(name)),
        }
        let text = serde_json::json!(presets).to_string();
        let store = &self.signed_in.services.store;
        store.setting_set(PRESETS, &text).await?;
        self.record(action, name, "").await
    }

    pub fn contributors_of(&self, profile: &ProfileName) -> Vec<Arc<Contribution>> {
        let all = self.cluster().contributions();
        all.items
            .iter()
            .filter(|c| c.profile == *profile)
            .cloned()
            .collect()
    }

    pub async fn activity(
        &self,
        filter: &AuditFilter,
        limit: u32,
        offset: u32,
    ) -> Result<(Vec<AuditEvent>, u64), store::Error> {
        self.signed_in
            .services
            .store
            .audit_page(filter, limit, offset)
            .await
    }

    pub async fn activity_line(&self, id: &str) -> Result<Option<AuditEvent>, store::Error> {
        self.signed_in.services.store.audit_find(id).await
    }

    pub async fn operations(
        &self,
        filter: &store::OperationFilter,
        limit: u32,
        offset: u32,
    ) -> Result<(Vec<Operation>, u64), store::Error> {
        self.signed_in
            .services
            .store
            .operations_page(filter, limit, offset)
            .await
    }

    pub async fn sessions(
        &self,
        search: &str,
        limit: u32,
        offset: u32,
    ) -> Result<(Vec<Session>, u64), store::Error> {
        self.signed_in
            .services
            .store
            .sessions_page(search, limit, offset)
            .await
    }

    /// Ends anybody's session; the route needs the right to. Says whether there was one.
    pub async fn end_session(&self, id: &SessionId) -> Result<bool, store::Error> {
        if self.signed_in.services.store.session_delete(id).await? == 0 {
            return Ok(false);
        }
        self.record("session.ended", id.as_str(), "ended by an administrator")
            .await?;
        Ok(true)
    }
}

impl std::ops::Deref for Access {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.signed_in
    }
}
