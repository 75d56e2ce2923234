//! Fields of objects that the store may not have, such as those of Secrets: in memory only, and not for ever.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{OperationId, ReleaseBody};

/// As long as a plan that nobody starts is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

type Held = (Timestamp, Vec<ReleaseBody>);

/// By operation; never stored, never logged.
#[derive(Clone, Default)]
pub(in crate::operation) struct Texts {
    kept: Arc<Mutex<HashMap<OperationId, Held>>>,
}

impl Texts {
    fn kept(&self) -> MutexGuard<'_, HashMap<OperationId, Held>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(&self, id: OperationId, bodies: Vec<ReleaseBody>, now: Timestamp) {
        let mut kept = self.kept();
        kept.retain(|_, (since, _)| now.duration_since(*since) < KEPT);
        kept.insert(id, (now, bodies));
    }

    pub(super) fn of(&self, id: &OperationId) -> Vec<ReleaseBody> {
        let kept = self.kept();
        kept.get(id).map(|held| held.1.clone()).unwrap_or_default()
    }

    pub(super) fn forget(&self, id: &OperationId) {
        self.kept().remove(id);
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_in_memory_is_forgotten_in_time() {
        let texts = Texts::default();
        let (one, two) = (
            OperationId(uuid::Uuid::from_u128(1)),
            OperationId(uuid::Uuid::from_u128(2)),
        );
        let body = || {
            vec![ReleaseBody {
                number: 3,
                body: serde_json::Value::Null,
            }]
        };
        texts.keep(one, body(), Timestamp::UNIX_EPOCH);
        assert_eq!(texts.of(&one).len(), 1);
        texts.keep(two, body(), Timestamp::UNIX_EPOCH + KEPT);
        assert!(texts.of(&one).is_empty());
        texts.forget(&two);
        assert!(texts.of(&two).is_empty());
    }
}
