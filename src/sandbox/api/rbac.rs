//! RBAC: may this user do that, and by which binding. The wording is that of kube-apiserver 1.34.

use std::sync::Arc;

use serde_json::Value;

use super::objects::{Collection, Objects, text};
use super::who::{ACCOUNT, Who};

pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";

/// What is asked.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Question<'a> {
    pub(crate) verb: &'a str,
    pub(crate) group: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) subresource: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

/// The answer of RBAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// By which binding; empty for the administrator that every API server has.
    Allowed(String),
    /// Why it could not be decided, where a role is missing; mostly empty.
    Denied(String),
}

impl Question<'_> {
    /// `pods/exec`
    pub(crate) fn whole_resource(&self) -> String {
        if self.subresource.is_empty() {
            self.resource.to_owned()
        } else {
            format!("{}/{}", self.resource, self.subresource)
        }
    }

    /// The reason of a refusal.
    pub(crate) fn refusal(&self, who: &Who, why: &str) -> String {
        let place = if self.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace {:?}", self.namespace)
        };
        let more = if why.is_empty() {
            String::new()
        } else {
            format!(": {why}")
        };
        format!(
            "User {:?} cannot {} resource {:?} in API group {:?} {place}{more}",
            who.user,
            self.verb,
            self.whole_resource(),
            self.group
        )
    }
}

/// One binding with the rules that it grants.
struct Grant {
    /// `ClusterRoleBinding "x" of ClusterRole "y" to User "z"`
    how: String,
    rules: Vec<Value>,
}

/// Every grant to this user, cluster-wide first and then in the namespace, and what could not be resolved.
fn grants(objects: &Objects, who: &Who, namespace: &str) -> (Vec<Grant>, Vec<String>) {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    let collection = Collection::new(GROUP, "clusterrolebindings");
    let mut bindings: Vec<(Arc<Value>, bool)> = objects
        .all(&collection, "")
        .into_iter()
        .map(|binding| (binding, false))
        .collect();
    if !namespace.is_empty() {
        let collection = Collection::new(GROUP, "rolebindings");
        bindings.extend(
            objects
                .all(&collection, namespace)
                .into_iter()
                .map(|binding| (binding, true)),
        );
    }
    for (binding, is_namespaced) in bindings {
        let Some(subject) = subject_of(&binding, who) else {
            continue;
        };
        let (kind, role) = (
            text(&binding["roleRef"]["kind"]),
            text(&binding["roleRef"]["name"]),
        );
        let name = text(&binding["metadata"]["name"]);
        let named = if is_namespaced {
            format!("RoleBinding \"{name}/{namespace}\"")
        } else {
            format!("ClusterRoleBinding {name:?}")
        };
        match rules_of(objects, &kind, &role, namespace) {
            Some(rules) => found.push(Grant {
                how: format!("{named} of {kind} {role:?} to {subject}"),
                rules,
            }),
            None => missing.push(format!(
                "{}.{GROUP} {role:?} not found",
                kind.to_lowercase()
            )),
        }
    }
    (found, missing)
}

/// Rules of a Role or `ClusterRole`; `None` when there is none.
pub(crate) fn rules_of(
    objects: &Objects,
    kind: &str,
    name: &str,
    namespace: &str,
) -> Option<Vec<Value>> {
    let role = if kind == "ClusterRole" {
        objects.get(&Collection::new(GROUP, "clusterroles"), "", name)
    } else {
        objects.get(&Collection::new(GROUP, "roles"), namespace, name)
    }?;
    Some(role["rules"].as_array().cloned().unwrap_or_default())
}

/// The subject of a binding that means this user, as the reason names it.
fn subject_of(binding: &Value, who: &Who) -> Option<String> {
    let subjects = binding["subjects"].as_array()?;
    let fits = |subject: &&Value| {
        let name = text(&subject["name"]);
        match subject["kind"].as_str() {
            Some("User") => name == who.user,
            Some("Group") => who.groups.contains(&name),
            Some("ServiceAccount") => {
                who.user == format!("{ACCOUNT}{}:{name}", text(&subject["namespace"]))
            }
            _ => false,
        }
    };
    let subject = subjects.iter().find(fits)?;
    let name = text(&subject["name"]);
    Some(match subject["kind"].as_str() {
        Some("ServiceAccount") => {
            format!("ServiceAccount \"{name}/{}\"", text(&subject["namespace"]))
        }
        kind => format!("{} {name:?}", kind.unwrap_or_default()),
    })
}

pub(crate) fn ask(objects: &Objects, who: &Who, question: &Question<'_>) -> Answer {
    if who.is_master() {
        return Answer::Allowed(String::new());
    }
    let (grants, missing) = grants(objects, who, question.namespace);
    let found = grants
        .iter()
        .find(|grant| grant.rules.iter().any(|rule| allows(rule, question)));
    match found {
        Some(grant) => Answer::Allowed(format!("RBAC: allowed by {}", grant.how)),
        None if missing.is_empty() => Answer::Denied(String::new()),
        None => Answer::Denied(format!("RBAC: {}", bracketed(&missing))),
    }
}

fn bracketed(lines: &[String]) -> String {
    match lines {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

fn allows(rule: &Value, question: &Question<'_>) -> bool {
    has(&rule["verbs"], question.verb)
        && has(&rule["apiGroups"], question.group)
        && has_resource(&rule["resources"], question)
        && has_name(&rule["resourceNames"], question.name)
}

fn has(list: &Value, wanted: &str) -> bool {
    let mut items = list.as_array().into_iter().flatten();
    items.any(|item| item == "*" || item == wanted)
}

fn has_resource(list: &Value, question: &Question<'_>) -> bool {
    let whole = question.whole_resource();
    let any = format!("*/{}", question.subresource);
    let mut items = list.as_array().into_iter().flatten();
    items.any(|item| {
        item == "*"
            || item == whole.as_str()
            || !question.subresource.is_empty() && item == any.as_str()
    })
}

fn has_name(list: &Value, wanted: &str) -> bool {
    match list.as_array() {
        Some(names) if !names.is_empty() => names.iter().any(|name| name == wanted),
        _ => true,
    }
}

/// The rules of `wanted` that this user does not hold in the namespace: nobody grants what they do not have.
pub(crate) fn not_held(
    objects: &Objects,
    who: &Who,
    namespace: &str,
    wanted: &[Value],
) -> Vec<Value> {
    if who.is_master() {
        return Vec::new();
    }
    let (grants, _) = grants(objects, who, namespace);
    let held: Vec<&Value> = grants.iter().flat_map(|grant| &grant.rules).collect();
    let mut lacking = Vec::new();
    for rule in wanted {
        let covered = parts(rule).all(|part| {
            held.iter()
                .any(|rule| allows(rule, &part) && is_as_wide(rule, &part))
        });
        if !covered {
            lacking.push(rule.clone());
        }
    }
    lacking
}

/// A wildcard is covered by a wildcard only.
fn is_as_wide(rule: &Value, part: &Question<'_>) -> bool {
    let wide = |list: &Value, wanted: &str| {
        wanted != "*"
            || list
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == "*"))
    };
    wide(&rule["verbs"], part.verb)
        && wide(&rule["apiGroups"], part.group)
        && wide(&rule["resources"], part.resource)
        && (!part.name.is_empty() || rule["resourceNames"].as_array().is_none_or(Vec::is_empty))
}

/// A rule as single questions.
fn parts(rule: &Value) -> impl Iterator<Item = Question<'_>> {
    let list = |key: &str| {
        let items = rule[key].as_array().map_or(&[][..], Vec::as_slice);
        items.iter().filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let (verbs, groups, resources) = (list("verbs"), list("apiGroups"), list("resources"));
    let mut names = list("resourceNames");
    if names.is_empty() {
        names.push("");
    }
    let mut all = Vec::new();
    for verb in &verbs {
        for group in &groups {
            for resource in &resources {
                let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
                for name in &names {
                    all.push(Question {
                        verb,
                        group,
                        resource,
                        subresource,
                        namespace: "",
                        name,
                    });
                }
            }
        }
    }
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cluster() -> Objects {
        let mut objects = Objects::default();
        let rules = json!([{ "apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["one"] },
            { "apiGroups": [""], "resources": ["pods"], "verbs": ["*"] }]);
        objects.put(
            &Collection::new(GROUP, "clusterroles"),
            json!({ "metadata": { "name": "some" }, "rules": rules }),
        );
        objects.put(
            &Collection::new(GROUP, "rolebindings"),
            json!({ "metadata": { "name": "b", "namespace": "n" },
                "roleRef": { "kind": "ClusterRole", "name": "some" },
                "subjects": [{ "kind": "User", "name": "ana@example.com" }] }),
        );
        objects
    }

    fn ana() -> Who {
        Who {
            user: "ana@example.com".into(),
            groups: vec!["system:authenticated".into()],
        }
    }

    #[test]
    fn a_binding_allows_what_its_role_names_and_says_which_it_was() {
        let question = Question {
            verb: "get",
            resource: "secrets",
            namespace: "n",
            name: "one",
            ..Question::default()
        };
        let wanted = "RBAC: allowed by RoleBinding \"b/n\" of ClusterRole \"some\" to User \"ana@example.com\"";
        assert_eq!(
            ask(&cluster(), &ana(), &question),
            Answer::Allowed(wanted.into())
        );
        let other = Question {
            name: "two",
            ..question
        };
        assert_eq!(
            ask(&cluster(), &ana(), &other),
            Answer::Denied(String::new())
        );
        assert_eq!(
            other.refusal(&ana(), ""),
            "User \"ana@example.com\" cannot get resource \"secrets\" in API group \"\" in the namespace \"n\""
        );
    }

    #[test]
    fn nobody_grants_more_than_they_hold() {
        let some = json!({ "apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"] });
        let more = json!({ "apiGroups": [""], "resources": ["secrets"], "verbs": ["list"] });
        let all = json!({ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] });
        let wanted = [some, more.clone(), all.clone()];
        assert_eq!(not_held(&cluster(), &ana(), "n", &wanted), [more, all]);
    }
}
