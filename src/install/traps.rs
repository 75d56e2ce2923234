//! What an upgrade would silently leave behind or lose, and what to do about refusals that people meet. Pure.
//!
//! What the API server itself refuses is found by the dry run; here is what it does not see.

use crate::domain::ObjectRef;

/// Something to decide before the release is applied. It does not stop anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    pub object: ObjectRef,
    pub says: String,
}

/// An object that may still be there, and what that would mean.
pub(super) struct Suspect {
    pub(super) object: ObjectRef,
    pub(super) plural: &'static str,
    pub(super) says: &'static str,
}

/// Whom to look for, given what the stream holds.
pub(super) fn suspects<'a>(stream: impl Iterator<Item = &'a ObjectRef>) -> Vec<Suspect> {
    let mut found = Vec::new();
    let mut stateful = Vec::new();
    for object in stream {
        if object.is("apps", "StatefulSet") {
            stateful.push((object.namespace.clone(), object.name.clone()));
        }
        if object.is("apps", "Deployment") {
            found.push(Suspect {
                object: ObjectRef { kind: "StatefulSet".to_owned(), ..object.clone() },
                plural: "statefulsets",
                says: "the release has a Deployment of this name: both would run. Delete the StatefulSet",
            });
        }
        if object.is("", "PersistentVolumeClaim") && object.name == "seaweedfs-pvc" {
            found.push(Suspect {
                object: ObjectRef { name: "minio-pvc".to_owned(), ..object.clone() },
                plural: "persistentvolumeclaims",
                says: "the release has another object store on a new volume: what Pipelines has stored here is not copied",
            });
        }
    }
    found
        .retain(|one| !stateful.contains(&(one.object.namespace.clone(), one.object.name.clone())));
    found
}

/// The way out of refusals that belong to upgrades; empty where none is known.
pub(super) fn advice(object: &ObjectRef, refusal: &str) -> &'static str {
    let says = |words: &str| refusal.contains(words);
    if says("spec.versions") && says("storedVersions") {
        "Objects may be stored in a version that the release drops: migrate them and take it out of status.storedVersions first."
    } else if says("cannot change roleRef")
        || object.kind.ends_with("RoleBinding") && says("roleRef")
    {
        "A role is never changed: delete the binding (--delete) and it is made anew."
    } else if says("field is immutable") || says("updates to statefulset spec") {
        "The field never changes: delete the object (--delete) and it is made anew. What that stops, or loses, is yours to judge."
    } else if says("Too long") {
        "An annotation of kubectl is too large: use server-side apply for this object from now on."
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> ObjectRef {
        text.parse().unwrap()
    }

    #[test]
    fn a_deployment_that_was_a_stateful_set_is_suspected() {
        let stream = [
            object("apps/v1/Deployment/kubeflow/kserve"),
            object("apps/v1/Deployment/kubeflow/both"),
            object("apps/v1/StatefulSet/kubeflow/both"),
            object("v1/PersistentVolumeClaim/kubeflow/seaweedfs-pvc"),
        ];
        let found: Vec<_> = suspects(stream.iter())
            .iter()
            .map(|one| one.object.to_string())
            .collect();
        assert_eq!(
            found,
            [
                "StatefulSet kubeflow/kserve",
                "PersistentVolumeClaim kubeflow/minio-pvc"
            ]
        );
    }

    #[test]
    fn known_refusals_come_with_a_way_out() {
        let binding = object("rbac.authorization.k8s.io/v1/ClusterRoleBinding/x");
        assert!(
            advice(&binding, "roleRef: Invalid value: cannot change roleRef").contains("--delete")
        );
        let crd = object("apiextensions.k8s.io/v1/CustomResourceDefinition/x");
        let words =
            "status.storedVersions[0]: Invalid value: \"v1alpha1\": missing from spec.versions";
        assert!(advice(&crd, words).contains("storedVersions"));
        assert_eq!(advice(&crd, "something else"), "");
    }
}
