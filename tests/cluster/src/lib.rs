//! The lab: a real Kubernetes with a real Dex on this machine, started by the tests themselves.
//!
//! What this project claims about sign-in, roles, quotas and who wrote what is shown against
//! the real API server, its real admission and the real Dex. There are two weights:
//!
//! - [`Lab::control_plane`]: etcd, API server, controller manager and Dex as processes on the
//!   loopback; a few seconds, no root. [`Lab::shared`] is one of these for a whole test binary.
//! - [`Lab::node`]: a network namespace with a whole node in it, where pods run; needs root.
//!
//! In reading order: [`running`] is the handle that tests hold; `binaries` builds the programs
//! from public Go modules, once; `control_plane`, `dex` and [`node`] start them; [`stand_in`]
//! is *our* imitation of Kubeflow's profile controller and of KFAM, which cannot be had as
//! modules; [`image`] makes container images without a container engine, [`dockerfile`] ours; [`audit`] reads what
//! the API server saw; [`slow_cluster`] is one for a whole release, with stand-ins of what would run in it. Nothing here knows the dashboard's code: it is tested from outside.

pub mod audit;
pub mod binaries;
pub mod browser;
mod certificates;
mod commands;
mod control_plane;
pub mod dashboard;
pub mod demo;
pub mod dex;
pub mod dex_pod;
pub mod dockerfile;
pub mod events;
pub mod http_client;
pub mod image;
mod in_memory;
pub mod installed;
pub mod killable;
mod kubeconfig;
pub mod manifests;
pub mod node;
pub mod people;
mod ports;
mod processes;
pub mod proxy;
pub mod run_directory;
pub mod running;
pub mod settings;
pub mod slow_cluster;
pub mod stand_in;
pub mod waiting;

pub use audit::AuditEntry;
pub use running::Lab;
