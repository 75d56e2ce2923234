use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::*;
use crate::install::stream::{Manifest, read};

fn object(text: &str) -> ObjectRef {
    text.parse().unwrap()
}

fn wave(object: &ObjectRef) -> Wave {
    Wave::of(object, Origin::of(object))
}

#[test]
fn the_wave_is_told_from_kind_and_name() {
    let cases = [
        ("v1/Namespace/kubeflow", Wave::Namespaces),
        (
            "apiextensions.k8s.io/v1/CustomResourceDefinition/x",
            Wave::Definitions,
        ),
        ("v1/ConfigMap/kubeflow/x", Wave::Basics),
        (
            "autoscaling/v2/HorizontalPodAutoscaler/kubeflow/x",
            Wave::Basics,
        ),
        (
            "apps/v1/Deployment/cert-manager/cert-manager",
            Wave::Gatekeepers,
        ),
        ("apps/v1/Deployment/istio-system/istiod", Wave::Gatekeepers),
        (
            "apps/v1/Deployment/istio-system/istio-ingressgateway",
            Wave::Workloads,
        ),
        (
            "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration/istio-sidecar-injector",
            Wave::Gatekeepers,
        ),
        (
            "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration/katib.kubeflow.org",
            Wave::Workloads,
        ),
        ("cert-manager.io/v1/Certificate/kubeflow/x", Wave::Trust),
        (
            "security.istio.io/v1/AuthorizationPolicy/kubeflow/x",
            Wave::Trust,
        ),
        (
            "serving.kserve.io/v1alpha1/ClusterServingRuntime/x",
            Wave::Resources,
        ),
        (
            "jobset.x-k8s.io/v1alpha2/JobSet/kubeflow/x",
            Wave::Resources,
        ),
        ("kubeflow.org/v1beta1/Profile/x", Wave::Profiles),
    ];
    for (text, expected) in cases {
        assert_eq!(wave(&object(text)), expected, "{text}");
    }
    assert_eq!(Turn::of(&object(cases[7].0)), Turn::First);
}

/// Counts of the waves, as the rendered releases have them.
const COUNTS: [(&str, [usize; 8]); 3] = [
    ("v1.6.1", [6, 73, 369, 8, 63, 63, 11, 1]),
    ("v1.9.1", [6, 66, 353, 8, 63, 59, 13, 1]),
    ("v1.11.0", [7, 70, 411, 9, 66, 68, 21, 1]),
];

fn rendered(name: &str) -> Option<Vec<Manifest>> {
    let folder = std::env::var_os("KUBEFLOW_ADMIN_RENDERED")?;
    let file = std::path::Path::new(&folder).join(format!("{name}.yaml.gz"));
    let unpacked = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(file)
        .output()
        .unwrap();
    assert!(unpacked.status.success());
    Some(read(&unpacked.stdout).unwrap_or_else(|wrong| panic!("{name}: {wrong:?}")))
}

/// Kind and group of every CustomResourceDefinition of the stream.
fn brought(stream: &[Manifest]) -> HashSet<(String, String)> {
    let definitions = stream
        .iter()
        .filter(|one| wave(&one.object) == Wave::Definitions);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    definitions
        .map(|one| {
            (
                text(&one.body["spec"]["group"]),
                text(&one.body["spec"]["names"]["kind"]),
            )
        })
        .collect()
}

fn mounted_secrets(workload: &Manifest) -> Vec<String> {
    let volumes = workload.body["spec"]["template"]["spec"]["volumes"].as_array();
    let required = volumes
        .into_iter()
        .flatten()
        .filter(|one| one["secret"]["optional"] != true);
    required
        .filter_map(|one| one["secret"]["secretName"].as_str().map(str::to_owned))
        .collect()
}

fn check_order(name: &str, stream: &[Manifest]) {
    let brought = brought(stream);
    let issued: HashMap<_, _> = stream
        .iter()
        .filter(|one| one.object.is("cert-manager.io", "Certificate"))
        .map(|one| {
            let secret = one.body["spec"]["secretName"].as_str().unwrap().to_owned();
            ((one.object.namespace.clone(), secret), wave(&one.object))
        })
        .collect();
    for one in stream {
        let object = &one.object;
        let custom = brought.contains(&(object.group.clone(), object.kind.clone()));
        assert!(
            !custom || wave(object) > Wave::Definitions,
            "{name}: {object}"
        );
        assert_eq!(
            custom,
            Origin::of(object) == Origin::Custom,
            "{name}: {object}"
        );
        for secret in mounted_secrets(one) {
            let certificate = issued.get(&(object.namespace.clone(), secret));
            assert!(
                certificate.is_none_or(|when| *when < wave(object)),
                "{name}: {object}"
            );
        }
    }
}

#[test]
fn every_object_of_a_rendered_release_comes_after_what_it_needs() {
    for (name, expected) in COUNTS {
        let Some(stream) = rendered(name) else {
            eprintln!("left out: KUBEFLOW_ADMIN_RENDERED names no folder with rendered releases");
            return;
        };
        let count = |wanted: Wave| {
            stream
                .iter()
                .filter(|one| wave(&one.object) == wanted)
                .count()
        };
        assert_eq!(Wave::ALL.map(count), expected, "{name}");
        check_order(name, &stream);
    }
}
