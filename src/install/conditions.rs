//! What a wave waits for before the next one may go. Pure: told from the objects that are to be there, judged on the
//! objects that are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::plan::Planned;
use super::waves::{is_webhook, is_workload};
use crate::cluster::Target;
use crate::domain::Wave;

/// Something that must be true of the cluster.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) target: Target,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A kind is served.
    Established,
    /// As many pods are ready as are wanted.
    Available,
    /// cert-manager has issued the certificate.
    Issued,
    /// Those who call the webhook know whom to trust.
    Trusted,
    /// The Service behind a webhook has somebody who answers.
    Answered,
    /// The profile controller has made the namespace.
    Exists,
}

/// All of a wave that is about to end.
pub(super) fn of(wave: Wave, plan: &[Planned]) -> Vec<Condition> {
    let within = |wanted: Wave| plan.iter().filter(move |one| one.wave == wanted);
    let all = |wanted: Wave, what: What, keep: fn(&Planned) -> bool| -> Vec<Condition> {
        within(wanted)
            .filter(|one| keep(one))
            .map(|one| Condition {
                target: one.target.clone(),
                what,
            })
            .collect()
    };
    let workload =
        |one: &Planned| is_workload(&one.target.object) && one.target.object.group == "apps";
    match wave {
        Wave::Namespaces | Wave::Basics => Vec::new(),
        Wave::Definitions => all(wave, What::Established, |_| true),
        Wave::Gatekeepers => {
            let mut found = all(wave, What::Available, workload);
            found.extend(webhooks(wave, plan));
            found
        }
        Wave::Trust => all(wave, What::Issued, |one| {
            one.target.object.is("cert-manager.io", "Certificate")
        }),
        Wave::Workloads => webhooks(wave, plan),
        Wave::Resources => all(Wave::Workloads, What::Available, workload),
        Wave::Profiles => all(wave, What::Exists, |_| true)
            .into_iter()
            .map(namespace_of)
            .collect(),
    }
}

/// The webhooks of a wave that refuse when nobody answers.
fn webhooks(wave: Wave, plan: &[Planned]) -> Vec<Condition> {
    let mut services = BTreeSet::new();
    let mut found = Vec::new();
    let configurations = plan
        .iter()
        .filter(|one| one.wave == wave && is_webhook(&one.target.object));
    for one in configurations {
        let backends: Vec<_> = strict(&one.manifest.body).filter_map(backend).collect();
        if !backends.is_empty() {
            found.push(Condition {
                target: one.target.clone(),
                what: What::Trusted,
            });
        }
        services.extend(backends);
    }
    found.extend(services.into_iter().map(|(namespace, name)| Condition {
        target: core("Service", "services", Some(namespace), name),
        what: What::Answered,
    }));
    found
}

fn namespace_of(profile: Condition) -> Condition {
    Condition {
        target: core("Namespace", "namespaces", None, profile.target.object.name),
        ..profile
    }
}

fn core(kind: &str, plural: &str, namespace: Option<String>, name: String) -> Target {
    let object = crate::domain::ObjectRef {
        group: String::new(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace,
        name,
    };
    Target {
        object,
        plural: plural.to_owned(),
    }
}

fn strict(configuration: &Value) -> impl Iterator<Item = &Value> {
    let hooks = configuration["webhooks"].as_array().into_iter().flatten();
    hooks.filter(|hook| hook["failurePolicy"] != "Ignore")
}

fn backend(hook: &Value) -> Option<(String, String)> {
    let service = &hook["clientConfig"]["service"];
    let text = |field: &str| service[field].as_str().map(str::to_owned);
    Some((text("namespace")?, text("name")?))
}

impl Condition {
    /// Such as `Deployment kubeflow/minio to be available`.
    pub(super) fn words(&self) -> String {
        let object = &self.target.object;
        match self.what {
            What::Established => format!("{object} to be established"),
            What::Available => format!("{object} to be available"),
            What::Issued => format!("{object} to be ready"),
            What::Trusted => format!("{object} to have its CA"),
            What::Answered => format!("{object} to have a ready endpoint"),
            What::Exists => format!("{object} to be made"),
        }
    }

    /// Is it true of the object as it is? For [`What::Answered`] these are the `EndpointSlice` objects.
    pub(super) fn holds(&self, found: &[Value]) -> bool {
        match self.what {
            What::Exists => !found.is_empty(),
            What::Answered => found.iter().any(has_ready_endpoint),
            What::Established => found.iter().any(|one| condition(one, "Established")),
            What::Issued => found.iter().any(|one| condition(one, "Ready")),
            What::Trusted => found.iter().any(is_trusted),
            What::Available => found
                .iter()
                .any(|one| is_available(&self.target.object.kind, one)),
        }
    }
}

fn condition(object: &Value, name: &str) -> bool {
    let conditions = object["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten();
    conditions
        .into_iter()
        .any(|one| one["type"] == name && one["status"] == "True")
}

fn has_ready_endpoint(slice: &Value) -> bool {
    let endpoints = slice["endpoints"].as_array().into_iter().flatten();
    endpoints
        .into_iter()
        .any(|one| one["conditions"]["ready"] != false)
}

fn is_trusted(configuration: &Value) -> bool {
    let filled = |hook: &Value| {
        let bundle = hook["clientConfig"]["caBundle"]
            .as_str()
            .unwrap_or_default();
        !["", "Cg=="].contains(&bundle)
    };
    strict(configuration)
        .filter(|hook| backend(hook).is_some())
        .all(filled)
}

fn is_available(kind: &str, object: &Value) -> bool {
    let (spec, status) = (&object["spec"], &object["status"]);
    let count = |field: &str| status[field].as_u64().unwrap_or_default();
    let seen = status["observedGeneration"].as_u64() >= object["metadata"]["generation"].as_u64();
    let wanted = spec["replicas"].as_u64().unwrap_or(1);
    seen && match kind {
        "DaemonSet" => count("numberReady") >= count("desiredNumberScheduled"),
        "StatefulSet" => count("readyReplicas") >= wanted,
        _ => count("availableReplicas") >= wanted && count("updatedReplicas") >= wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deployment_is_available_when_the_pods_it_wants_now_are() {
        let with = |status: Value| {
            is_available(
                "Deployment",
                &json!({"metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": status}),
            )
        };
        assert!(!with(json!({})));
        assert!(!with(
            json!({"observedGeneration": 1, "availableReplicas": 2, "updatedReplicas": 2})
        ));
        assert!(!with(
            json!({"observedGeneration": 2, "availableReplicas": 2, "updatedReplicas": 1})
        ));
        assert!(with(
            json!({"observedGeneration": 2, "availableReplicas": 2, "updatedReplicas": 2})
        ));
        let none = json!({"metadata": {"generation": 1}, "spec": {"replicas": 0}, "status": {"observedGeneration": 1}});
        assert!(is_available("Deployment", &none));
    }

    #[test]
    fn a_webhook_is_trusted_when_every_strict_hook_has_a_real_ca() {
        let hook = |policy: &str, bundle: &str| json!({"failurePolicy": policy, "clientConfig": {"service": {"namespace": "a", "name": "b"}, "caBundle": bundle}});
        let trusted = |hooks: &[Value]| is_trusted(&json!({"webhooks": hooks}));
        assert!(!trusted(&[hook("Fail", "Cg==")]));
        assert!(!trusted(&[hook("Fail", "real"), hook("Fail", "")]));
        assert!(trusted(&[hook("Fail", "real"), hook("Ignore", "")]));
    }
}
