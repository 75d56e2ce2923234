//! DNS, storage and Dex as pods.

use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::apps::v1::Deployment;
use kube::{Api, Client};

use super::runtime::{Runtime, busybox};
use crate::{
    binaries::{self, Source},
    image::Image,
    manifests,
    run_directory::RunDirectory,
    settings::Dex,
    waiting,
};

/// The port of the node on which Dex can be reached from outside: the lab's own Service,
/// because Kubeflow's has none.
pub(crate) const DEX_PORT: u16 = 32_556;

/// The image tests may use for pods of their own.
const BUSYBOX: &str = "localhost/lab/busybox:1";
const DEPLOYMENTS: [(&str, &str); 3] = [
    ("kube-system", "coredns"),
    ("local-path-storage", "local-path-provisioner"),
    ("auth", "dex"),
];

/// Makes the images, gives them to the node and then creates the objects, so that nothing is
/// looked for in a registry that is not there.
pub(super) async fn install(run: &RunDirectory, client: &Client, runtime: &Runtime) -> Result<()> {
    let (shell, dns, dex, storage) = (
        busybox(BUSYBOX),
        dns().await?,
        dex().await?,
        storage().await?,
    );
    futures::try_join!(
        runtime.load(run, &shell),
        runtime.load(run, &dns),
        runtime.load(run, &dex),
        runtime.load(run, &storage),
    )?;
    let volumes = run.subdirectory("volumes")?;
    let volumes = volumes
        .to_str()
        .context("the run directory's path is not UTF-8")?;
    manifests::create(client, manifests::DNS).await?;
    manifests::create(client, &manifests::STORAGE.replace("@VOLUMES@", volumes)).await?;
    manifests::create(client, manifests::DEX_POD).await
}

pub(super) async fn wait_until_ready(client: &Client) -> Result<()> {
    for (namespace, name) in DEPLOYMENTS {
        let deployments: Api<Deployment> = Api::namespaced(client.clone(), namespace);
        waiting::until(
            &format!("{namespace}/{name} is available"),
            Duration::from_mins(2),
            || async {
                let status = deployments.get(name).await?.status.unwrap_or_default();
                Ok((status.available_replicas >= Some(1)).then_some(()))
            },
        )
        .await?;
    }
    Ok(())
}

async fn dns() -> Result<Image> {
    let program = binaries::program(Source::CoreDns, "coredns").await?;
    Ok(Image::new("localhost/lab/coredns:1")
        .file("/coredns", &program, 0o755)
        .entrypoint(&["/coredns"]))
}

async fn storage() -> Result<Image> {
    let program = binaries::program(Source::LocalPath, "local-path-provisioner").await?;
    let path = "/usr/bin/local-path-provisioner";
    Ok(Image::new("localhost/lab/local-path-provisioner:1")
        .file(path, &program, 0o755)
        .entrypoint(&[path]))
}

/// Like the published image in what Kubeflow's Deployment relies on: `dex` is found by name,
/// the user is a number, the pages are where the environment says.
async fn dex() -> Result<Image> {
    let program = binaries::program(Source::Dex(Dex::V2_45), "dex").await?;
    let image = Image::new(&format!("ghcr.io/dexidp/dex:{}", Dex::V2_45.tag()))
        .file("/usr/local/bin/dex", &program, 0o755)
        .tree("/srv/dex/web", &binaries::dex_web(Dex::V2_45).await?)?;
    Ok(image
        .env("DEX_FRONTEND_DIR", "/srv/dex/web")
        .user("1001:1001")
        .entrypoint(&["dex"]))
}
