//! What the database holds. Replicas that share it all say the same.

use jiff::SignedDuration;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::clock::Clock;
use crate::domain::{Kind, State};
use crate::store::{self, Store};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operations {
    kind: &'static str,
    state: &'static str,
}

pub(super) struct Stored {
    up: Gauge,
    sessions: Gauge,
    operations: Family<Operations, Gauge>,
}

impl Stored {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let stored = Self {
            up: Gauge::default(),
            sessions: Gauge::default(),
            operations: Family::default(),
        };
        registry.register("store_up", "Does the database answer?", stored.up.clone());
        registry.register(
            "sessions",
            "Sessions that are good",
            stored.sessions.clone(),
        );
        registry.register(
            "operations",
            "Operations that the database holds",
            stored.operations.clone(),
        );
        stored
    }

    /// Without the database the last numbers stay, and `store_up` says so.
    pub(super) async fn read(&self, store: &Store, idle: SignedDuration) {
        let answered = self.ask(store, idle).await;
        if let Err(error) = &answered {
            tracing::warn!(%error, "metrics.store-not-read");
        }
        self.up.set(i64::from(answered.is_ok()));
    }

    async fn ask(&self, store: &Store, idle: SignedDuration) -> Result<(), store::Error> {
        let now = Clock.now();
        let idle_since = now.checked_sub(idle).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.sessions
            .set(number(store.sessions_alive(now, idle_since).await?));
        let tally = store.operations_tally().await?;
        // All of them each time: what nobody is in any more must become 0.
        for kind in Kind::ALL {
            for state in State::ALL {
                let found = tally.iter().find(|(k, s, _)| (*k, *s) == (kind, state));
                let series = Operations {
                    kind: kind.as_str(),
                    state: state.as_str(),
                };
                self.operations
                    .get_or_create(&series)
                    .set(found.map_or(0, |(_, _, count)| number(*count)));
            }
        }
        Ok(())
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
