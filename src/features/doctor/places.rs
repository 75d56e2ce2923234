//! Where the parts of Kubeflow are in this cluster: upstream's namespaces, or wherever a site has put them. Pure.

use std::collections::BTreeMap;

use super::data::components::{self, COMPONENTS, Component, Expected};
use crate::cluster::snapshot::{Service, Workload};

/// By which workload a moved namespace is found: names that nothing else uses, else images.
const ANCHORS: [(&str, &[&str], &[&str]); 6] = [
    (
        "kubeflow",
        &["profiles-deployment", "centraldashboard", "ml-pipeline"],
        &[
            "profile-controller",
            "centraldashboard",
            "central-dashboard",
            "kfp-api-server",
        ],
    ),
    ("auth", &[], &["dex"]),
    ("istio-system", &["istiod"], &["pilot"]),
    ("cert-manager", &[], &["cert-manager-controller"]),
    ("knative-serving", &["net-istio-controller"], &[]),
    ("oauth2-proxy", &[], &["oauth2-proxy"]),
];

/// What makes an installation Kubeflow, and not Pipelines or Katib alone.
const ESSENTIAL: [&str; 2] = ["centraldashboard", "profiles-deployment"];
const ESSENTIAL_IMAGES: [&str; 3] = [
    "centraldashboard",
    "central-dashboard",
    "profile-controller",
];

#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// Upstream's namespace and the one here.
    moved: BTreeMap<&'static str, String>,
    has_kubeflow: bool,
}

impl Places {
    pub(crate) fn of(workloads: &[Workload]) -> Self {
        let mut moved = BTreeMap::new();
        for (home, names, images) in ANCHORS {
            let named = |one: &&Workload| names.contains(&one.meta.name.as_str());
            let shows = |one: &&Workload| {
                let mut containers = one.containers.iter();
                containers.any(|container| images.contains(&container.image_name()))
            };
            let found = workloads
                .iter()
                .find(|one| one.meta.namespace == home && (named(one) || shows(one)))
                .or_else(|| workloads.iter().find(named))
                .or_else(|| workloads.iter().find(shows));
            if let Some(found) = found {
                moved.insert(home, found.meta.namespace.clone());
            }
        }
        let has_kubeflow = workloads.iter().any(|one| {
            let mut containers = one.containers.iter();
            ESSENTIAL.contains(&one.meta.name.as_str())
                || containers.any(|container| ESSENTIAL_IMAGES.contains(&container.image_name()))
        });
        Self {
            moved,
            has_kubeflow,
        }
    }

    pub(crate) fn has_kubeflow(&self) -> bool {
        self.has_kubeflow
    }

    /// Where what upstream puts into `home` is here.
    pub(crate) fn here<'p>(&'p self, home: &'p str) -> &'p str {
        self.moved.get(home).map_or(home, String::as_str)
    }

    /// The component that a workload is a part of, by its name and where it is.
    pub(crate) fn component(
        &self,
        workload: &Workload,
    ) -> Option<(&'static Component, &'static Expected)> {
        components::of_workload(&workload.meta.name)
            .filter(|(_, expected)| workload.meta.namespace == self.here(expected.home))
    }

    pub(crate) fn is_ours(&self, workload: &Workload) -> bool {
        self.component(workload).is_some()
    }

    /// Is it one of the namespaces that the installation is in?
    pub(crate) fn is_home(&self, namespace: &str) -> bool {
        COMPONENTS
            .iter()
            .flat_map(|component| component.workloads)
            .filter(|expected| expected.home != "kube-system")
            .any(|expected| self.here(expected.home) == namespace)
    }

    /// The Service through which browsers come in.
    pub(crate) fn ingress<'s>(&self, services: &'s [Service]) -> Option<&'s Service> {
        let namespace = self.here("istio-system");
        let by_name = |one: &&Service| {
            one.meta.namespace == namespace && one.meta.name == "istio-ingressgateway"
        };
        let by_label = |one: &&Service| {
            one.selector.get("istio").map(String::as_str) == Some("ingressgateway")
        };
        services
            .iter()
            .find(by_name)
            .or_else(|| services.iter().find(by_label))
    }
}
