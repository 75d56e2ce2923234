//! Dex as a process beside the control plane, and its objects in the cluster.
//!
//! It runs from the live `ConfigMap` `auth/dex` and the two Secrets, like the pod of an install
//! does: started again, it takes up what was edited there. Only what says where it runs
//! (storage, listening address, login pages) is replaced, in the text, so that Dex itself
//! judges the rest.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::{
    Api, Client, ResourceExt,
    api::{ApiResource, DynamicObject, GroupVersionKind, PostParams},
};
use serde_json::json;

use crate::{
    binaries::{self, Source},
    http_client,
    processes::{Process, Program},
    run_directory::RunDirectory,
    settings, waiting,
};

/// Dex's namespace, and that of all its objects.
pub const NAMESPACE: &str = "auth";
const CONFIGURATION: &str = "dex";
const CONFIGURATION_SECRET: &str = "dex-config";
const SECRETS: [&str; 2] = ["dex-oidc-client", "dex-passwords"];

/// How often Dex is started on a fresh cluster: the first time it makes its custom resources
/// and ends, because it does not wait until they are served.
const STARTS: u32 = 5;

/// Waits for a Dex that somebody else runs: a pod is ready before the way to its port is.
pub(crate) async fn wait_until_healthy(url: &str) -> Result<()> {
    waiting::until("Dex answers", Duration::from_mins(1), || async {
        Ok(is_healthy(url).await.then_some(()))
    })
    .await
}

async fn is_healthy(url: &str) -> bool {
    http_client::get(&format!("{url}/dex/healthz"))
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

/// Where and as whom Dex runs.
#[derive(Debug)]
pub(crate) struct DexProcess {
    pub(crate) port: u16,
    /// Of the `ServiceAccount` `auth/dex`; the context's namespace is where Dex keeps its objects.
    pub(crate) kubeconfig: PathBuf,
}

impl DexProcess {
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts Dex from what the cluster says now and waits until it is healthy.
    pub(crate) async fn start(&self, client: &Client, run: &RunDirectory) -> Result<Process> {
        let program = self.program(client, run).await?;
        let url = self.url();
        let mut attempt = 1;
        loop {
            let process = Process::start(&program, run)?;
            let ready =
                waiting::until_ready(&process, Duration::from_secs(20), || is_healthy(&url)).await;
            match ready {
                Ok(()) => return Ok(process),
                Err(problem) if attempt == STARTS => return Err(problem),
                Err(_) => attempt += 1,
            }
        }
    }

    async fn program(&self, client: &Client, run: &RunDirectory) -> Result<Program> {
        let settings::SignIn::Dex(release) = settings::SignIn::chosen()? else {
            bail!("the sandbox's issuer needs the sandbox as API server: LAB_KUBERNETES=sandbox");
        };
        let web = binaries::dex_web(release).await?;
        let written = configuration(client).await?;
        let written = &written;
        let own = json!({
            "storage": { "type": "kubernetes", "config": { "kubeConfigFile": self.kubeconfig } },
            "web": { "http": format!("127.0.0.1:{}", self.port) },
            "frontend": { "dir": web },
        });
        let configuration = run.write("dex.yaml", relocated(written, &own))?;
        let path = binaries::program(Source::Dex(release), "dex").await?;
        let mut program = Program::new("dex", &path).arg("serve").arg(configuration);
        let secrets: Api<Secret> = Api::namespaced(client.clone(), NAMESPACE);
        for name in SECRETS {
            for (key, value) in secrets.get(name).await?.data.unwrap_or_default() {
                program = program.env(&key, std::str::from_utf8(&value.0)?);
            }
        }
        Ok(program)
    }
}

/// From the Secret that an installation may have instead, or from the ConfigMap of Kubeflow.
pub(crate) async fn configuration(client: &Client) -> Result<String> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), NAMESPACE);
    if let Some(secret) = secrets.get_opt(CONFIGURATION_SECRET).await? {
        let data = secret.data.unwrap_or_default();
        let text = data
            .get("config.yaml")
            .context("a Secret without config.yaml")?;
        return Ok(String::from_utf8(text.0.clone())?);
    }
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let data = maps.get(CONFIGURATION).await?.data.unwrap_or_default();
    let text = data.get("config.yaml");
    Ok(text
        .context("ConfigMap auth/dex has no key config.yaml")?
        .clone())
}

/// Replaces top-level blocks of a YAML text.
fn relocated(text: &str, own: &serde_json::Value) -> String {
    let replaced: Vec<String> = own
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::keys)
        .map(|key| format!("{key}:"))
        .collect();
    let mut kept = String::new();
    let mut inside = false;
    for line in text.lines() {
        if !line.starts_with([' ', '#', '-']) && !line.is_empty() {
            inside = replaced.iter().any(|key| line.starts_with(key));
        }
        if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    for (key, value) in own.as_object().into_iter().flatten() {
        kept.extend([key, ": ", &value.to_string(), "\n"]);
    }
    kept
}

/// The name under which Dex looks for a Password or an `OAuth2Client`: base32 of the identifier
/// followed by the start value of 64-bit FNV, which Dex appends instead of a hash.
pub fn object_name(identifier: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut bytes = identifier.as_bytes().to_vec();
    bytes.extend([0xcb, 0xf2, 0x9c, 0xe4, 0x84, 0x22, 0x23, 0x25]);
    let bit = |index: usize| {
        bytes
            .get(index / 8)
            .map_or(0, |byte| usize::from(byte >> (7 - index % 8) & 1))
    };
    (0..(bytes.len() * 8).div_ceil(5))
        .map(|group| (0..5).fold(0, |value, offset| value * 2 + bit(group * 5 + offset)))
        .map(|value| char::from(ALPHABET[value]))
        .collect()
}

/// Adds a person who can sign in at Dex at once.
pub(crate) async fn add_password(client: &Client, email: &str, password: &str) -> Result<()> {
    let email = email.to_ascii_lowercase();
    let text = password.to_owned();
    // The lowest cost with which Dex still lets people in.
    let hash = tokio::task::spawn_blocking(move || bcrypt::hash(text, 10)).await??;
    let username = email.split('@').next().unwrap_or_default();
    let object: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "dex.coreos.com/v1",
        "kind": "Password",
        "metadata": { "name": object_name(&email), "namespace": NAMESPACE },
        "email": email,
        "hash": STANDARD.encode(hash),
        "username": username,
        "userID": uuid::Uuid::now_v7().to_string(),
    }))?;
    create(client, "Password", &object).await
}

/// Adds an OAuth client with a secret; Dex knows it at once.
pub(crate) async fn add_client(
    client: &Client,
    id: &str,
    secret: &str,
    redirect_uri: &str,
) -> Result<()> {
    let object: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "dex.coreos.com/v1",
        "kind": "OAuth2Client",
        "metadata": { "name": object_name(id), "namespace": NAMESPACE },
        "id": id,
        "secret": secret,
        "name": id,
        "redirectURIs": [redirect_uri],
    }))?;
    create(client, "OAuth2Client", &object).await
}

async fn create(client: &Client, kind: &str, object: &DynamicObject) -> Result<()> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("dex.coreos.com", "v1", kind));
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), NAMESPACE, &resource);
    api.create(&PostParams::default(), object)
        .await
        .with_context(|| format!("creating {kind} {}", object.name_any()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names_are_those_dex_looks_for() {
        assert_eq!(
            object_name("user@example.com"),
            "ovzwk4samv4gc3lqnrss4y3pnxf7fhheqqrcgji"
        );
        assert_eq!(
            object_name("admin@example.com"),
            "mfsg22loibsxqylnobwgkltdn5w4x4u44scceizf"
        );
        assert_eq!(
            object_name("kubeflow-admin"),
            "nn2wezlgnrxxollbmrwws3wl6koojbbcemsq"
        );
    }

    #[test]
    fn only_what_says_where_dex_runs_is_replaced() {
        let text = "issuer: i\nstorage:\n  type: kubernetes\n# kept or not, harmless\nweb:\n  http: x\nstaticPasswords:\n- email: e\n";
        let moved = relocated(text, &json!({ "storage": 1, "web": 2 }));
        assert_eq!(
            moved,
            "issuer: i\nstaticPasswords:\n- email: e\nstorage: 1\nweb: 2\n"
        );
    }
}
