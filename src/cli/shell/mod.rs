//! What a command in a shell works with: the cluster with a kubeconfig's rights, the same gate, planner and engine as
//! the pages, and a file in which operations are kept.
//!
//! Nobody is signed in and nobody is impersonated: whoever holds the kubeconfig acts, and the API server says what
//! they may. Knows nothing of single commands.

mod agree;
mod change;
mod fault;
mod output;
mod passwords;
mod state;
mod typed;
mod words;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::complain;
use crate::access::{Access, Desk, DeskSettings, Gate, GateSettings, SignedIn};
use crate::clock::Clock;
use crate::cluster::{self, Cluster, Identity, Impersonated, WatchState};
use crate::config::administer::{Asking, Caller, Changing, StateAt};
use crate::domain::{Actor, Permission};
use crate::identity::Dex;
use crate::operation::{Engine, EngineParts, Prover, Unproved};
use crate::store::Store;

pub(super) use change::{ResumeHow, carry_out, go_on};
pub(super) use fault::{End, Fault};
pub(super) use output::{Item, Listing, remark, write};
pub(super) use passwords::{Chosen, Sheet};
pub(super) use typed::{
    email, mind_manager, person, profile, profile_to_change, quota, role, shares, until,
};
pub(super) use words::{COLUMNS as OPERATION_COLUMNS, item as operation_item};

/// The first lists of a large cluster.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);
/// A program that was silent this long is gone.
const LEASE: SignedDuration = SignedDuration::from_secs(20);
/// Nothing is kept longer than this: one command is one session.
const SESSION: SignedDuration = SignedDuration::from_hours(24);
const IN_MEMORY: &str = "sqlite::memory:";

/// Everything that a command reaches.
pub(super) struct Shell {
    pub(super) store: Store,
    engine: Engine,
    signed_in: SignedIn,
    dex: Option<Dex>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Shell {
    /// The key to a question, when the API server allows it.
    pub(super) async fn ask(asking: &Asking, needs: Permission) -> Result<Access, Fault> {
        let store = Store::open(IN_MEMORY).await?;
        let (_, access) = Self::over(store, &asking.caller, (Way::Nowhere, needs)).await?;
        Ok(access)
    }

    /// For a change, which is kept until it has ended.
    pub(super) async fn change(
        changing: &Changing,
        needs: Permission,
    ) -> Result<(Self, Access), Fault> {
        let caller = &changing.asking.caller;
        let store = open_store(caller, &changing.state).await?;
        let way = match &changing.proving.dex_url {
            _ if changing.proving.no_proof => Way::Nowhere,
            Some(url) => Way::To(url),
            None => Way::Unknown,
        };
        Self::over(store, caller, (way, needs)).await
    }

    /// Rights first: who may not do it is told so before anything is read.
    async fn over(
        store: Store,
        caller: &Caller,
        (way, needs): (Way<'_>, Permission),
    ) -> Result<(Self, Access), Fault> {
        let cluster = Cluster::connect(&settings(caller)).await?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (prover, dex): (Arc<dyn Prover>, _) = match way {
            Way::Nowhere => (Arc::new(Unproved), None),
            Way::To(_) | Way::Unknown => {
                let upstream = way.upstream();
                let desk = Desk::new(
                    cluster.clone(),
                    store.clone(),
                    DeskSettings {
                        upstream: upstream.to_owned(),
                        lifetime: SESSION,
                        groups: Vec::new(),
                    },
                );
                let dex = matches!(way, Way::To(_)).then(|| Dex::new(upstream));
                (Arc::new(desk), dex)
            }
        };
        let engine = Engine::new(EngineParts {
            cluster: cluster.clone(),
            store: store.clone(),
            prover,
            lease: LEASE,
            stop: stop.clone(),
            tasks: tasks.clone(),
        });
        let gate = Gate::new(
            cluster.clone(),
            store.clone(),
            engine.clone(),
            GateSettings {
                idle: SESSION,
                fresh: SESSION,
            },
        );
        let signed_in = gate.in_a_shell(Actor::kubeconfig()).await?;
        let access = signed_in.require(needs)?;
        cluster.watch(&stop, &tasks);
        first_lists(&cluster).await?;
        let shell = Self {
            store,
            engine,
            signed_in,
            dex,
            stop,
            tasks,
        };
        Ok((shell, access))
    }

    /// The key to what else a change needs.
    pub(super) fn access(&self, permission: Permission) -> Result<Access, Fault> {
        Ok(self.signed_in.require(permission)?)
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Does Dex answer where it is said to be?
    async fn dex_answers(&self) -> Result<(), String> {
        match &self.dex {
            Some(dex) => dex.alive().await.map_err(|error| error.to_string()),
            None => Err("Where Dex is reached from here is not known.".to_owned()),
        }
    }

    /// Ends what is going on and lets go of the file.
    async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.store.close().await;
    }
}

/// The way to Dex.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// There is none, and whoever asks knows.
    Nowhere,
    To(&'a str),
    Unknown,
}

impl<'a> Way<'a> {
    /// Nothing listens at the discard port; nothing is asked there either.
    fn upstream(self) -> &'a str {
        match self {
            Self::To(url) => url,
            Self::Nowhere | Self::Unknown => "http://127.0.0.1:9",
        }
    }
}

fn settings(caller: &Caller) -> cluster::Settings {
    let impersonated = caller.as_user.clone().map(|user| Impersonated {
        user,
        groups: caller.as_group.clone(),
    });
    cluster::Settings {
        kubeconfig: caller.kubeconfig.clone(),
        context: caller.context.clone(),
        identity: Some(Identity::Kubeconfig),
        impersonated,
        clock: || Clock.now(),
    }
}

/// The file of the cluster that the caller means.
pub(super) async fn open_store(caller: &Caller, state_at: &StateAt) -> Result<Store, Fault> {
    let address = settings(caller).address().await?;
    state::open(state_at, &address).await
}

/// Waits for everything that is asked from memory; says what cannot be.
async fn first_lists(cluster: &Cluster) -> Result<(), Fault> {
    let began = tokio::time::Instant::now();
    while !cluster.is_ready() {
        if began.elapsed() > PATIENCE {
            return Err(Fault::not_begun(
                "The first lists from the API server are not complete after a minute.",
            ));
        }
        tokio::time::sleep(POLL).await;
    }
    for watch in cluster.watches() {
        let why = match watch.state {
            WatchState::Ready | WatchState::Starting => continue,
            WatchState::Behind { why, .. } => why,
            WatchState::Forbidden { verb, resource } => format!("you may not {verb} {resource}"),
            WatchState::Missing { crd } => format!("the cluster has no {crd}"),
        };
        remark(&format!(
            "Not complete: {} could not be read ({why}).",
            watch.name
        ));
    }
    Ok(())
}

/// The exit code of a question, after the words.
pub(super) fn answered(outcome: Result<End, Fault>) -> ExitCode {
    let end = outcome.unwrap_or_else(|fault| {
        complain(&anyhow::anyhow!("{}", output::shown(&fault.to_string())));
        fault.end
    });
    end.into()
}

/// The exit code of a change, after the words.
pub(super) fn ended(outcome: Result<End, Fault>) -> ExitCode {
    let not_begun = outcome
        .as_ref()
        .is_err_and(|fault| matches!(fault.end, End::NotBegun | End::Forbidden));
    let code = answered(outcome);
    if not_begun {
        remark("Nothing was changed.");
    }
    code
}
