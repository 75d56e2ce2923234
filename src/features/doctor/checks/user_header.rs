//! Everybody reads the same user header.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use std::collections::{BTreeMap, BTreeSet};

pub(super) static CHECK: Check = Check {
    code: "user-header",
    title: "Everybody reads the same user header",
    group: Group::Gateway,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The gateway, the profile controller and every web application agree on the header that says who somebody is, and on its prefix.",
    why: "The one that differs takes everybody for nobody: “User not found”, an empty list of namespaces, or 403 in notebooks. Upstream’s programs have other defaults (those of Google IAP) than its manifests.",
    repair: "Set USERID_HEADER=kubeflow-userid and an empty USERID_PREFIX everywhere.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let mut named: Vec<(String, &str, &str)> = Vec::new();
    for workload in case.ours()? {
        for key in ["USERID_HEADER", "USERID_PREFIX"] {
            if let Some(value) = workload.env(key) {
                named.push((workload.object(), key, value));
            }
            for config in &workload.config_maps {
                let namespace = &workload.meta.namespace;
                if let Some(value) = case
                    .config_map(namespace, config)?
                    .and_then(|map| map.get(key))
                {
                    named.push((format!("ConfigMap {namespace}/{config}"), key, value));
                }
            }
        }
    }
    let gateway = case
        .snapshot
        .token_rules
        .visible()
        .iter()
        .filter(|one| one.meta.namespace == case.places.here("istio-system"));
    for rule in gateway {
        for (header, _) in rule.headers.iter().filter(|(_, claim)| claim == "email") {
            named.push((
                format!("RequestAuthentication {}", rule.meta.path()),
                "USERID_HEADER",
                header,
            ));
        }
    }
    let mut findings = Vec::new();
    for key in ["USERID_HEADER", "USERID_PREFIX"] {
        let values: Vec<&(String, &str, &str)> =
            named.iter().filter(|(_, of, _)| *of == key).collect();
        let Some(usual) = most_frequent(&values) else {
            continue;
        };
        let mut said = BTreeSet::new();
        for (object, _, value) in values.iter().filter(|(_, _, value)| *value != usual) {
            if said.insert(object) {
                findings.push(
                    CHECK
                        .finding(object.clone(), format!("{key} is “{value}” here"))
                        .seen("elsewhere it is", format!("“{usual}”")),
                );
            }
        }
    }
    Ok(findings)
}

fn most_frequent<'a>(values: &[&(String, &'a str, &'a str)]) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, _, value) in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn the_one_that_reads_another_header_is_found() {
        let world = healthy("1.9.1").workload("jupyter-web-app-deployment", |one| {
            let env = &mut one.containers[0].env;
            env.insert(
                "USERID_HEADER".to_owned(),
                "x-goog-authenticated-user-email".to_owned(),
            );
        });
        world.has_only("user-header");
        assert!(
            world.says("user-header")[0]
                .starts_with("Deployment kubeflow/jupyter-web-app-deployment")
        );
    }
}
