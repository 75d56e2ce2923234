//! The only key to cluster and store: who is signed in, what they may do, and nothing without that.
//!
//! A handler cannot reach the cluster by itself. It is handed [`SignedIn`] (anybody with a session: what is
//! theirs) or [`Access`] (somebody whose permission was checked for this very request), and both come from
//! [`Gate`] alone. Knows nothing of HTTP pages.

mod authority;
mod chain;
mod desk;
mod directory;
mod endings;
mod gate;
mod handing_over;
mod keeper;
mod questions;
mod reach;
mod rights;
mod sign_ins;
mod snapshots;
mod usage;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch::Receiver;

use crate::cluster::snapshot::Snapshot;
use crate::cluster::{self, Cluster, ObjectName, Shown, WatchState};
use crate::domain::{
    Actor, AuditEvent, AuditFilter, Contribution, Email, LoginSource, Operation, OperationId,
    Outcome, Permission, Profile, ProfileName, Role, Session, SessionId, Verdict, Via, Written,
};
use crate::operation::{self, Engine};
use crate::store::{self, Store};

pub use chain::{Chain, ChainFix, ChainStep, Facts as ChainFacts, Link, Sight, Way, walk};
pub use desk::{ChangeError, Chosen, Desk, DeskError, DeskSettings, LinkError, NewSession, Place};
pub use directory::{Directory, Finding, Person};
pub use endings::KnownEnding;
pub use gate::{Gate, GateSettings, Refusal, Wish};
pub use handing_over::{MadeLink, MakeError};
pub use keeper::Keeper;
pub use reach::{Level, Reach, Right, Source, Who};
pub use rights::Rights;
pub use sign_ins::{SignIn, SignIns};
pub use snapshots::Age;
use snapshots::Snapshots;

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
    pub(super) snapshots: Arc<Snapshots>,
}

/// One profile of the signed-in person, and what they are in it.
#[derive(Debug, Clone)]
pub struct OwnProfile {
    pub profile: Arc<Profile>,
    pub standing: Standing,
    /// When that ends by itself.
    pub until: Option<Written>,
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

    /// The key to a change that needs more than its route does, or why there is none.
    pub fn require(&self, permission: Permission) -> Result<Access, Refusal> {
        Gate::admit(self.clone(), permission)
    }

    /// The wider key, for a page that is open to all and shows more to some.
    pub fn access(&self, permission: Permission) -> Option<Access> {
        Gate::admit(self.clone(), permission).ok()
    }

    /// Profiles that are mine or that I contribute to, and how far the list can be trusted. One pass over memory.
    pub fn own_profiles(&self) -> (Vec<OwnProfile>, WatchState) {
        questions::profiles_of(&self.services.cluster, &self.session.actor.user)
    }

    /// The login whose password this person may change, or why there is none. From memory.
    pub fn own_login(&self) -> Result<Email, &'static str> {
        if self.actor().via != Via::Dex {
            return Err("You are not signed in with a password of Dex.");
        }
        let people = self.services.directory.people(&self.services.cluster);
        let key = self.actor().user.folded();
        let found = people.binary_search_by(|person| person.key.cmp(&key)).ok();
        let login = found.and_then(|index| people[index].used_login().cloned());
        match login.map(|login| login.source) {
            None => Err("Your login is not kept in Dex. Change the password where you have it."),
            Some(LoginSource::Static) => Err(
                "Your login is a static entry, which only an administrator changes: it needs a restart of Dex.",
            ),
            Some(LoginSource::PasswordObject) => key
                .parse()
                .map_err(|_| "Your login is not named by an e-mail address."),
        }
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

    /// An object as YAML, read as this person: Kubernetes decides whether they may see it.
    pub async fn yaml(
        &self,
        shown: Shown,
        namespace: &ObjectName,
        name: &ObjectName,
    ) -> Result<String, cluster::Error> {
        let acting = self.services.cluster.acting_as(self.actor())?;
        acting.yaml(shown, namespace, name).await
    }

    /// My operations that ended after a moment, oldest first.
    pub async fn operations_ended_since(
        &self,
        since: Timestamp,
    ) -> Result<Vec<Operation>, store::Error> {
        let mut ended = self
            .services
            .store
            .operations_ended_of(&self.actor().user, since)
            .await?;
        ended.retain(|operation| self.is_mine(operation));
        Ok(ended)
    }

    /// Told of every change that the watches see; what changed is asked for as usual.
    pub fn cluster_changes(&self) -> Receiver<u64> {
        self.services.cluster.changes()
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
        let now = self.services.clock.now();
        let done = (Outcome::Done, note);
        let event = operation::line(now, &self.actor().user, (action, subject), done);
        operation::record(&self.services.store, &event).await
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

    /// Those of these names that are there, each once, by name.
    pub fn profiles_named<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<Arc<Profile>> {
        let names: BTreeSet<ProfileName> = names.map(ProfileName::from_cluster).collect();
        names
            .iter()
            .filter_map(|name| self.cluster().profile(name))
            .collect()
    }

    pub fn contributors_of(&self, profile: &ProfileName) -> Vec<Arc<Contribution>> {
        let all = self.cluster().contributions();
        all.items
            .iter()
            .filter(|c| c.profile == *profile)
            .cloned()
            .collect()
    }

    /// The installation as this person may see it; at most a minute old, and not older than the last change made here.
    pub async fn snapshot(&self, age: Age) -> Result<Arc<Snapshot>, cluster::Error> {
        let services = &self.signed_in.services;
        let cluster = &services.cluster;
        // A database that does not answer is no reason to show nothing: then a minute is what holds.
        let changed = services
            .store
            .operations_last_end(services.clock.now())
            .await;
        let when = (services.clock, changed.unwrap_or_default());
        services
            .snapshots
            .of(cluster, self.actor(), age, when)
            .await
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
