//! Who owns which field: server-side apply, and the ownership that every other write leaves behind.
//!
//! Follows `sigs.k8s.io/structured-merge-diff` v6 as kube-apiserver 1.34 uses it. `set` is a set of field paths and
//! its JSON form, `shape` says which maps and lists are taken as one, `compare` finds what a write changed, `merge`
//! joins an applied configuration with an object, `managed` keeps the entries of `managedFields`.

mod compare;
mod managed;
mod merge;
mod set;
mod shape;

pub(crate) use managed::{Managed, Writer, conflict_status};
pub(crate) use merge::strategic;
pub(crate) use shape::Shape;
