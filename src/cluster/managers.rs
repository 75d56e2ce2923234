//! Which tool keeps an object in step with Git or a chart. Pure.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::domain::Manager;

/// Labels and annotations that only these tools set. Flux and Argo CD come before Helm, because they also
/// install charts and then both marks are there.
const MARKS: [(&str, Option<&str>, Manager); 10] = [
    ("argocd.argoproj.io/tracking-id", None, Manager::ArgoCd),
    ("argocd.argoproj.io/instance", None, Manager::ArgoCd),
    ("kustomize.toolkit.fluxcd.io/name", None, Manager::Flux),
    ("helm.toolkit.fluxcd.io/name", None, Manager::Flux),
    ("app.kubernetes.io/managed-by", Some("juju"), Manager::Juju),
    ("app.juju.is/created-by", None, Manager::Juju),
    ("model.juju.is/name", None, Manager::Juju),
    ("juju.is/app", None, Manager::Juju),
    ("app.kubernetes.io/managed-by", Some("Helm"), Manager::Helm),
    ("meta.helm.sh/release-name", None, Manager::Helm),
];

const FIELD_MANAGERS: [(&str, Manager); 6] = [
    ("argocd-controller", Manager::ArgoCd),
    ("argocd-application-controller", Manager::ArgoCd),
    ("kustomize-controller", Manager::Flux),
    ("helm-controller", Manager::Flux),
    ("juju", Manager::Juju),
    ("helm", Manager::Helm),
];

/// The tool, if any has left its mark.
pub(crate) fn of(meta: &ObjectMeta) -> Option<Manager> {
    let marked = MARKS.into_iter().find(|(key, wanted, _)| {
        let value = [&meta.labels, &meta.annotations]
            .into_iter()
            .flatten()
            .find_map(|map| map.get(*key));
        value.is_some_and(|value| wanted.is_none_or(|wanted| wanted == value))
    });
    let by_fields = || {
        let names: Vec<_> = writers(meta).collect();
        FIELD_MANAGERS
            .into_iter()
            .find(|(name, _)| names.contains(name))
            .map(|(_, manager)| manager)
    };
    marked.map(|(_, _, manager)| manager).or_else(by_fields)
}

/// Names under which this tool wrote fields of the object.
pub(crate) fn field_managers(meta: &ObjectMeta, manager: Manager) -> Vec<String> {
    let is_its = |name: &&str| FIELD_MANAGERS.contains(&(*name, manager));
    let mut names: Vec<String> = writers(meta).filter(is_its).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

fn writers(meta: &ObjectMeta) -> impl Iterator<Item = &str> {
    let entries = meta.managed_fields.iter().flatten();
    entries.filter_map(|entry| entry.manager.as_deref())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_tool_is_known_by_its_mark() {
        for (meta, manager) in [
            (json!({}), None),
            (
                json!({"labels": {"app.kubernetes.io/managed-by": "kubectl"}}),
                None,
            ),
            (
                json!({"labels": {"app.kubernetes.io/managed-by": "Helm"}}),
                Some(Manager::Helm),
            ),
            (
                json!({"labels": {"app.kubernetes.io/managed-by": "Helm", "helm.toolkit.fluxcd.io/name": "x"}}),
                Some(Manager::Flux),
            ),
            (
                json!({"annotations": {"argocd.argoproj.io/tracking-id": "a:kubeflow.org/Profile:/ana"}}),
                Some(Manager::ArgoCd),
            ),
            (
                json!({"managedFields": [{"manager": "argocd-controller", "operation": "Apply"}]}),
                Some(Manager::ArgoCd),
            ),
            (
                json!({"labels": {"app.juju.is/created-by": "x"}}),
                Some(Manager::Juju),
            ),
        ] {
            let meta: ObjectMeta = serde_json::from_value(meta).unwrap();
            assert_eq!(of(&meta), manager);
        }
    }
}
