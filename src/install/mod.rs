//! A release of Kubeflow, or anything else that `kustomize build` prints, brought into a cluster in one pass.
//!
//! In reading order: [`stream`] reads the text and says what is wrong with it, `waves` tells which object goes when,
//! [`plan`] looks what would change and what would fail, `conditions` is what a wave waits for, [`run`] does it.
//! Owns order, patience and words; knows `domain` and `cluster`, and nothing of pages, sessions or SQL. There is no
//! journal: applying is idempotent, so that whoever was interrupted plans again and goes on.

mod address;
mod compare;
mod conditions;
pub mod plan;
mod removed;
mod resolve;
pub mod run;
pub mod stream;
mod traps;
mod waves;
