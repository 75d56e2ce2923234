//! What Kubeflow consists of: workloads by name, from which release to which, and the definitions they bring.
//!
//! Read from the rendered `example` installations of 1.6.1 to 26.03
//! (<https://github.com/kubeflow/manifests/tree/master/example>). Labels are no dependable key there; names are.

/// Is it in every installation?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Always,
    /// Sites leave it out or add it on purpose.
    Optional,
}

/// One workload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    /// Namespace in upstream's manifests.
    pub(crate) home: &'static str,
    pub(crate) name: &'static str,
    pub(crate) since: &'static str,
    pub(crate) until: Option<&'static str>,
}

impl Expected {
    const fn since(mut self, release: &'static str) -> Self {
        self.since = release;
        self
    }

    /// The last line of releases that has it.
    const fn until(mut self, release: &'static str) -> Self {
        self.until = Some(release);
        self
    }
}

pub(crate) struct Component {
    pub(crate) title: &'static str,
    pub(crate) presence: Presence,
    pub(crate) workloads: &'static [Expected],
    pub(crate) definitions: &'static [&'static str],
}

const fn in_namespace(home: &'static str, name: &'static str) -> Expected {
    Expected {
        home,
        name,
        since: "1.3",
        until: None,
    }
}

const fn kubeflow(name: &'static str) -> Expected {
    in_namespace("kubeflow", name)
}

const fn istio(name: &'static str) -> Expected {
    in_namespace("istio-system", name)
}

const fn serving(name: &'static str) -> Expected {
    in_namespace("knative-serving", name)
}

const fn eventing(name: &'static str) -> Expected {
    in_namespace("knative-eventing", name).until("1.9.0")
}

use Presence::{Always, Optional};

/// In the order of the page.
pub(crate) static COMPONENTS: [Component; 21] = [
    Component {
        title: "Central Dashboard",
        presence: Always,
        workloads: &[kubeflow("centraldashboard")],
        definitions: &[],
    },
    Component {
        title: "Profiles and access",
        presence: Always,
        workloads: &[kubeflow("profiles-deployment")],
        definitions: &["profiles.kubeflow.org"],
    },
    Component {
        title: "Pod defaults",
        presence: Always,
        workloads: &[kubeflow("admission-webhook-deployment")],
        definitions: &["poddefaults.kubeflow.org"],
    },
    Component {
        title: "Notebooks",
        presence: Always,
        workloads: &[
            kubeflow("notebook-controller-deployment"),
            kubeflow("jupyter-web-app-deployment"),
        ],
        definitions: &["notebooks.kubeflow.org"],
    },
    Component {
        title: "Volumes",
        presence: Always,
        workloads: &[
            kubeflow("volumes-web-app-deployment"),
            kubeflow("pvcviewer-controller-manager").since("1.8"),
        ],
        definitions: &[],
    },
    Component {
        title: "TensorBoards",
        presence: Always,
        workloads: &[
            kubeflow("tensorboard-controller-deployment"),
            kubeflow("tensorboards-web-app-deployment"),
        ],
        definitions: &["tensorboards.tensorboard.kubeflow.org"],
    },
    Component {
        title: "Pipelines",
        presence: Always,
        workloads: &[
            kubeflow("ml-pipeline"),
            kubeflow("ml-pipeline-ui"),
            kubeflow("ml-pipeline-persistenceagent"),
            kubeflow("ml-pipeline-scheduledworkflow"),
            kubeflow("ml-pipeline-viewer-crd"),
            kubeflow("ml-pipeline-visualizationserver"),
            kubeflow("cache-server"),
            kubeflow("kubeflow-pipelines-profile-controller"),
            kubeflow("metadata-envoy-deployment"),
            kubeflow("metadata-grpc-deployment"),
            kubeflow("metadata-writer"),
            kubeflow("workflow-controller"),
            kubeflow("metacontroller"),
        ],
        definitions: &[
            "scheduledworkflows.kubeflow.org",
            "viewers.kubeflow.org",
            "workflows.argoproj.io",
        ],
    },
    Component {
        title: "Pipelines storage",
        presence: Always,
        workloads: &[
            kubeflow("mysql"),
            kubeflow("minio").until("1.10"),
            kubeflow("seaweedfs").since("1.11"),
        ],
        definitions: &[],
    },
    Component {
        title: "Katib",
        presence: Always,
        workloads: &[
            kubeflow("katib-controller"),
            kubeflow("katib-db-manager"),
            kubeflow("katib-mysql"),
            kubeflow("katib-ui"),
        ],
        definitions: &[
            "experiments.kubeflow.org",
            "suggestions.kubeflow.org",
            "trials.kubeflow.org",
        ],
    },
    Component {
        title: "Training operator",
        presence: Always,
        workloads: &[kubeflow("training-operator").until("1.10")],
        definitions: &[],
    },
    Component {
        title: "Trainer",
        presence: Always,
        workloads: &[
            in_namespace("kubeflow-system", "kubeflow-trainer-controller-manager").since("1.11"),
            in_namespace("kubeflow-system", "jobset-controller-manager").since("1.11"),
        ],
        definitions: &[],
    },
    Component {
        title: "Spark operator",
        presence: Optional,
        workloads: &[
            kubeflow("spark-operator-controller").since("1.10.1"),
            kubeflow("spark-operator-webhook").since("1.10.1"),
        ],
        definitions: &[],
    },
    Component {
        title: "KServe",
        presence: Optional,
        workloads: &[
            kubeflow("kserve-controller-manager"),
            kubeflow("kserve-localmodel-controller-manager").since("1.10"),
            kubeflow("llmisvc-controller-manager").since("26.03"),
            kubeflow("kserve-models-web-app"),
        ],
        definitions: &["inferenceservices.serving.kserve.io"],
    },
    Component {
        title: "Model registry",
        presence: Optional,
        workloads: &[
            kubeflow("model-registry-deployment").since("1.9"),
            kubeflow("model-registry-db").since("1.9"),
            kubeflow("model-registry-ui").since("1.10"),
        ],
        definitions: &[],
    },
    Component {
        title: "Dex",
        presence: Always,
        workloads: &[in_namespace("auth", "dex")],
        definitions: &["authcodes.dex.coreos.com"],
    },
    Component {
        title: "Sign-in at the gateway",
        presence: Always,
        workloads: &[
            istio("authservice").until("1.7"),
            istio("oidc-authservice").since("1.8").until("1.8"),
            in_namespace("oauth2-proxy", "oauth2-proxy").since("1.9"),
        ],
        definitions: &[],
    },
    Component {
        title: "Istio",
        presence: Always,
        workloads: &[
            istio("istiod"),
            istio("istio-ingressgateway"),
            istio("cluster-local-gateway"),
            in_namespace("kube-system", "istio-cni-node").since("1.10.2"),
        ],
        definitions: &[
            "virtualservices.networking.istio.io",
            "authorizationpolicies.security.istio.io",
        ],
    },
    Component {
        title: "cert-manager",
        presence: Always,
        workloads: &[
            in_namespace("cert-manager", "cert-manager"),
            in_namespace("cert-manager", "cert-manager-cainjector"),
            in_namespace("cert-manager", "cert-manager-webhook"),
        ],
        definitions: &["certificates.cert-manager.io"],
    },
    Component {
        title: "Knative Serving",
        presence: Optional,
        workloads: &[
            serving("activator"),
            serving("autoscaler"),
            serving("controller"),
            serving("webhook"),
            serving("net-istio-controller"),
            serving("net-istio-webhook"),
            serving("domain-mapping").until("1.8"),
            serving("domainmapping-webhook").until("1.8"),
        ],
        definitions: &["services.serving.knative.dev"],
    },
    Component {
        title: "Knative Eventing",
        presence: Optional,
        workloads: &[
            eventing("eventing-controller"),
            eventing("eventing-webhook"),
            eventing("pingsource-mt-adapter"),
        ],
        definitions: &[],
    },
    Component {
        title: "kubeflow-admin",
        presence: Optional,
        workloads: &[in_namespace("kubeflow-admin", "kubeflow-admin")],
        definitions: &[],
    },
];

/// No replicas by design.
pub(crate) const IDLE_BY_DESIGN: [&str; 1] = ["pingsource-mt-adapter"];

/// The component that a workload of this name belongs to.
pub(crate) fn of_workload(name: &str) -> Option<(&'static Component, &'static Expected)> {
    COMPONENTS.iter().find_map(|component| {
        let found = component.workloads.iter().find(|one| one.name == name)?;
        Some((component, found))
    })
}
