//! Kinds that Kubernetes no longer serves, and since when. Source: the deprecated API migration guide,
//! <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>.

use crate::domain::ObjectRef;

/// `apiVersion`, kind, the release that took it away, what to write instead.
const REMOVED: [(&str, &str, &str, &str); 15] = [
    ("policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1"),
    (
        "policy/v1beta1",
        "PodSecurityPolicy",
        "1.25",
        "Pod Security Admission",
    ),
    (
        "autoscaling/v2beta1",
        "HorizontalPodAutoscaler",
        "1.25",
        "autoscaling/v2",
    ),
    (
        "autoscaling/v2beta2",
        "HorizontalPodAutoscaler",
        "1.26",
        "autoscaling/v2",
    ),
    ("batch/v1beta1", "CronJob", "1.25", "batch/v1"),
    (
        "discovery.k8s.io/v1beta1",
        "EndpointSlice",
        "1.25",
        "discovery.k8s.io/v1",
    ),
    ("events.k8s.io/v1beta1", "Event", "1.25", "events.k8s.io/v1"),
    (
        "node.k8s.io/v1beta1",
        "RuntimeClass",
        "1.25",
        "node.k8s.io/v1",
    ),
    (
        "apiextensions.k8s.io/v1beta1",
        "CustomResourceDefinition",
        "1.22",
        "apiextensions.k8s.io/v1",
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration",
        "1.22",
        "admissionregistration.k8s.io/v1",
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfiguration",
        "1.22",
        "admissionregistration.k8s.io/v1",
    ),
    (
        "networking.k8s.io/v1beta1",
        "Ingress",
        "1.22",
        "networking.k8s.io/v1",
    ),
    (
        "extensions/v1beta1",
        "Ingress",
        "1.22",
        "networking.k8s.io/v1",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta2",
        "FlowSchema",
        "1.29",
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    (
        "storage.k8s.io/v1beta1",
        "CSIStorageCapacity",
        "1.27",
        "storage.k8s.io/v1",
    ),
];

/// Why an object of a kind that is not served cannot be one any more; `None` when that is not the reason.
pub(super) fn why(object: &ObjectRef) -> Option<String> {
    let version = object.api_version();
    let (_, _, since, instead) = REMOVED
        .iter()
        .find(|(removed, kind, ..)| *removed == version && *kind == object.kind)?;
    Some(format!(
        "{version} {} is gone since Kubernetes {since}; its place took {instead}",
        object.kind
    ))
}
