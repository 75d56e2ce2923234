//! kubeconfig files for the people and programs of the lab.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use crate::certificates::{Authority, Certificate, embedded};

/// How to reach the API server and to know it.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    /// Null over plain HTTP.
    authority: Value,
}

impl Endpoint {
    pub(crate) fn new(url: String, authority: &Authority) -> Result<Self> {
        Ok(Self {
            url,
            authority: embedded(&authority.certificate())?.into(),
        })
    }

    /// Over plain HTTP, as the sandbox is reached.
    pub(crate) fn plain(url: String) -> Self {
        Self {
            url,
            authority: Value::Null,
        }
    }

    pub(crate) fn with_certificate(
        &self,
        path: PathBuf,
        certificate: &Certificate,
    ) -> Result<PathBuf> {
        let user = json!({
            "client-certificate-data": embedded(&certificate.certificate)?,
            "client-key-data": embedded(&certificate.key)?,
        });
        self.write(path, &user, "default")
    }

    /// The context's namespace matters to Dex, which takes its own from there.
    pub(crate) fn with_token(
        &self,
        path: PathBuf,
        token: &str,
        namespace: &str,
    ) -> Result<PathBuf> {
        self.write(path, &json!({ "token": token }), namespace)
    }

    /// JSON is YAML too, and needs no care with quoting.
    fn write(&self, path: PathBuf, user: &Value, namespace: &str) -> Result<PathBuf> {
        let content = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "lab", "cluster": { "server": self.url, "certificate-authority-data": self.authority } }],
            "users": [{ "name": "lab", "user": user }],
            "contexts": [{ "name": "lab", "context": { "cluster": "lab", "user": "lab", "namespace": namespace } }],
            "current-context": "lab",
        });
        // Put in place whole: another test may be reading the one that was there.
        let folder = path.parent().context("a kubeconfig without a folder")?;
        let file = tempfile::NamedTempFile::new_in(folder)?;
        std::fs::write(file.path(), serde_json::to_vec_pretty(&content)?)
            .with_context(|| format!("writing {}", path.display()))?;
        file.persist(&path)?;
        Ok(path)
    }
}

/// The client configuration a kubeconfig file stands for.
pub(crate) async fn load(path: &Path) -> Result<kube::Config> {
    let kubeconfig = Kubeconfig::read_from(path)?;
    Ok(kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?)
}
