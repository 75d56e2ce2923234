//! All watches together, and the lists that are put together from them.
//!
//! Owns joining: a profile with everything around it, logins of both sources, contributions of all profiles. Lists
//! are rebuilt at most once per change and only when somebody asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use kube::Client;

use super::contributors;
use super::dex_config::{DexConfig, DexFile, HashFacts};
use super::facts::{ClusterBindingFacts, Exists, Frozen, NamespaceFacts, ProfileFacts, QuotaFacts};
use super::kinds;
use super::kinds::{EDITOR, FREEZE_NAME, Kind, QUOTA_NAME, VIEWER};
use super::rebuild;
use super::watch::{Kept, Selection, Signals, WatchState, WatchStatus, Watched};
use crate::domain::{BindingHalf, Contribution, Grant, HealthVerdict, Login, PolicyHalf, Profile};

/// A list from memory, with how far it can be trusted. Empty means empty only when the state is `Ready`.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    pub items: Arc<Vec<Arc<T>>>,
    pub state: WatchState,
}

type Items<T> = Arc<Vec<Arc<T>>>;

/// A list with the versions of the watches it was built from.
struct Built<T> {
    versions: Vec<u64>,
    at: Timestamp,
    items: Items<T>,
}

type Slot<T> = Mutex<Option<Built<T>>>;

/// A list in which something is still on its way turns old without any event.
const LIFE_WHILE_PROGRESSING: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);

pub(crate) struct Caches {
    signals: Signals,
    pub(super) profiles: Arc<Watched<ProfileFacts>>,
    pub(super) passwords: Arc<Watched<Login>>,
    pub(super) dex: Arc<Watched<DexFile>>,
    pub(super) namespaces: Arc<Watched<NamespaceFacts>>,
    pub(super) bindings: Arc<Watched<BindingHalf>>,
    pub(super) cluster_bindings: Arc<Watched<ClusterBindingFacts>>,
    pub(super) policies: Arc<Watched<PolicyHalf>>,
    pub(super) quotas: Arc<Watched<QuotaFacts>>,
    pub(super) freezes: Arc<Watched<Frozen>>,
    pub(super) editors: Arc<Watched<Exists>>,
    pub(super) viewers: Arc<Watched<Exists>>,
    secret: RwLock<BTreeMap<String, HashFacts>>,
    /// The configuration of Dex where it is kept in a Secret; then the ConfigMap is nothing to Dex.
    dex_in_secret: RwLock<Option<DexFile>>,
    profile_list: Slot<Profile>,
    login_list: Slot<Login>,
    contribution_list: Slot<Contribution>,
    grant_list: Slot<Grant>,
}

impl Caches {
    pub(crate) fn new(client: &Client, dex_namespace: &str, signals: Signals) -> Self {
        let everywhere = |title, kind| Selection {
            title,
            kind,
            namespace: None,
            name: None,
        };
        let named = |title, kind, name| Selection {
            name: Some(name),
            ..everywhere(title, kind)
        };
        let quota = |title, name| named(title, kinds::RESOURCE_QUOTA, name);
        let account = |title, name| named(title, kinds::SERVICE_ACCOUNT, name);
        let in_dex = |selection| Selection {
            namespace: Some(dex_namespace),
            ..selection
        };
        Self {
            profiles: start(client, everywhere("profiles", kinds::PROFILE), &signals),
            passwords: start(
                client,
                in_dex(everywhere("passwords", kinds::PASSWORD)),
                &signals,
            ),
            dex: start(client, dex_config(dex_namespace), &signals),
            namespaces: start(client, everywhere("namespaces", kinds::NAMESPACE), &signals),
            bindings: start(
                client,
                everywhere("rolebindings", kinds::ROLE_BINDING),
                &signals,
            ),
            cluster_bindings: start(
                client,
                everywhere("clusterrolebindings", kinds::CLUSTER_ROLE_BINDING),
                &signals,
            ),
            policies: start(
                client,
                everywhere("authorizationpolicies", kinds::AUTHORIZATION_POLICY),
                &signals,
            ),
            quotas: start(client, quota("resourcequotas", QUOTA_NAME), &signals),
            freezes: start(
                client,
                quota("resourcequotas-freeze", FREEZE_NAME),
                &signals,
            ),
            editors: start(client, account("serviceaccounts-editor", EDITOR), &signals),
            viewers: start(client, account("serviceaccounts-viewer", VIEWER), &signals),
            secret: RwLock::default(),
            dex_in_secret: RwLock::default(),
            profile_list: Slot::default(),
            login_list: Slot::default(),
            contribution_list: Slot::default(),
            grant_list: Slot::default(),
            signals,
        }
    }

    pub(crate) fn statuses(&self) -> Vec<WatchStatus> {
        vec![
            self.profiles.status(),
            self.passwords.status(),
            self.dex.status(),
            self.namespaces.status(),
            self.bindings.status(),
            self.cluster_bindings.status(),
            self.policies.status(),
            self.quotas.status(),
            self.freezes.status(),
            self.editors.status(),
            self.viewers.status(),
        ]
    }

    pub(crate) fn have_spoken(&self) -> bool {
        self.profiles.has_spoken()
            && self.passwords.has_spoken()
            && self.dex.has_spoken()
            && self.namespaces.has_spoken()
            && self.bindings.has_spoken()
            && self.cluster_bindings.has_spoken()
            && self.policies.has_spoken()
            && self.quotas.has_spoken()
            && self.freezes.has_spoken()
            && self.editors.has_spoken()
            && self.viewers.has_spoken()
    }

    pub(crate) fn profiles(&self) -> Listing<Profile> {
        let now = (self.signals.clock)();
        let versions = vec![
            self.profiles.version(),
            self.namespaces.version(),
            self.bindings.version(),
            self.policies.version(),
            self.quotas.version(),
            self.editors.version(),
            self.viewers.version(),
        ];
        let aged = |built: &Built<Profile>| {
            let old = now.duration_since(built.at) > LIFE_WHILE_PROGRESSING;
            let moving = |p: &Arc<Profile>| p.health.verdict == HealthVerdict::Progressing;
            old && built.items.iter().any(moving)
        };
        let items = reuse(&self.profile_list, (versions, now), aged, || {
            rebuild::profiles(self, now)
        });
        Listing {
            items,
            state: self.profiles.state(),
        }
    }

    pub(crate) fn logins(&self) -> Listing<Login> {
        let versions = vec![self.passwords.version(), self.dex.version()];
        let now = (self.signals.clock)();
        let items = reuse(
            &self.login_list,
            (versions, now),
            |_| false,
            || {
                let mut all: Vec<_> = self.passwords.read().values().cloned().collect();
                let secret = self.secret.read().unwrap_or_else(PoisonError::into_inner);
                let own = self.dex_in_secret();
                let watched = self.dex.read();
                let file = own.as_ref().or(watched.values().next().map(Arc::as_ref));
                all.extend(
                    file.into_iter()
                        .flat_map(|file| file.logins(&secret))
                        .map(Arc::new),
                );
                all.sort_by(|a, b| a.email.cmp(&b.email));
                all
            },
        );
        Listing {
            items,
            state: worst(self.passwords.state(), self.dex.state()),
        }
    }

    pub(crate) fn contributions(&self) -> Listing<Contribution> {
        let versions = vec![
            self.profiles.version(),
            self.bindings.version(),
            self.policies.version(),
        ];
        let now = (self.signals.clock)();
        let items = reuse(
            &self.contribution_list,
            (versions, now),
            |_| false,
            || {
                let (bindings, policies) = (self.bindings.read(), self.policies.read());
                let profiles = self.profiles.read();
                let found = profiles.values().flat_map(|profile| {
                    let namespace = profile.name.as_str();
                    contributors::of_namespace(
                        &profile.name,
                        rebuild::within(&bindings, namespace),
                        rebuild::within(&policies, namespace),
                    )
                });
                found.map(Arc::new).collect()
            },
        );
        let halves = worst(self.bindings.state(), self.policies.state());
        Listing {
            items,
            state: worst(self.profiles.state(), halves),
        }
    }

    /// Roles of people by bindings outside of Kubeflow's own, in profiles and everywhere.
    pub(crate) fn grants(&self) -> Listing<Grant> {
        let versions = vec![
            self.profiles.version(),
            self.bindings.version(),
            self.cluster_bindings.version(),
        ];
        let now = (self.signals.clock)();
        let items = reuse(
            &self.grant_list,
            (versions, now),
            |_| false,
            || {
                let (profiles, bindings) = (self.profiles.read(), self.bindings.read());
                let within = profiles.values().flat_map(|profile| {
                    let inside = rebuild::within(&bindings, profile.name.as_str());
                    contributors::grants(&profile.name, inside)
                });
                let everywhere = self.cluster_bindings.read();
                let everywhere = everywhere.iter().flat_map(|((_, name), binding)| {
                    binding.subjects.iter().map(move |subject| Grant {
                        subject: subject.clone(),
                        profile: None,
                        binding: name.to_string(),
                        role: binding.role.clone(),
                    })
                });
                within.chain(everywhere).map(Arc::new).collect()
            },
        );
        let state = worst(self.bindings.state(), self.cluster_bindings.state());
        Listing { items, state }
    }

    pub(crate) fn dex(&self) -> DexConfig {
        let state = self.dex.state();
        if let Some(file) = self.dex_in_secret().as_ref() {
            return file.config(WatchState::Ready);
        }
        match self.dex.read().values().next() {
            Some(file) => file.config(state),
            None if state == WatchState::Ready => DexFile::absent().config(state),
            None => DexFile::default().config(state),
        }
    }

    fn dex_in_secret(&self) -> std::sync::RwLockReadGuard<'_, Option<DexFile>> {
        let file = &self.dex_in_secret;
        file.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of the configuration in a Secret, or that there is none.
    pub(crate) fn note_file(&self, file: Option<DexFile>) {
        if *self.dex_in_secret() != file {
            *self
                .dex_in_secret
                .write()
                .unwrap_or_else(PoisonError::into_inner) = file;
            *lock(&self.login_list) = None;
            self.signals.changed();
        }
    }

    /// Takes note of what Secret `dex-passwords` says.
    pub(crate) fn note_secret(&self, hashes: BTreeMap<String, HashFacts>) {
        let mut secret = self.secret.write().unwrap_or_else(PoisonError::into_inner);
        if *secret != hashes {
            *secret = hashes;
            drop(secret);
            *lock(&self.login_list) = None;
            self.signals.changed();
        }
    }
}

/// The ConfigMap of Dex, wherever Dex is.
fn dex_config(namespace: &str) -> Selection<'_> {
    Selection {
        title: "dex-config",
        kind: kinds::CONFIG_MAP,
        namespace: Some(namespace),
        name: Some(kinds::DEX_NAME),
    }
}

fn start<V: Kept>(client: &Client, selection: Selection<'_>, signals: &Signals) -> Arc<Watched<V>> {
    Watched::new(client, selection, signals.clone())
}

fn lock<T>(slot: &Slot<T>) -> std::sync::MutexGuard<'_, Option<Built<T>>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The list as it was, or a new one when a watch has moved on since.
fn reuse<T>(
    slot: &Slot<T>,
    (versions, at): (Vec<u64>, Timestamp),
    aged: impl Fn(&Built<T>) -> bool,
    build: impl FnOnce() -> Vec<Arc<T>>,
) -> Items<T> {
    let mut slot = lock(slot);
    if let Some(built) = slot.as_ref()
        && built.versions == versions
        && !aged(built)
    {
        return built.items.clone();
    }
    let items: Items<T> = Arc::new(build());
    *slot = Some(Built {
        versions,
        at,
        items: items.clone(),
    });
    items
}

/// The first that is not ready.
pub(super) fn worst(a: WatchState, b: WatchState) -> WatchState {
    if a == WatchState::Ready { b } else { a }
}

/// Why a kind cannot be judged, if its watch has no copy.
pub(super) fn gap<V: Kept>(watched: &Watched<V>) -> Option<String> {
    (!watched.is_listed()).then(|| why_unknown(watched.kind(), &watched.state()))
}

fn why_unknown(kind: Kind, state: &WatchState) -> String {
    let resource = kind.resource();
    match state {
        WatchState::Forbidden { verb, .. } => {
            format!("kubeflow-admin itself may not {verb} {resource}, so this cannot be judged.")
        }
        WatchState::Missing { .. } => {
            format!("The cluster has no {resource}, so this cannot be judged.")
        }
        WatchState::Behind { why, .. } => format!("{resource} could not be read: {why}"),
        WatchState::Starting | WatchState::Ready => format!("{resource} are still being read."),
    }
}
