//! The roles for people in `deploy/base` against what pages and actions declare.

use kubeflow_admin::domain::{Permission, ResourceRule};
use serde::Deserialize;

const READS: [&str; 3] = ["get", "list", "watch"];

#[derive(Deserialize)]
struct Role {
    metadata: Metadata,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    api_groups: Vec<String>,
    resources: Vec<String>,
    verbs: Vec<String>,
}

fn role(name: &str) -> Role {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/deploy/base/operator-roles.yaml"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let all: Vec<Role> = serde_saphyr::from_multiple(&text).unwrap();
    let found = all.into_iter().find(|role| role.metadata.name == name);
    found.unwrap_or_else(|| panic!("{name} is not there"))
}

fn grants(role: &Role, wanted: &ResourceRule) -> bool {
    let holds = |list: &[String], word: &str| list.iter().any(|one| one == word);
    role.rules.iter().any(|rule| {
        holds(&rule.api_groups, wanted.group)
            && holds(&rule.resources, wanted.resource)
            && holds(&rule.verbs, wanted.verb)
    })
}

#[test]
fn an_operator_may_do_everything_that_pages_and_actions_declare() {
    let operator = role("kubeflow-admin-operator");
    for permission in Permission::ALL {
        for rule in permission.rules() {
            assert!(
                grants(&operator, rule),
                "{permission:?}: {}",
                rule.describe()
            );
        }
    }
}

#[test]
fn a_viewer_may_see_everything_and_change_nothing() {
    let viewer = role("kubeflow-admin-viewer");
    for permission in Permission::ALL.into_iter().filter(|one| !one.is_write()) {
        for rule in permission.rules() {
            assert!(grants(&viewer, rule), "{permission:?}: {}", rule.describe());
        }
    }
    for verb in viewer.rules.iter().flat_map(|rule| &rule.verbs) {
        assert!(READS.contains(&verb.as_str()), "{verb}");
    }
}
