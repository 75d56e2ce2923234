//! ConfigMaps and Secrets: only those that certain workloads name, each by its name, as the person who asks.
//!
//! Of a Secret nothing is kept but a digest per key, to be compared with values that are public anyway. What Dex is
//! configured with is read at once and forgotten.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::api::DynamicObject;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::item::pairs;
use super::workloads::Workload;
use crate::cluster::dex_config::DexFile;
use crate::cluster::logins::secret_hashes;
use crate::cluster::watch::{Kept as _, WatchState};
use crate::domain::Login;

/// SHA-256 of a value, for comparing and for nothing else: it has no text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.trim_end().as_bytes()).into())
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// Namespace and name.
pub(super) type Name = (String, String);

/// Digest per key.
pub type SecretDigests = BTreeMap<String, Digest>;

pub(super) fn digests(secret: &DynamicObject) -> SecretDigests {
    let decoded = |value: &Value| {
        let bytes = STANDARD.decode(value.as_str()?).ok()?;
        String::from_utf8(bytes).ok()
    };
    let data = secret.data["data"].as_object().into_iter().flatten();
    let data = data.filter_map(|(key, value)| Some((key.clone(), decoded(value)?)));
    // Rendered manifests carry plain text; the API server never does.
    let plain = secret.data["stringData"].as_object().into_iter().flatten();
    let plain = plain.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    data.chain(plain)
        .map(|(key, value)| (key, Digest::of(&value)))
        .collect()
}

pub(super) fn texts_of(config_map: &DynamicObject) -> BTreeMap<String, String> {
    pairs(&config_map.data["data"])
}

/// What Dex is configured with, without hashes and client secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DexSetup {
    pub namespace: String,
    /// Name of the ConfigMap.
    pub name: String,
    pub changed_at: Option<jiff::Timestamp>,
    pub issuer: String,
    /// What keeps Dex from starting, in sentences.
    pub problems: Vec<String>,
    pub static_logins: Vec<Login>,
    /// Redirect addresses of all clients in the configuration.
    pub redirects: Vec<String>,
}

impl DexSetup {
    pub(super) fn of(config_map: &DynamicObject, secrets: &[DynamicObject]) -> Self {
        let file = DexFile::from_resource(config_map).unwrap_or_else(DexFile::absent);
        let config = file.config(WatchState::Ready);
        let hashes = secrets.iter().flat_map(secret_hashes).collect();
        let meta = super::item::Meta::of(config_map).unwrap_or_default();
        Self {
            namespace: meta.namespace,
            name: meta.name,
            changed_at: meta.changed_at,
            issuer: config.issuer.unwrap_or_default(),
            problems: config.problems,
            static_logins: file.logins(&hashes).collect(),
            redirects: redirects(&config_map.data["data"]["config.yaml"]),
        }
    }
}

fn redirects(text: &Value) -> Vec<String> {
    let parsed: Result<Value, _> = serde_saphyr::from_str(text.as_str().unwrap_or_default());
    let Ok(root) = parsed else { return Vec::new() };
    let clients = root["staticClients"].as_array().into_iter().flatten();
    clients
        .flat_map(|client| super::item::texts(&client["redirectURIs"]))
        .collect()
}

/// Workloads whose ConfigMaps and Secrets are looked at, by the last part of an image or by their name.
const INTERESTING: [&str; 14] = [
    "dex",
    "oauth2-proxy",
    "authservice",
    "oidc-authservice",
    "profiles-deployment",
    "profile-controller",
    "centraldashboard",
    "central-dashboard",
    "ml-pipeline",
    "kfp-api-server",
    "api-server",
    "minio",
    "seaweedfs",
    "katib-mysql",
];

fn is_interesting(workload: &Workload) -> bool {
    let named = |name: &str| INTERESTING.contains(&name);
    named(&workload.meta.name)
        || workload
            .containers
            .iter()
            .any(|one| named(one.image_name()))
}

pub(super) fn is_dex(workload: &Workload) -> bool {
    let by_image = |one: &super::workloads::Container| one.image_name() == "dex";
    workload.meta.name == "dex" || workload.containers.iter().any(by_image)
}

/// ConfigMaps to get.
pub(super) fn wanted_config_maps(workloads: &[Workload]) -> BTreeSet<Name> {
    let mut wanted: BTreeSet<Name> = workloads
        .iter()
        .filter(|workload| is_interesting(workload))
        .flat_map(|workload| names(&workload.meta.namespace, &workload.config_maps))
        .collect();
    for workload in workloads.iter().filter(|one| is_interesting(one)) {
        let namespace = &workload.meta.namespace;
        match workload.meta.name.as_str() {
            "centraldashboard" => {
                let config = workload
                    .env("DASHBOARD_CONFIGMAP")
                    .or(workload.env("DASHBOARD_LINKS_CONFIGMAP"))
                    .unwrap_or("centraldashboard-config");
                wanted.insert((namespace.clone(), config.to_owned()));
            }
            // Istio puts its own certificate authority into every namespace under this name.
            "profiles-deployment" => {
                wanted.insert((namespace.clone(), "istio-ca-root-cert".to_owned()));
            }
            _ => {}
        }
    }
    wanted
}

/// Secrets to get; with those of certificates that webhooks are called with.
pub(super) fn wanted_secrets(workloads: &[Workload]) -> BTreeSet<Name> {
    workloads
        .iter()
        .filter(|workload| is_interesting(workload))
        .flat_map(|workload| names(&workload.meta.namespace, &workload.secrets))
        .collect()
}

fn names<'n>(
    namespace: &'n str,
    all: &'n BTreeSet<String>,
) -> impl Iterator<Item = Name> + use<'n> {
    all.iter().map(|name| (namespace.to_owned(), name.clone()))
}
