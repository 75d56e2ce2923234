//! The only code that speaks to Kubernetes.
//!
//! Reads come from watches: each object becomes a small value at once and only that is kept, so that a page is one
//! pass over memory. Writes go through [`Acting`], as the person who asks. Knows `domain` and kube; nothing of pages,
//! sessions or SQL.

mod acting;
mod caches;
mod client;
mod conflicts;
mod contributors;
mod dex_config;
mod error;
mod facts;
mod gateway;
mod health;
mod kinds;
mod logins;
mod managers;
mod now;
mod objects;
mod rebuild;
mod register;
mod review;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::Client;
use tokio::sync::watch::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::{
    Actor, Contribution, DEX_NAMESPACE, Grant, Login, Pair, Passage, Profile, ProfileName, Via,
};
use caches::Caches;
use client::Place;
use objects::Objects;
use watch::Signals;

pub use acting::{
    Acting, Amount, Applied, DefaultsFound, InventoryLine, NewLogin, NewProfile, Offer, PairPlace,
    QuotaChange,
};
pub use caches::Listing;
pub use client::Identity;
pub use dex_config::{DexConfig, PasswordDb};
pub use error::Error;
pub use now::Presence;
pub use objects::Mode;
pub use register::ClientRegistration;
pub use review::Question;
pub use watch::{WatchState, WatchStatus};

/// The Secret behind `hashFromEnv` is read again this often.
const SECRET_PAUSE: Duration = Duration::from_mins(1);

/// Where the cluster is, and whose clock is used.
#[derive(Debug, Clone)]
pub struct Settings {
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    /// Whose rights writes are made with; by default told by where the program runs.
    pub identity: Option<Identity>,
    pub clock: fn() -> Timestamp,
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
    caches: Caches,
    generation: Arc<Sender<u64>>,
}

impl Cluster {
    /// Reads the configuration and asks the API server for its version, so that a wrong address is known at once.
    pub async fn connect(settings: &Settings) -> Result<Self, Error> {
        let place = Place {
            kubeconfig: settings.kubeconfig.clone(),
            context: settings.context.clone(),
        };
        let name = place.context.clone();
        let (client, found) = client::connect(place).await?;
        let identity = settings.identity.unwrap_or(found);
        let generation = Arc::new(Sender::new(0));
        let signals = Signals {
            generation: generation.clone(),
            clock: settings.clock,
        };
        let caches = Caches::new(&client, DEX_NAMESPACE, signals);
        let name = name.unwrap_or_else(|| match identity {
            Identity::InCluster => "this cluster".to_owned(),
            Identity::Kubeconfig => "kubeconfig".to_owned(),
        });
        let inner = Inner {
            client,
            identity,
            name,
            caches,
            generation,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
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
        spawn(Box::pin(caches.editors.clone().run()));
        spawn(Box::pin(caches.viewers.clone().run()));
        spawn(Box::pin(self.clone().follow_secret()));
    }

    /// The default password of Kubeflow ≥ 1.9 is in a Secret, which is read by name and not watched.
    async fn follow_secret(self) {
        loop {
            let secrets = Objects::within(&self.inner.client, kinds::SECRET, DEX_NAMESPACE);
            match secrets.find(kinds::DEX_PASSWORDS_SECRET).await {
                Ok(Some(secret)) => self
                    .inner
                    .caches
                    .note_secret(logins::secret_hashes(&secret)),
                Ok(None) => self
                    .inner
                    .caches
                    .note_secret(std::collections::BTreeMap::new()),
                Err(error) => tracing::info!(%error, "cluster.secret-not-read"),
            }
            tokio::time::sleep(SECRET_PAUSE).await;
        }
    }

    pub fn identity(&self) -> Identity {
        self.inner.identity
    }

    /// A name for the masthead.
    pub fn name(&self) -> String {
        self.inner.name.clone()
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
        let client = match actor.via {
            Via::Kubeconfig => self.inner.client.clone(),
            Via::Dex | Via::BreakGlass => {
                client::check_impersonation(actor, &actor.groups)?;
                client::impersonating(&self.inner.client, &actor.user, &actor.groups)?
            }
        };
        Ok(Acting::new(client, self.clone()))
    }
}
