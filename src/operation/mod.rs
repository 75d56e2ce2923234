//! Changes as operations: planned with the API server's own dry run, stored before they start, run step by step as
//! the person who asked, proved, recorded, and resumed or undone whatever happens in between.
//!
//! ```text
//! plan ──► Planned ──start──► Running ──► Done ──undo──► Undoing ──► Undone
//!                                │  ▲                        ▲
//!                                ▼  └─────resume             │
//!                              Failed ──────────undo─────────┘
//! ```
//!
//! Exactly one program works on an operation at a time: it holds a lease in the store, renews it while it works, and
//! every write of the operation is refused once the lease is lost. A lease that nobody renews is taken over.
//! Uses cluster, store and identity; knows nothing of pages.

mod administrators;
mod before;
mod dated;
mod dex;
mod due;
mod endings;
mod engine;
mod hashing;
mod import;
mod logins;
mod plan;
mod prover;
mod record;
mod release;
mod run;
mod secrets;
mod step;
mod upkeep;
mod wait;

pub use administrators::{entrants, who_stays};
pub use endings::{Ending, Endings};
pub use engine::{Consent, Engine, EngineParts, StartRefusal, TakenOver, Temporary, can_be_undone};
pub use hashing::{COST, hashed};
pub use plan::{PlanError, Planner};
pub use prover::{Proofs, Prover, Unproved};
pub use record::{line, record, record_refusal};
pub use release::{GivenText, ReleaseChoices, ReleaseRefusal};
