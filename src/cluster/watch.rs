//! A live, compact copy of the objects of one kind, and an honest word on how far it can be trusted.
//!
//! Owns listing, watching and recovery. Knows nothing of what the objects mean: each is turned into a small value
//! by its own conversion, and the object itself is dropped at once.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use kube::Client;
use kube::api::{Api, DynamicObject};
use kube::runtime::watcher::{self, DefaultBackoff, Event};
use tokio::sync::watch::Sender;

use super::error::{Attempt, Error};
use super::kinds::Kind;

/// Objects per page of the first list.
const PAGE: u32 = 500;
/// A missing kind or a missing right does not come by itself; somebody brings it.
const SLOW_RETRY: Duration = Duration::from_secs(30);

/// How far a copy can be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchState {
    /// The first list is not complete.
    Starting,
    Ready,
    /// The copy is from before `since`, or there is none yet.
    Behind {
        since: Timestamp,
        why: String,
    },
    /// Our own rights do not suffice; there is no copy.
    Forbidden {
        verb: &'static str,
        resource: String,
    },
    /// The cluster does not know the kind; there is no copy.
    Missing {
        crd: String,
    },
}

/// One line of [`super::Cluster::watches`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchStatus {
    pub name: &'static str,
    pub state: WatchState,
    pub objects: usize,
}

/// The one conversion of a kind: what is worth keeping, or nothing.
pub(crate) trait Kept: Sized + PartialEq + Send + Sync + 'static {
    fn from_resource(object: &DynamicObject) -> Option<Self>;
}

/// Namespace (empty for kinds without one) and name.
pub(crate) type Key = (Box<str>, Box<str>);
type Objects<V> = BTreeMap<Key, Arc<V>>;

/// What to watch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selection<'a> {
    pub(crate) title: &'static str,
    pub(crate) kind: Kind,
    /// `None`: everywhere.
    pub(crate) namespace: Option<&'a str>,
    /// `None`: whatever the name.
    pub(crate) name: Option<&'a str>,
}

/// Told about every change.
#[derive(Debug, Clone)]
pub(crate) struct Signals {
    pub(crate) generation: Arc<Sender<u64>>,
    pub(crate) clock: fn() -> Timestamp,
}

impl Signals {
    pub(crate) fn changed(&self) {
        self.generation.send_modify(|generation| *generation += 1);
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    state: WatchState,
    listed: bool,
}

pub(crate) struct Watched<V> {
    title: &'static str,
    kind: Kind,
    namespace: Option<String>,
    api: Api<DynamicObject>,
    config: watcher::Config,
    signals: Signals,
    objects: RwLock<Objects<V>>,
    standing: RwLock<Standing>,
    version: AtomicU64,
}

impl<V: Kept> Watched<V> {
    pub(crate) fn new(client: &Client, selection: Selection<'_>, signals: Signals) -> Arc<Self> {
        let kind = selection.kind;
        let mut config = watcher::Config::default().page_size(PAGE);
        if let Some(name) = selection.name {
            config = config.fields(&format!("metadata.name={name}"));
        }
        Arc::new(Self {
            title: selection.title,
            kind,
            namespace: selection.namespace.map(str::to_owned),
            api: match selection.namespace {
                Some(namespace) => kind.within(client, namespace),
                None => kind.everywhere(client),
            },
            config,
            signals,
            objects: RwLock::default(),
            standing: RwLock::new(Standing {
                state: WatchState::Starting,
                listed: false,
            }),
            version: AtomicU64::new(0),
        })
    }

    /// Watches for ever; every failure starts over with a fresh list, so that nothing is missed.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut backoff = DefaultBackoff::default();
        loop {
            let error = self.follow().await;
            if is_expired(&error) {
                continue;
            }
            let usual = backoff.next().unwrap_or(SLOW_RETRY);
            let pause = self.failed(error, usual);
            tokio::time::sleep(pause).await;
        }
    }

    async fn follow(&self) -> watcher::Error {
        let mut events = pin!(watcher::watcher(self.api.clone(), self.config.clone()));
        let mut listed = Objects::new();
        loop {
            match events.next().await {
                Some(Ok(event)) => self.take(event, &mut listed),
                Some(Err(error)) => return error,
                None => return watcher::Error::NoResourceVersion,
            }
        }
    }

    /// One event. During a list the old copy stays until the new one is complete.
    pub(crate) fn take(&self, event: Event<DynamicObject>, listed: &mut Objects<V>) {
        match event {
            Event::Init => listed.clear(),
            Event::InitApply(object) => {
                if let Some(value) = V::from_resource(&object) {
                    listed.insert(key(&object), Arc::new(value));
                }
            }
            Event::InitDone => {
                let listed = std::mem::take(listed);
                self.change(|objects| *objects = listed);
                self.stand(WatchState::Ready, true);
            }
            Event::Apply(object) => {
                let value = V::from_resource(&object);
                let key = key(&object);
                if self.get(&key).as_deref() != value.as_ref() {
                    self.change(|objects| match value {
                        Some(value) => drop(objects.insert(key, Arc::new(value))),
                        None => drop(objects.remove(&key)),
                    });
                }
            }
            Event::Delete(object) => {
                let key = key(&object);
                if self.get(&key).is_some() {
                    self.change(|objects| drop(objects.remove(&key)));
                }
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Objects<V>)) {
        change(&mut self.objects.write().unwrap_or_else(PoisonError::into_inner));
        self.version.fetch_add(1, Ordering::Release);
        self.signals.changed();
    }

    #[expect(
        clippy::fn_params_excessive_bools,
        reason = "a finding is either so or not; an enum would say the same twice"
    )]
    fn stand(&self, state: WatchState, listed: bool) {
        let next = Standing { state, listed };
        let mut standing = self
            .standing
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if *standing != next {
            *standing = next;
            drop(standing);
            self.version.fetch_add(1, Ordering::Release);
            self.signals.changed();
        }
    }

    /// Notes why the copy is not current; answers how long to wait.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    fn failed(&self, error: watcher::Error, usual: Duration) -> Duration {
        let (verb, error) = cause(error);
        let attempt = Attempt {
            verb,
            kind: self.kind,
            namespace: self.namespace.as_deref(),
            name: "",
        };
        let error = match error {
            Some(error) => Error::of(&attempt, error),
            None => Error::Other {
                status: 200,
                message: "the answer has no resource version".to_owned(),
            },
        };
        tracing::warn!(watch = self.title, %error, "watch interrupted");
        match error {
            Error::Forbidden { verb, resource, .. } => {
                self.lose(WatchState::Forbidden { verb, resource })
            }
            Error::MissingCrd { .. } => self.lose(WatchState::Missing {
                crd: self.kind.resource(),
            }),
            other => {
                let standing = self.standing();
                let since = match standing.state {
                    WatchState::Behind { since, .. } => since,
                    _ => (self.signals.clock)(),
                };
                let why = other.to_string();
                self.stand(WatchState::Behind { since, why }, standing.listed);
                usual
            }
        }
    }

    /// What may not be read, or is gone, is not shown from memory either.
    fn lose(&self, state: WatchState) -> Duration {
        let empty = self.read().is_empty();
        if !empty {
            self.change(Objects::clear);
        }
        self.stand(state, false);
        SLOW_RETRY
    }

    fn standing(&self) -> Standing {
        let standing = self.standing.read().unwrap_or_else(PoisonError::into_inner);
        standing.clone()
    }

    pub(crate) fn state(&self) -> WatchState {
        self.standing().state
    }

    /// Is there a copy, be it an old one?
    pub(crate) fn is_listed(&self) -> bool {
        self.standing().listed
    }

    /// Has it said something: a list, or why there is none?
    pub(crate) fn has_spoken(&self) -> bool {
        let standing = self.standing();
        standing.listed
            || matches!(
                standing.state,
                WatchState::Forbidden { .. } | WatchState::Missing { .. }
            )
    }

    pub(crate) fn status(&self) -> WatchStatus {
        WatchStatus {
            name: self.title,
            state: self.state(),
            objects: self.read().len(),
        }
    }

    /// Rises with every change of objects or state.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    fn get(&self, key: &Key) -> Option<Arc<V>> {
        self.read().get(key).cloned()
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Objects<V>> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(object: &DynamicObject) -> Key {
    let part = |text: &Option<String>| text.as_deref().unwrap_or_default().into();
    (
        part(&object.metadata.namespace),
        part(&object.metadata.name),
    )
}

/// The API server no longer remembers our place in its history: list again, without complaint.
fn is_expired(error: &watcher::Error) -> bool {
    matches!(error, watcher::Error::WatchError(status) if status.code == 410)
}

fn cause(error: watcher::Error) -> (&'static str, Option<kube::Error>) {
    match error {
        watcher::Error::InitialListFailed(error) => ("list", Some(error)),
        watcher::Error::WatchStartFailed(error) | watcher::Error::WatchFailed(error) => {
            ("watch", Some(error))
        }
        watcher::Error::WatchError(status) => ("watch", Some(kube::Error::Api(status))),
        watcher::Error::NoResourceVersion => ("list", None),
    }
}
