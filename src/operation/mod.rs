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

mod dex;
mod endings;
mod engine;
mod import;
mod plan;
mod record;
mod run;
mod secrets;
mod step;
mod upkeep;
mod wait;

pub use endings::{Ending, Endings};
pub use engine::{Consent, Engine, EngineParts, StartRefusal, TakenOver, Temporary, can_be_undone};
pub use plan::{PlanError, Planner};
pub use record::{record, record_refusal};
pub use step::Prover;
