//! `kubeflow-admin apply` on the real API server: bad input, conflicts, interruptions, whole releases.
//!
//! Whole releases need `KUBEFLOW_ADMIN_RENDERED`, a folder with `v1.11.0.yaml.gz` and the like (`kustomize build example
//! | gzip`); nothing runs there but stand-ins (`lab::slow_cluster`). `LAB_COMPARE=1` also runs the shell loop on them
//! and prints both, for `docs/performance.md`.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

mod input;
mod releases;
mod world;
