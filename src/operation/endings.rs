//! Counts how runs of operations ended.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::run::Leave;
use crate::domain::{Kind, State};

/// One way for one kind of operation to end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Ending {
    kind: &'static str,
    end: &'static str,
}

/// Shared by all clones.
pub type Endings = Family<Ending, Counter>;

pub(super) fn count(endings: &Endings, kind: Kind, end: Result<State, &Leave>) {
    let end = match end {
        Ok(state) => state.as_str(),
        Err(Leave::LeaseLost) => "lease_lost",
        Err(Leave::Stopping) => "handed_over",
        Err(Leave::StoreGone) => "store_gone",
    };
    let kind = kind.as_str();
    endings.get_or_create(&Ending { kind, end }).inc();
}
