//! What ends at a date, with who asked for it and how it stands.

use std::sync::Arc;

use super::Access;
use crate::cluster::WatchState;
use crate::domain::{EndRequest, EndState, Ending};
use crate::store;

/// One thing with a date.
#[derive(Debug, Clone)]
pub struct KnownEnding {
    pub ending: Arc<Ending>,
    /// Who asked for exactly this date.
    pub request: Option<EndRequest>,
    pub state: EndState,
}

impl Access {
    /// One pass over memory and one over what was asked for.
    pub async fn endings(&self) -> Result<(Vec<KnownEnding>, WatchState), store::Error> {
        let found = self.cluster().endings();
        if found.items.is_empty() {
            return Ok((Vec::new(), found.state));
        }
        let services = &self.signed_in.services;
        let requests = services.store.end_requests().await?;
        let now = services.clock.now();
        let known = |ending: &Arc<Ending>| {
            let key = ending.thing.key();
            let request = requests.iter().find(|request| {
                request.thing.key() == key && Some(request.until) == ending.until.until()
            });
            KnownEnding {
                state: ending.state(request, now),
                request: request.cloned(),
                ending: ending.clone(),
            }
        };
        Ok((found.items.iter().map(known).collect(), found.state))
    }
}
