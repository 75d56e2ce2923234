//! The checks against what upstream really ships: rendered releases, where somebody has them.
//!
//! `KUBEFLOW_ADMIN_RENDERED` names a folder with `v1.11.0.yaml.gz` and the like: `kustomize build example | gzip`.

use std::path::Path;
use std::process::Command;

use super::check::Case;
use super::recognise::{Confidence, Recognition};
use super::run;
use crate::cluster::snapshot::Snapshot;

/// What is true of every release as it is shipped, before anybody changed a secret: its secrets are public, its
/// password is known, its versions have had holes since. And what only a running cluster can show.
const HONEST: [&str; 5] = [
    // 1.6 ships the gateway as a NodePort.
    "plain-http",
    "default-secrets",
    "default-password",
    "advisory",
    "kubernetes-support",
];
/// Nothing runs in a rendered manifest, and what controllers fill in is empty.
const NEEDS_A_CLUSTER: [&str; 10] = [
    "profile-namespace",
    "not-ready",
    "refused-pods",
    "webhook-backend",
    "webhook-certificate",
    "dex-storage",
    "default-class",
    "pending-claim",
    "kubeflow-roles",
    "node-port",
];

fn unpacked(file: &Path) -> String {
    let unpacked = Command::new("gzip").arg("-dc").arg(file).output().unwrap();
    assert!(unpacked.status.success(), "{}", file.display());
    String::from_utf8(unpacked.stdout).unwrap()
}

async fn check(file: &Path, release: &str) {
    let text = unpacked(file);
    let now = "2026-08-01T00:00:00Z".parse().unwrap();
    let known = super::find_release(release).unwrap();
    let kubernetes = format!("v1.{}.0", known.kubernetes.tested);
    let snapshot = Snapshot::of_manifests(&text, &kubernetes, now).await;
    assert!(
        snapshot.workloads.visible().len() > 40,
        "{release} is not whole"
    );
    let case = Case::of(&snapshot);
    match &case.recognition {
        Recognition::Recognised {
            release: found,
            confidence,
            dissenting,
            ..
        } => {
            assert_eq!((found.name, *confidence), (release, Confidence::High));
            assert!(dissenting.is_empty(), "{:?}", dissenting[0]);
        }
        Recognition::Unknown { .. } | Recognition::NotInstalled => {
            panic!("{release} is not recognised")
        }
    }
    let mut honest = 0;
    let mut wrong = Vec::new();
    for report in run::run(&case) {
        let code = report.check.code;
        honest += usize::from(HONEST.contains(&code) && !report.findings().is_empty());
        if !HONEST.contains(&code) && !NEEDS_A_CLUSTER.contains(&code) {
            let found = report.findings().iter();
            wrong.extend(found.map(|one| format!("{code}: {}: {}", one.object, one.says)));
        }
    }
    assert!(wrong.is_empty(), "{release}: {wrong:#?}");
    assert!(honest >= 2, "{release}: the public secrets were not found");
}

#[tokio::test]
async fn a_rendered_release_is_recognised_and_only_honest_things_are_found() {
    let Some(folder) = std::env::var_os("KUBEFLOW_ADMIN_RENDERED") else {
        eprintln!("left out: KUBEFLOW_ADMIN_RENDERED names no folder with rendered releases");
        return;
    };
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(release) = name.strip_suffix(".yaml.gz") {
            check(&path, release.trim_start_matches('v')).await;
            checked += 1;
        }
    }
    assert!(checked > 0, "no *.yaml.gz in the folder");
}
