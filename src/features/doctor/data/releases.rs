//! Releases of Kubeflow: by which image tags each is known, and which Kubernetes it was made for.
//!
//! The tags are those of the `example` installation that kubeflow/manifests renders at each release's tag; a release
//! of which only some are known has only those. Registries moved, so an image counts by its last part and its tag.
//! Sources: <https://github.com/kubeflow/manifests/tags>, the README of each tag, and the notes at
//! <https://github.com/kubeflow/manifests/releases>.

/// A part of Kubeflow whose version tells something about the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Marker {
    Pipelines,
    KServe,
    Katib,
    Dashboard,
    Workflows,
    Istio,
    CertManager,
    Dex,
    Spark,
    Trainer,
    TrainingOperator,
}

impl Marker {
    pub(crate) const ALL: [Self; 11] = [
        Self::Pipelines,
        Self::KServe,
        Self::Katib,
        Self::Dashboard,
        Self::Workflows,
        Self::Istio,
        Self::CertManager,
        Self::Dex,
        Self::Spark,
        Self::Trainer,
        Self::TrainingOperator,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Pipelines => "Pipelines API server",
            Self::KServe => "KServe controller",
            Self::Katib => "Katib controller",
            Self::Dashboard => "Central Dashboard",
            Self::Workflows => "Argo workflow controller",
            Self::Istio => "Istio",
            Self::CertManager => "cert-manager",
            Self::Dex => "Dex",
            Self::Spark => "Spark operator",
            Self::Trainer => "Trainer",
            Self::TrainingOperator => "Training operator",
        }
    }

    /// Names of the workload in upstream's manifests.
    pub(crate) fn workloads(self) -> &'static [&'static str] {
        match self {
            Self::Pipelines => &["ml-pipeline"],
            Self::KServe => &["kserve-controller-manager"],
            Self::Katib => &["katib-controller"],
            Self::Dashboard => &["centraldashboard", "dashboard"],
            Self::Workflows => &["workflow-controller"],
            Self::Istio => &["istiod"],
            Self::CertManager => &["cert-manager"],
            Self::Dex => &["dex"],
            Self::Spark => &["spark-operator-controller"],
            Self::Trainer => &["kubeflow-trainer-controller-manager"],
            Self::TrainingOperator => &["training-operator"],
        }
    }

    /// Last parts of the image's path; found under any workload name, as distributions rename those.
    pub(crate) fn images(self) -> &'static [&'static str] {
        match self {
            Self::Pipelines => &["api-server", "kfp-api-server"],
            Self::KServe => &["kserve-controller"],
            Self::Katib => &["katib-controller"],
            Self::Dashboard => &["centraldashboard", "central-dashboard"],
            Self::Workflows => &["workflow-controller"],
            Self::Istio => &["pilot"],
            Self::CertManager => &["cert-manager-controller"],
            Self::Dex => &["dex"],
            Self::Spark => &["spark-operator"],
            Self::Trainer => &["trainer-controller-manager"],
            Self::TrainingOperator => &["training-operator"],
        }
    }
}

/// Minor versions of Kubernetes 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kubernetes {
    pub(crate) from: u64,
    /// `None`: newer ones are expected to work.
    pub(crate) to: Option<u64>,
    /// Newest that the release itself was tested with.
    pub(crate) tested: u64,
    /// From this on the manifests cannot be applied: an API they use is gone.
    pub(crate) refused_from: Option<(u64, &'static str)>,
}

pub(crate) struct Release {
    pub(crate) name: &'static str,
    pub(crate) kubernetes: Kubernetes,
    /// Redirect address of the client in the Dex configuration.
    pub(crate) redirect: &'static str,
    pub(crate) tags: &'static [(Marker, &'static str)],
}

impl Release {
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        let name = name.trim().trim_start_matches('v');
        RELEASES.iter().find(|release| release.name == name)
    }
}

const fn on(from: u64, to: Option<u64>, tested: u64) -> Kubernetes {
    Kubernetes {
        from,
        to,
        tested,
        refused_from: None,
    }
}

const ON_1_6: Kubernetes = Kubernetes {
    from: 20,
    to: Some(22),
    tested: 22,
    refused_from: Some((25, "policy/v1beta1, and from 1.26 autoscaling/v2beta2")),
};
const ON_1_7: Kubernetes = Kubernetes {
    from: 24,
    to: Some(25),
    tested: 25,
    refused_from: Some((26, "autoscaling/v2beta2")),
};
/// Before 1.6 nothing of this is known for sure; Kubernetes 1.22 removed APIs that those releases use.
const BEFORE_1_6: Kubernetes = on(19, Some(21), 21);

use Marker as M;

const OLD_REDIRECT: &str = "/login/oidc";
const AUTHSERVICE_REDIRECT: &str = "/authservice/oidc/callback";
const PROXY_REDIRECT: &str = "/oauth2/callback";

/// Oldest first.
pub(crate) static RELEASES: [Release; 17] = [
    Release {
        name: "1.3.0",
        kubernetes: BEFORE_1_6,
        redirect: OLD_REDIRECT,
        tags: &[(M::Pipelines, "1.5.0")],
    },
    Release {
        name: "1.3.1",
        kubernetes: BEFORE_1_6,
        redirect: OLD_REDIRECT,
        tags: &[(M::Pipelines, "1.5.1")],
    },
    Release {
        name: "1.4.1",
        kubernetes: BEFORE_1_6,
        redirect: OLD_REDIRECT,
        tags: &[(M::Pipelines, "1.7.0")],
    },
    Release {
        name: "1.5.0",
        kubernetes: BEFORE_1_6,
        redirect: OLD_REDIRECT,
        tags: &[(M::Pipelines, "1.8.1")],
    },
    Release {
        name: "1.5.1",
        kubernetes: BEFORE_1_6,
        redirect: OLD_REDIRECT,
        tags: &[(M::Pipelines, "1.8.2"), (M::Katib, "0.13.0")],
    },
    Release {
        name: "1.6.0",
        kubernetes: ON_1_6,
        redirect: OLD_REDIRECT,
        tags: &[
            (M::Pipelines, "2.0.0-alpha.3"),
            (M::Dashboard, "1.6.0"),
            (M::Dex, "2.31.2"),
        ],
    },
    Release {
        name: "1.6.1",
        kubernetes: ON_1_6,
        redirect: OLD_REDIRECT,
        tags: &[
            (M::Pipelines, "2.0.0-alpha.5"),
            (M::KServe, "0.8.0"),
            (M::Katib, "0.14.0"),
            (M::Dashboard, "1.6.1"),
            (M::Workflows, "3.3.8"),
            (M::Istio, "1.14.1-1-g19df463bb"),
            (M::CertManager, "1.5.0"),
            (M::Dex, "2.31.2"),
            (M::TrainingOperator, "1-e1434f6"),
        ],
    },
    Release {
        name: "1.7.0",
        kubernetes: ON_1_7,
        redirect: AUTHSERVICE_REDIRECT,
        tags: &[
            (M::Pipelines, "2.0.0-alpha.7"),
            (M::KServe, "0.10.0"),
            (M::Katib, "0.15.0"),
            (M::Dashboard, "1.7.0"),
            (M::Workflows, "3.3.8"),
            (M::Istio, "1.16.0"),
            (M::CertManager, "1.10.1"),
            (M::Dex, "2.31.2"),
            (M::TrainingOperator, "1-5a5f92d"),
        ],
    },
    Release {
        name: "1.8.0",
        kubernetes: on(26, Some(27), 27),
        redirect: AUTHSERVICE_REDIRECT,
        tags: &[
            (M::Pipelines, "2.0.3"),
            (M::KServe, "0.11.1"),
            (M::Dashboard, "1.8.0"),
            (M::Dex, "2.36.0"),
        ],
    },
    Release {
        name: "1.8.1",
        kubernetes: on(26, Some(27), 27),
        redirect: AUTHSERVICE_REDIRECT,
        tags: &[
            (M::Pipelines, "2.0.5"),
            (M::KServe, "0.11.2"),
            (M::Katib, "0.16.0"),
            (M::Dashboard, "1.8.0"),
            (M::Workflows, "3.3.10"),
            (M::Istio, "1.17.5"),
            (M::CertManager, "1.12.2"),
            (M::Dex, "2.36.0"),
            (M::TrainingOperator, "1-855e096"),
        ],
    },
    Release {
        name: "1.9.0",
        kubernetes: on(27, None, 29),
        redirect: PROXY_REDIRECT,
        tags: &[
            (M::Pipelines, "2.2.0"),
            (M::KServe, "0.13.0"),
            (M::Dashboard, "1.9.0"),
            (M::Dex, "2.39.1"),
        ],
    },
    Release {
        name: "1.9.1",
        kubernetes: on(29, None, 31),
        redirect: PROXY_REDIRECT,
        tags: &[
            (M::Pipelines, "2.3.0"),
            (M::KServe, "0.13.1"),
            (M::Katib, "0.17.0"),
            (M::Dashboard, "1.9.2"),
            (M::Workflows, "3.4.17"),
            (M::Istio, "1.22.1"),
            (M::CertManager, "1.14.5"),
            (M::Dex, "2.39.1"),
            (M::TrainingOperator, "1-04f9f13"),
        ],
    },
    Release {
        name: "1.10.0",
        kubernetes: on(31, None, 33),
        redirect: PROXY_REDIRECT,
        tags: &[
            (M::Pipelines, "2.4.1"),
            (M::KServe, "0.14.1"),
            (M::Dashboard, "1.10.0"),
            (M::Dex, "2.41.1"),
        ],
    },
    Release {
        name: "1.10.1",
        kubernetes: on(31, None, 33),
        redirect: PROXY_REDIRECT,
        tags: &[
            (M::Pipelines, "2.5.0"),
            (M::Istio, "1.24.3"),
            (M::Spark, "2.1.1"),
            (M::Dashboard, "1.10.0"),
            (M::Dex, "2.41.1"),
        ],
    },
    Release {
        name: "1.10.2",
        kubernetes: on(31, None, 33),
        redirect: PROXY_REDIRECT,
        tags: &[
            (M::Pipelines, "2.5.0"),
            (M::KServe, "0.15.0"),
            (M::Katib, "0.18.0"),
            (M::Dashboard, "1.10.0"),
            (M::Workflows, "3.5.14"),
            (M::Istio, "1.26.1"),
            (M::CertManager, "1.16.1"),
            (M::Dex, "2.41.1"),
            (M::Spark, "2.2.0"),
            (M::TrainingOperator, "1-3f15cb8"),
        ],
    },
    Release {
        name: "1.11.0",
        kubernetes: on(33, None, 34),
        redirect: PROXY_REDIRECT,
        tags: &[
            (M::Pipelines, "2.15.0"),
            (M::KServe, "0.15.2"),
            (M::Katib, "0.19.0"),
            (M::Dashboard, "1.10.0"),
            (M::Workflows, "3.7.3"),
            (M::Istio, "1.28.0"),
            (M::CertManager, "1.16.1"),
            (M::Dex, "2.44.0"),
            (M::Spark, "2.4.0"),
            (M::Trainer, "2.1.0"),
        ],
    },
    Release {
        name: "26.03",
        kubernetes: on(34, None, 34),
        redirect: PROXY_REDIRECT,
        tags: &[
            (M::Pipelines, "2.16.0"),
            (M::KServe, "0.16.0"),
            (M::Katib, "0.19.0"),
            (M::Dashboard, "1.10.0"),
            (M::Workflows, "3.7.3"),
            (M::Istio, "1.28.0"),
            (M::CertManager, "1.19.4"),
            (M::Dex, "2.45.0"),
            (M::Spark, "2.5.0"),
            (M::Trainer, "2.1.0"),
        ],
    },
];
