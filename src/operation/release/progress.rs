//! What a wave or a deletion comes to while it goes: the states of its objects, and what is to be said of them.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::domain::{ObjectRef, ReleaseRow, RowState, Wave};
use crate::install::run::{Ending, Event};
use crate::operation::step::StepError;

/// Things that are waited for and named; the rest is counted.
const NAMED: usize = 4;

/// What a wave or a deletion comes to while it goes.
pub(super) struct Progress {
    pub(super) rows: Vec<ReleaseRow>,
    places: HashMap<ObjectRef, usize>,
    wave: Option<Wave>,
    /// Rows whose state is not stored yet.
    pub(super) dirty: BTreeSet<usize>,
    waiting: Vec<String>,
    /// Failures, each as a sentence.
    failures: Vec<String>,
}

impl Progress {
    pub(super) fn new(rows: Vec<ReleaseRow>, wave: Option<Wave>) -> Self {
        let places = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (row.object.clone(), at))
            .collect();
        Self {
            rows,
            places,
            wave,
            dirty: BTreeSet::new(),
            waiting: Vec::new(),
            failures: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Wave { .. } | Event::Deleted(_) => {}
            Event::Applied(object) => self.set(&object, RowState::Applied, String::new()),
            Event::Again { object, why } => self.set(&object, RowState::Again, why),
            Event::Failed { object, why } => {
                self.failures.push(format!("{object}: {why}"));
                self.set(&object, RowState::Failed, why);
            }
            Event::Waiting(open) => self.waiting = open,
        }
    }

    fn set(&mut self, object: &ObjectRef, state: RowState, detail: String) {
        if let Some(&at) = self.places.get(object) {
            self.rows[at].state = state;
            self.rows[at].detail = detail;
            self.dirty.insert(at);
        }
    }

    pub(super) fn sentence(&self) -> String {
        if self.wave.is_none() {
            return "Deleted objects are waited for until they are gone.".to_owned();
        }
        let of_wave = |row: &&ReleaseRow| Some(row.wave) == self.wave;
        let rows: Vec<&ReleaseRow> = self.rows.iter().filter(of_wave).collect();
        let in_state = |state: RowState| rows.iter().filter(|row| row.state == state).count();
        let mut sentence = format!(
            "{} of {} objects.",
            rows.iter().filter(|row| !row.is_due()).count(),
            rows.len()
        );
        for (count, word) in [
            (in_state(RowState::Failed), "failed"),
            (in_state(RowState::Again), "are tried again"),
        ] {
            if count > 0 {
                let _ = write!(sentence, " {count} {word}.");
            }
        }
        if let Some((first, more)) = some(&self.waiting) {
            let _ = write!(sentence, " Waiting for {first}{more}.");
        }
        sentence
    }

    pub(super) fn judge(mut self, ending: Ending) -> Result<String, StepError> {
        self.waiting.clear();
        let so_far = self.sentence();
        match ending {
            Ending::Complete | Ending::WithFailures => Ok(so_far),
            Ending::Stopped => {
                let (first, more) = some(&self.failures).unwrap_or_default();
                Err(StepError::NotReached(format!(
                    "{so_far} Others need what did not come: {first}{more}. The rest was not begun; Resume goes on from here."
                )))
            }
            Ending::Paused => Err(StepError::NotReached(format!(
                "Paused as asked: {so_far} Resume goes on from here."
            ))),
        }
    }
}

/// The first few in words, and how many more there are.
fn some(all: &[String]) -> Option<(String, String)> {
    let more = all.len().saturating_sub(NAMED);
    let named: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
    let rest = match more {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    (!named.is_empty()).then(|| (named.join(", "), rest))
}
