//! The menu of the Central Dashboard can be read.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "menu",
    title: "The menu of the Central Dashboard can be read",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The settings of the Central Dashboard’s menu are valid JSON.",
    why: "One wrong comma, and the menu is empty for everybody.",
    repair: "Correct the text in the ConfigMap; no restart is needed.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let namespace = case.places.here("kubeflow");
    let names = ["centraldashboard-config", "dashboard-config"];
    let mut findings = Vec::new();
    for name in names {
        let Some(config) = case.config_map(namespace, name)? else {
            continue;
        };
        for key in ["links", "settings"] {
            let Some(text) = config.get(key) else {
                continue;
            };
            if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
                findings.push(
                    CHECK
                        .finding(
                            format!("ConfigMap {namespace}/{name}"),
                            format!("its key {key} is no valid JSON: {error}"),
                        )
                        .command(format!("kubectl -n {namespace} edit configmap {name}")),
                );
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Look;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_menu_with_a_wrong_comma_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let name = ("kubeflow".to_owned(), "centraldashboard-config".to_owned());
                s.config_maps.insert(
                    name,
                    Look::Found(map_of(&[("links", "{\"menuLinks\": [,]}")])),
                );
            })
            .has_only("menu");
    }
}
