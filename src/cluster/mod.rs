//! The only code that speaks to Kubernetes.
//!
//! Reads come from watches: each object becomes a small value at once and only that is kept, so that a page is one
//! pass over memory. Writes go through [`Acting`], as the person who asks. Knows `domain` and kube; nothing of pages,
//! sessions or SQL.

mod acting;
mod applied;
mod caches;
mod client;
mod conflicts;
mod contributors;
mod dates;
mod dex_config;
mod dex_place;
mod dex_secrets;
mod error;
mod facts;
mod gateway;
mod health;
mod kinds;
mod logins;
mod managers;
mod menu;
mod menu_text;
mod now;
mod objects;
mod rebuild;
mod register;
mod review;
mod rollout;
pub mod snapshot;
mod traffic;
mod watch;
mod witness;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use kube::Client;
use tokio::sync::watch::{Receiver, Sender};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::{
    Actor, Contribution, DEX_NAMESPACE, Grant, Login, Pair, Passage, Profile, ProfileName, Via,
};
use caches::Caches;
use watch::Signals;

pub use acting::{
    Acting, Amount, Applied, Bound, DefaultsFound, DexWrite, Direction, InventoryLine, LoginAsItIs,
    Logins, NewLogin, NewProfile, ObjectName, Offer, Owners, PairPlace, Place, PutBack,
    QuotaChange, Refusal, Resource, Scope, Served, Shown, Target,
};
pub use caches::Listing;
pub use client::{Identity, Impersonated};
pub use dex_config::{Connector, DexConfig, PasswordDb};
pub use error::Error;
pub use facts::Frozen;
pub use kinds::{ADMINISTRATORS, OWNER_BINDING, OWNER_POLICY, QUOTA_NAME};
pub use menu::{Menu, MenuChange, MenuEntry, MenuError};
pub use menu_text::MenuTextError;
pub use now::Presence;
pub use objects::Mode;
pub use register::ClientRegistration;
pub use review::Question;
pub use rollout::Rollout;
pub use traffic::{ApiRequest, Traffic};
pub use watch::{WatchState, WatchStatus};

/// A cluster is upgraded under us now and then.
const VERSION_PAUSE: Duration = Duration::from_mins(10);
/// While the version could not be asked for.
const VERSION_RETRY: Duration = Duration::from_secs(10);

/// Where the cluster is, and whose clock is used.
#[derive(Debug, Clone)]
pub struct Settings {
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    /// Whose rights writes are made with; by default told by where the program runs.
    pub identity: Option<Identity>,
    /// Everything is asked and written as somebody else, by one's own right to impersonate.
    pub impersonated: Option<Impersonated>,
    pub clock: fn() -> Timestamp,
}

impl Settings {
    fn place(&self) -> client::Place {
        client::Place {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            impersonated: self.impersonated.clone(),
        }
    }

    /// Where the API server is, by the configuration alone.
    pub async fn address(&self) -> Result<String, Error> {
        client::address(self.place()).await
    }
}

/// The cluster. Cheap to clone; all clones share connections and watches.
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    identity: Identity,
    name: String,
    traffic: Traffic,
    version: RwLock<String>,
    caches: Caches,
    generation: Arc<Sender<u64>>,
    /// Something in a Secret of Dex was written.
    secrets_changed: tokio::sync::Notify,
}

impl Cluster {
    /// Reads the configuration; the first request opens the connection.
    pub async fn connect(settings: &Settings) -> Result<Self, Error> {
        let name = settings.context.clone();
        let (client, found) = client::connect(settings.place()).await?;
        let identity = settings.identity.unwrap_or(found);
        let name = name.unwrap_or_else(|| match identity {
            Identity::InCluster => "this cluster".to_owned(),
            Identity::Kubeconfig => "kubeconfig".to_owned(),
        });
        Ok(Self::over(client, name, identity, settings.clock))
    }

    /// A cluster behind a client that is there already.
    pub fn over(
        client: Client,
        name: String,
        identity: Identity,
        clock: fn() -> Timestamp,
    ) -> Self {
        let traffic = Traffic::default();
        let client = client::observed(client, &traffic);
        let generation = Arc::new(Sender::new(0));
        let signals = Signals {
            generation: generation.clone(),
            clock,
        };
        let caches = Caches::new(&client, DEX_NAMESPACE, signals);
        let inner = Inner {
            client,
            identity,
            name,
            traffic,
            version: RwLock::default(),
            caches,
            generation,
            secrets_changed: tokio::sync::Notify::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Starts the watches; they end with `stop`.
    pub fn watch(&self, stop: &CancellationToken, tasks: &TaskTracker) {
        let caches = &self.inner.caches;
        let spawn = |run: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
            let stop = stop.clone();
            tasks.spawn(async move { stop.run_until_cancelled(run).await });
        };
        spawn(Box::pin(caches.profiles.clone().run()));
        spawn(Box::pin(caches.passwords.clone().run()));
        spawn(Box::pin(caches.dex.clone().run()));
        spawn(Box::pin(caches.namespaces.clone().run()));
        spawn(Box::pin(caches.bindings.clone().run()));
        spawn(Box::pin(caches.cluster_bindings.clone().run()));
        spawn(Box::pin(caches.policies.clone().run()));
        spawn(Box::pin(caches.quotas.clone().run()));
        spawn(Box::pin(caches.freezes.clone().run()));
        spawn(Box::pin(caches.editors.clone().run()));
        spawn(Box::pin(caches.viewers.clone().run()));
        spawn(Box::pin(self.clone().follow_secrets()));
        spawn(Box::pin(self.clone().follow_version()));
    }

    /// Everybody may ask for the version; it changes with an upgrade.
    async fn follow_version(self) {
        loop {
            let pause = match self.inner.client.apiserver_version().await {
                Ok(info) => {
                    let version = &self.inner.version;
                    *version.write().unwrap_or_else(PoisonError::into_inner) = info.git_version;
                    VERSION_PAUSE
                }
                Err(error) => {
                    tracing::info!(%error, "cluster.version-not-read");
                    VERSION_RETRY
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    pub fn identity(&self) -> Identity {
        self.inner.identity
    }

    /// A name for the masthead.
    pub fn name(&self) -> String {
        self.inner.name.clone()
    }

    /// What was asked of the API server so far.
    pub fn traffic(&self) -> &Traffic {
        &self.inner.traffic
    }

    /// What the API server calls its version, such as `v1.34.1`; empty while it is not known.
    pub fn version(&self) -> String {
        let version = self.inner.version.read();
        version.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn watches(&self) -> Vec<WatchStatus> {
        self.inner.caches.statuses()
    }

    /// Every watch has its first list, or has said why not.
    pub fn is_ready(&self) -> bool {
        self.inner.caches.have_spoken()
    }

    /// Grows with every change of any watch.
    pub fn generation(&self) -> u64 {
        *self.inner.generation.borrow()
    }

    /// Told of every change of any watch.
    pub fn changes(&self) -> Receiver<u64> {
        self.inner.generation.subscribe()
    }

    /// All profiles by name, with computed health. From memory; put together at most once per change.
    pub fn profiles(&self) -> Listing<Profile> {
        self.inner.caches.profiles()
    }

    /// O(log n).
    pub fn profile(&self, name: &ProfileName) -> Option<Arc<Profile>> {
        let all = self.profiles();
        all.items
            .binary_search_by(|profile| profile.name.cmp(name))
            .ok()
            .map(|index| all.items[index].clone())
    }

    /// Password objects and static entries.
    pub fn logins(&self) -> Listing<Login> {
        self.inner.caches.logins()
    }

    /// Pairs and half pairs of all profiles.
    pub fn contributions(&self) -> Listing<Contribution> {
        self.inner.caches.contributions()
    }

    /// Roles of people and groups by bindings that are not Kubeflow's own.
    pub fn grants(&self) -> Listing<Grant> {
        self.inner.caches.grants()
    }

    /// Contributors of one profile, object by object, with everything that can be wrong in them.
    pub fn pairs(&self, profile: &ProfileName) -> Vec<Pair> {
        rebuild::pairs(&self.inner.caches, profile)
    }

    /// The ways in of the owner's own policy and the person it is annotated for; `None` when there is no policy.
    pub fn owner_passages(&self, profile: &ProfileName) -> Option<(String, Vec<Passage>)> {
        rebuild::owner_passages(&self.inner.caches, profile)
    }

    /// The annotation `owner` of the namespace.
    pub fn namespace_owner(&self, profile: &ProfileName) -> Option<String> {
        rebuild::namespace_owner(&self.inner.caches, profile)
    }

    /// Whom the binding of the owner names, when it names exactly one.
    pub fn bound_owner(&self, profile: &ProfileName) -> Option<String> {
        rebuild::bound_owner(&self.inner.caches, profile)
    }

    pub fn dex(&self) -> DexConfig {
        self.inner.caches.dex()
    }

    /// The key to every write: as this person, over the same connections. Names of Kubernetes itself are refused.
    pub fn acting_as(&self, actor: &Actor) -> Result<Acting, Error> {
        Ok(Acting::new(self.client_of(actor)?, self.clone()))
    }

    /// A client whose every request is this person's.
    fn client_of(&self, actor: &Actor) -> Result<Client, Error> {
        match actor.via {
            Via::Kubeconfig => Ok(self.inner.client.clone()),
            Via::Dex | Via::BreakGlass => {
                client::check_impersonation(actor, &actor.groups)?;
                client::impersonating(&self.inner.client, &actor.user, &actor.groups)
            }
        }
    }
}
