//! Generated passwords between the moment they are made and the moment they are shown: in memory, once, not for long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{OperationId, PlainPassword};

/// A password that nobody fetched is forgotten after this long.
const KEPT: SignedDuration = SignedDuration::from_mins(30);

/// Passwords by operation; never stored, never logged.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    kept: Arc<Mutex<HashMap<OperationId, (Timestamp, PlainPassword)>>>,
}

impl Secrets {
    pub(super) fn keep(&self, id: OperationId, password: PlainPassword, now: Timestamp) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since, _)| now.duration_since(*since) < KEPT);
        kept.insert(id, (now, password));
    }

    /// For the proof; stays where it is.
    pub(super) fn peek(&self, id: &OperationId) -> Option<PlainPassword> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .map(|(_, password)| password.clone())
    }

    /// For the receipt; only the first one gets it.
    pub(super) fn take(&self, id: &OperationId) -> Option<PlainPassword> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id)
            .map(|(_, password)| password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_43_a_password_is_given_out_once_and_forgotten_in_time() {
        let secrets = Secrets::default();
        let (one, two) = (
            OperationId(uuid::Uuid::from_u128(1)),
            OperationId(uuid::Uuid::from_u128(2)),
        );
        let password = || PlainPassword::typed("correct horse".into());
        secrets.keep(one, password(), Timestamp::UNIX_EPOCH);
        assert!(secrets.peek(&one).is_some());
        assert!(secrets.take(&one).is_some());
        assert!(secrets.take(&one).is_none());
        secrets.keep(one, password(), Timestamp::UNIX_EPOCH);
        secrets.keep(two, password(), Timestamp::UNIX_EPOCH + KEPT);
        assert!(secrets.take(&one).is_none());
    }
}
