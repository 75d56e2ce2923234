//! How far the copies of the cluster's objects can be trusted, and how large they are.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::cluster::{Cluster, WatchState};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Watch {
    watch: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Standing {
    watch: &'static str,
    state: &'static str,
}

const STATES: [&str; 5] = ["starting", "ready", "behind", "forbidden", "missing"];

pub(super) struct Watches {
    states: Family<Standing, Gauge>,
    objects: Family<Watch, Gauge>,
}

impl Watches {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let watches = Self {
            states: Family::default(),
            objects: Family::default(),
        };
        registry.register(
            "watch_state",
            "1 for the state that a watch is in",
            watches.states.clone(),
        );
        registry.register(
            "watch_objects",
            "Objects that a watch holds",
            watches.objects.clone(),
        );
        watches
    }

    pub(super) fn read(&self, cluster: &Cluster) {
        for status in cluster.watches() {
            let watch = status.name;
            let now = name(&status.state);
            for state in STATES {
                self.states
                    .get_or_create(&Standing { watch, state })
                    .set(i64::from(state == now));
            }
            self.objects
                .get_or_create(&Watch { watch })
                .set(i64::try_from(status.objects).unwrap_or(i64::MAX));
        }
    }
}

fn name(state: &WatchState) -> &'static str {
    match state {
        WatchState::Starting => "starting",
        WatchState::Ready => "ready",
        WatchState::Behind { .. } => "behind",
        WatchState::Forbidden { .. } => "forbidden",
        WatchState::Missing { .. } => "missing",
    }
}
