//! How many streams are open, and whose: nobody holds them all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::SessionId;

/// A page that is seen holds one; a few windows side by side are usual.
const MOST_OF_ONE: usize = 12;
const MOST: usize = 2000;

/// The streams that are open now.
#[derive(Debug, Clone, Default)]
pub struct Seats {
    taken: Arc<Mutex<HashMap<SessionId, usize>>>,
}

/// One open stream; given back when dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Seats,
    session: SessionId,
}

impl Seats {
    /// `None` when this session, or everybody together, has too many.
    pub fn take(&self, session: &SessionId) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.get(session).copied().unwrap_or_default();
        if own >= MOST_OF_ONE || all >= MOST {
            return None;
        }
        taken.insert(session.clone(), own + 1);
        Some(Seat {
            seats: self.clone(),
            session: session.clone(),
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let taken = &self.seats.taken;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.session) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_session_cannot_take_every_seat_and_gives_its_own_back() {
        let seats = Seats::default();
        let (greedy, other) = (SessionId::new("a"), SessionId::new("b"));
        let mut held: Vec<Seat> = (0..MOST_OF_ONE)
            .filter_map(|_| seats.take(&greedy))
            .collect();
        assert_eq!(held.len(), MOST_OF_ONE);
        assert!(seats.take(&greedy).is_none());
        assert!(seats.take(&other).is_some());
        held.pop();
        assert!(seats.take(&greedy).is_some());
        drop(held);
        assert!(seats.taken.lock().unwrap().is_empty());
    }
}
