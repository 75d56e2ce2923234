//! The gate: from a session's token to what that person may reach.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;

use super::rights::RightsCache;
use super::{Access, Directory, Freshness, Services, SignedIn};
use crate::clock::{self, Clock, hash_token};
use crate::cluster::{self, Cluster};
use crate::domain::{Actor, Permission, ResourceRule, Session, SessionId, Verdict};
use crate::operation::Engine;
use crate::store::{self, Store};

/// How long sessions live, and how recent a sign-in must be for a change.
#[derive(Debug, Clone, Copy)]
pub struct GateSettings {
    pub idle: SignedDuration,
    pub fresh: SignedDuration,
}

/// Whose wish a request is. A page that looks after itself keeps no session alive that nobody uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Persons,
    Pages,
}

/// Why somebody is not let through.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("nobody is signed in")]
    NotSignedIn,
    #[error("{} needs the right to {}", .permission.describe(), .rule.describe())]
    Forbidden {
        permission: Permission,
        rule: ResourceRule,
        verdict: Verdict,
    },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
}

/// Gives out [`SignedIn`] and [`Access`]; nothing else does.
pub struct Gate {
    services: Services,
    rights: RightsCache,
    settings: GateSettings,
}

impl Gate {
    pub fn new(cluster: Cluster, store: Store, engine: Engine, settings: GateSettings) -> Self {
        let directory = Arc::new(Directory::default());
        let services = Services {
            cluster,
            store,
            engine,
            clock: Clock,
            directory,
            snapshots: Arc::default(),
        };
        Self {
            services,
            rights: RightsCache::default(),
            settings,
        }
    }

    /// The session behind a cookie's token, if it is still good.
    pub async fn session(&self, token: &str, wish: Wish) -> Result<Option<Session>, store::Error> {
        let now = self.services.clock.now();
        let Some(session) = self.services.store.session_find(&hash_token(token)).await? else {
            return Ok(None);
        };
        if !is_alive(&session, now, self.settings.idle) {
            self.services.store.session_delete(&session.id).await?;
            return Ok(None);
        }
        let stale = now.duration_since(session.last_seen_at) > SignedDuration::from_secs(60);
        if stale && wish == Wish::Persons {
            self.services.store.session_touch(&session.id, now).await?;
        }
        Ok(Some(session))
    }

    /// Somebody who was let in a while ago, asked for anew: `None` once the session has ended. Does not count as use.
    pub async fn again(&self, signed_in: &SignedIn) -> Result<Option<SignedIn>, Refusal> {
        let token = &signed_in.session.token;
        let found = self.services.store.session_find(token).await?;
        let now = self.services.clock.now();
        match found.filter(|session| is_alive(session, now, self.settings.idle)) {
            Some(session) => self.signed_in(session).await.map(Some),
            None => Ok(None),
        }
    }

    /// Anybody with a session, with their rights as of the last minute.
    pub async fn signed_in(&self, session: Session) -> Result<SignedIn, Refusal> {
        let now = self.services.clock.now();
        let rights = self
            .rights
            .of(&self.services.cluster, &session.actor, now)
            .await?;
        let age = now.duration_since(session.authenticated_at);
        let freshness = if age < self.settings.fresh {
            Freshness::Fresh
        } else {
            Freshness::Stale
        };
        Ok(SignedIn {
            session,
            rights,
            services: self.services.clone(),
            freshness,
        })
    }

    /// Whoever runs a command in a shell: a session of this program alone, which is kept nowhere.
    pub async fn in_a_shell(&self, actor: Actor) -> Result<SignedIn, Refusal> {
        let now = self.services.clock.now();
        let session = Session {
            id: SessionId::new("shell"),
            token: hash_token(clock::new_token().expose_secret()),
            actor,
            created_at: now,
            authenticated_at: now,
            last_seen_at: now,
            expires_at: now + self.settings.idle,
            address: String::new(),
            user_agent: String::new(),
        };
        self.signed_in(session).await
    }

    /// Somebody who holds this permission.
    pub fn admit(signed_in: SignedIn, permission: Permission) -> Result<Access, Refusal> {
        match signed_in.rights.missing(permission) {
            None => Ok(Access::new(signed_in)),
            Some((rule, verdict)) => Err(Refusal::Forbidden {
                permission,
                rule,
                verdict,
            }),
        }
    }

    pub async fn end(&self, session: &Session) -> Result<(), store::Error> {
        self.services
            .store
            .session_delete(&session.id)
            .await
            .map(|_| ())
    }

    /// Name of the cluster for the masthead; from memory.
    pub fn cluster_name(&self) -> String {
        self.services.cluster.name()
    }

    /// Version of Kubernetes for the masthead; from memory, empty while it is not known.
    pub fn cluster_version(&self) -> String {
        self.services.cluster.version()
    }

    /// What stops us from being ready, if anything.
    pub async fn readiness(&self) -> Result<(), String> {
        self.services
            .store
            .ping()
            .await
            .map_err(|error| error.to_string())?;
        if self.services.cluster.is_ready() {
            Ok(())
        } else {
            Err("the first lists from the API server are not complete".to_owned())
        }
    }
}

fn is_alive(session: &Session, now: Timestamp, idle: SignedDuration) -> bool {
    now < session.expires_at && now.duration_since(session.last_seen_at) < idle
}
