//! Passwords of many people between the moment they are made and the moment the sheet is shown: in memory only.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{OperationId, PlainPassword};

/// A sheet that nobody fetched is forgotten after this long. The profile controller needs an hour for the longest list.
const KEPT: SignedDuration = SignedDuration::from_hours(4);

type Sheet = (Timestamp, BTreeMap<u32, PlainPassword>);

/// Passwords by operation and row; never stored, never logged.
#[derive(Clone, Default)]
pub(in crate::operation) struct Sheets {
    kept: Arc<Mutex<HashMap<OperationId, Sheet>>>,
}

impl Sheets {
    fn kept(&self) -> MutexGuard<'_, HashMap<OperationId, Sheet>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(&self, id: OperationId, row: u32, password: PlainPassword, now: Timestamp) {
        let mut kept = self.kept();
        kept.retain(|_, (since, _)| now.duration_since(*since) < KEPT);
        let sheet = kept.entry(id).or_insert_with(|| (now, BTreeMap::new()));
        sheet.0 = now;
        sheet.1.insert(row, password);
    }

    pub(super) fn has(&self, id: &OperationId) -> bool {
        self.kept().contains_key(id)
    }

    /// For the proof; stays where it is.
    pub(super) fn peek(&self, id: &OperationId, row: u32) -> Option<PlainPassword> {
        self.kept().get(id)?.1.get(&row).cloned()
    }

    /// For the sheet; only the first one gets it.
    pub(super) fn take(&self, id: &OperationId) -> BTreeMap<u32, PlainPassword> {
        let taken = self.kept().remove(id);
        taken.map(|(_, sheet)| sheet).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_43_a_sheet_is_given_out_once_and_forgotten_in_time() {
        let sheets = Sheets::default();
        let (one, two) = (
            OperationId(uuid::Uuid::from_u128(1)),
            OperationId(uuid::Uuid::from_u128(2)),
        );
        let password = || PlainPassword::typed("correct horse".into());
        sheets.keep(one, 1, password(), Timestamp::UNIX_EPOCH);
        sheets.keep(one, 2, password(), Timestamp::UNIX_EPOCH);
        assert_eq!(sheets.take(&one).len(), 2);
        assert!(!sheets.has(&one));
        sheets.keep(one, 1, password(), Timestamp::UNIX_EPOCH);
        sheets.keep(two, 1, password(), Timestamp::UNIX_EPOCH + KEPT);
        assert!(sheets.peek(&one, 1).is_none());
    }
}
