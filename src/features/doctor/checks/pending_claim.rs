//! Volumes of Kubeflow are bound.

use crate::cluster::snapshot::{Claim, StorageClass};
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "pending-claim",
    title: "Volumes of Kubeflow are bound",
    group: Group::Storage,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every PersistentVolumeClaim of the installation is bound to a volume.",
    why: "What uses a claim that stays Pending never starts: authservice-pvc stops every sign-in up to 1.8, mysql-pv-claim and the object store stop Pipelines, katib-mysql stops Katib.",
    repair: "Up to Kubernetes 1.25 the class of a claim cannot be changed. The page Storage makes a claim that never had a volume again, with another class. Never delete a claim that is bound.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let claims = case.snapshot.claims.all()?;
    let pending = claims
        .iter()
        .filter(|claim| case.places.is_home(&claim.meta.namespace) && claim.phase == "Pending");
    let mut findings = Vec::new();
    for claim in pending {
        if let Some(why) = why(case, claim) {
            let mut finding = CHECK
                .finding(format!("PersistentVolumeClaim {}", claim.meta.path()), why)
                .seen(
                    "class",
                    claim.class.clone().unwrap_or_else(|| "not set".to_owned()),
                )
                .seen("size", claim.requested.clone());
            if let Some(user) = user(case, claim) {
                finding = finding.seen("used by", user);
            }
            if let Some(event) = last_event(case, claim) {
                finding = finding.seen("last event", event);
            }
            findings.push(finding.command(format!(
                "kubectl -n {} describe pvc {}",
                claim.meta.namespace, claim.meta.name
            )));
        }
    }
    Ok(findings)
}

/// Why it waits; `None` when waiting is right.
pub(in super::super) fn why(case: &Case<'_>, claim: &Claim) -> Option<String> {
    let Ok(classes) = case.snapshot.classes.all() else {
        return Some(
            "it is pending; the classes may not be listed, so it cannot be told why".to_owned(),
        );
    };
    match claim.class.as_deref() {
        None if !classes.iter().any(StorageClass::is_default) => Some("it names no class, and no class is the default one".to_owned()),
        None => Some(
            "it names no class. There is a default one now; before Kubernetes 1.26 that does not reach a claim that is older".to_owned(),
        ),
        Some("") => Some("it names the class of no name, which means: a volume made by hand. There is none that fits".to_owned()),
        Some(name) => match classes.iter().find(|one| one.meta.name == name) {
            None => Some(format!("its class {name} does not exist")),
            // Bound once a pod has a node; without a pod that uses it, waiting is right.
            Some(class) if class.waits_for_pod() && !is_waited_for(case, claim) => None,
            Some(class) => Some(format!("nothing has made a volume for it yet (provisioner {})", class.provisioner)),
        },
    }
}

/// Does a pod with a node wait for it?
fn is_waited_for(case: &Case<'_>, claim: &Claim) -> bool {
    let pods = case.snapshot.pods.visible();
    pods.iter().any(|pod| {
        pod.meta.namespace == claim.meta.namespace && pod.claims.contains(&claim.meta.name)
    })
}

fn user(case: &Case<'_>, claim: &Claim) -> Option<String> {
    let workloads = case.snapshot.workloads.visible();
    let found = workloads.iter().find(|one| {
        one.meta.namespace == claim.meta.namespace && one.claims.contains(&claim.meta.name)
    });
    found.map(crate::cluster::snapshot::Workload::object)
}

fn last_event(case: &Case<'_>, claim: &Claim) -> Option<String> {
    let events = case.snapshot.events.visible().iter().filter(|event| {
        event.namespace == claim.meta.namespace
            && event.object.0 == "PersistentVolumeClaim"
            && event.object.1 == claim.meta.name
    });
    let last = events.max_by_key(|event| event.last_at)?;
    Some(format!("{}: {}", last.reason, last.message))
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    fn pending(release: &str, class: Option<&str>) -> World {
        let class = class.map(str::to_owned);
        healthy(release).but(|s| {
            for claim in s.claims.items_mut() {
                claim.phase = "Pending".to_owned();
                claim.class = class.clone();
            }
        })
    }

    #[test]
    fn each_claim_of_the_release_that_waits_is_found_with_its_reason() {
        for (release, claims) in [
            (
                "1.6.1",
                [
                    "authservice-pvc",
                    "katib-mysql",
                    "minio-pvc",
                    "mysql-pv-claim",
                ]
                .as_slice(),
            ),
            (
                "1.11.0",
                &["katib-mysql", "mysql-pv-claim", "seaweedfs-pvc"],
            ),
        ] {
            let world = pending(release, Some("gone"));
            world.has_only("pending-claim");
            let says = world.says("pending-claim").join("\n");
            for claim in claims {
                assert!(
                    says.contains(&format!("/{claim}: its class gone does not exist")),
                    "{says}"
                );
            }
        }
        let says = pending("1.6.1", None).says("pending-claim");
        assert!(
            says[0].contains("does not reach a claim that is older"),
            "{says:?}"
        );
    }

    #[test]
    fn a_claim_that_waits_for_its_first_pod_is_no_fault() {
        let world = pending("1.9.1", Some("standard")).but(|s| {
            for pod in s.pods.items_mut() {
                pod.claims.clear();
            }
        });
        assert!(world.says("pending-claim").is_empty());
    }
}
