//! A Kubernetes with a Kubeflow in it, in memory: for `kubeflow-admin demo`, and for scenarios without a cluster.
//!
//! [`api`] is the API server, `fields` its ownership of fields, [`Controllers`] what kube-controller-manager does,
//! [`profile_controller`] a stand-in of Kubeflow's own, [`kept`] a world in a file, [`client`] the ways in. Nothing above the Kubernetes client knows
//! whether it speaks to this or to a cluster; the scenarios of `tests/cluster` run against both.

pub mod api;
mod client;
mod controllers;
mod deployments;
mod fields;
mod hands;
mod issuer;
pub mod kept;
mod kubelet;
pub mod profile_controller;
mod replicas;
pub mod seed;

pub use client::{client, listen, listen_openly, serve};
pub use controllers::Controllers;
pub use hands::HandsError;
pub use issuer::{ConfigError, Issuer};
pub use kubelet::Kubelet;

/// What every API server has before anybody writes to it.
const BOOTSTRAP: &str = include_str!("seed/bootstrap.yaml");

/// An API server with its own namespaces and roles in it.
///
/// # Errors
/// When the audit log cannot be opened.
pub fn start(settings: api::Settings) -> std::io::Result<api::Api> {
    let api = api::Api::new(settings)?;
    hands::Hands::new(&api, "kube-apiserver")
        .create_all(BOOTSTRAP)
        .map_err(std::io::Error::other)?;
    Ok(api)
}
