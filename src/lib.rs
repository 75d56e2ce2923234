//! kubeflow-admin: the administrator's dashboard for Kubeflow.
//!
//! Reading order: `domain` (what things are), `cluster` (the only code that speaks to Kubernetes), `store`
//! (the only code that speaks SQL), `identity` (signing in at Dex), `install` (a release, applied in waves), `operation` (changes that are planned, run,
//! proved and undone), `access` (the only key to all of that), `web` (the HTTP toolkit), `features` (one folder per
//! word in the menu), `metrics` (what Prometheus may know), `router`, `jobs` and `cli` (wiring).

pub mod access;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod domain;
pub mod features;
pub mod identity;
pub mod install;
pub mod jobs;
pub mod metrics;
pub mod operation;
pub mod router;
pub mod sandbox;
pub mod store;
pub mod telemetry;
pub mod web;
