//! Who administers: all bindings of the cluster with the rules behind them, and taking somebody into or out of one.
//!
//! Nothing is deleted: Kubernetes asks of whoever writes a binding that they hold what it gives, but lets anybody with
//! the right to delete one remove it. So people are taken out of `subjects`, and the binding stays.

use std::collections::BTreeMap;

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::{Acting, Applied, added, removed};
use crate::cluster::conflicts;
use crate::cluster::error::Error;
use crate::cluster::kinds::{ADMINISTRATORS, CLUSTER_ROLE, CLUSTER_ROLE_BINDING, LEAVING};
use crate::cluster::managers;
use crate::cluster::objects::{Mode, Objects, annotation};
use crate::domain::{
    ADMINISTRATOR_ROLE, Authority, AuthorityBinding, AuthorityRole, Leaving, PolicyRule, Subject,
    UserName,
};

const RBAC: &str = "rbac.authorization.k8s.io";

impl Acting {
    /// As it is now: two lists, no cache.
    pub async fn authority(&self) -> Result<Authority, Error> {
        let roles = self.cluster_wide(CLUSTER_ROLE);
        let bindings = self.cluster_bindings();
        let (roles, bindings) = tokio::try_join!(roles.list(), bindings.list())?;
        let bindings = bindings.iter().filter_map(binding).collect();
        Ok(Authority {
            roles: roles_of(&roles),
            bindings,
        })
    }

    /// Into the binding of ours; somebody who is there stays.
    pub async fn add_administrator(&self, user: &UserName, mode: Mode) -> Result<Applied, Error> {
        let subject = Subject::User(user.clone());
        let Some(found) = self.cluster_bindings().find(ADMINISTRATORS).await? else {
            let created = self.cluster_bindings().create(ours(&subject), mode).await;
            created.map_err(|error| in_words(ADMINISTRATORS, error))?;
            return Ok(given(&subject));
        };
        if found.data["roleRef"]["name"] != ADMINISTRATOR_ROLE {
            return Err(Error::Refused {
                what: format!("ClusterRoleBinding {ADMINISTRATORS}"),
                why: "it binds another role than the one of this name in deploy/base".to_owned(),
            });
        }
        if subjects(&found).iter().any(|one| is(one, &subject)) {
            return Ok(Applied {
                before: Some(json!({ "was": "there" })),
                ..Applied::default()
            });
        }
        self.put_in(&found, &subject, mode).await?;
        Ok(given(&subject))
    }

    /// What taking somebody out of a binding would change, and whose field that is.
    pub async fn rehearse_removal(&self, name: &str, subject: &Subject) -> Result<Applied, Error> {
        let Some(found) = self.cluster_bindings().find(name).await? else {
            return Ok(Applied::default());
        };
        if !subjects(&found).iter().any(|one| is(one, subject)) {
            return Ok(Applied::default());
        }
        self.take_out(&found, subject, Mode::DryRun).await?;
        let role = role_of(&found);
        let conflicts = conflicts::owners(&found, &["f:subjects"], ".subjects");
        Ok(Applied {
            before: Some(json!({ "role": role, "subject": subject })),
            changes: vec![removed(
                format!("ClusterRoleBinding {name}: subjects"),
                format!("{} {}: {role}", subject.kind(), subject.name()),
            )],
            conflicts,
            ..Applied::default()
        })
    }

    /// Takes somebody out of a binding, if `agrees` to what will be left of everybody. The binding says that they are
    /// about to go *before* `agrees` is asked: of two people who remove each other at the same time, whoever asks later
    /// sees both on their way out, whatever program they use.
    pub async fn remove_administrator(
        &self,
        name: &str,
        leaving: &Leaving,
        agrees: impl FnOnce(&Authority) -> Result<(), String>,
    ) -> Result<Result<(), String>, Error> {
        let subject = &leaving.subject;
        let Some(found) = self.cluster_bindings().find(name).await? else {
            return Ok(Ok(()));
        };
        if !subjects(&found).iter().any(|one| is(one, subject)) {
            return Ok(Ok(()));
        }
        let mark = json!(serde_json::to_string(leaving).unwrap_or_default());
        let marked = self.note_leaving(&found, &mark).await?;
        if let Err(why) = agrees(&self.authority().await?) {
            self.note_leaving(&marked, &Value::Null).await?;
            return Ok(Err(why));
        }
        let left = self.take_out(&marked, subject, Mode::Apply).await?;
        if subjects(&left).iter().any(|one| is(one, subject)) {
            return Err(Error::Stale {
                kind: CLUSTER_ROLE_BINDING.kind,
                name: name.to_owned(),
            });
        }
        Ok(Ok(()))
    }

    /// Puts somebody back whom [`Self::remove_administrator`] took out, or was about to.
    pub async fn restore_administrator(
        &self,
        name: &str,
        subject: &Subject,
        role: &str,
    ) -> Result<(), Error> {
        let Some(found) = self.cluster_bindings().find(name).await? else {
            let object = binding_to(name, role, subject);
            let made = self.cluster_bindings().create(object, Mode::Apply).await;
            return made.map(drop).map_err(|error| in_words(name, error));
        };
        if subjects(&found).iter().any(|one| is(one, subject)) {
            return match annotation(&found, LEAVING) {
                Some(_) => self.note_leaving(&found, &Value::Null).await.map(drop),
                None => Ok(()),
            };
        }
        self.put_in(&found, subject, Mode::Apply).await.map(drop)
    }

    fn cluster_bindings(&self) -> Objects<'static> {
        self.cluster_wide(CLUSTER_ROLE_BINDING)
    }

    async fn put_in(
        &self,
        found: &DynamicObject,
        subject: &Subject,
        mode: Mode,
    ) -> Result<DynamicObject, Error> {
        let mut all = subjects(found);
        all.push(named(subject));
        self.write(found, &json!({ "subjects": all }), mode).await
    }

    async fn take_out(
        &self,
        found: &DynamicObject,
        subject: &Subject,
        mode: Mode,
    ) -> Result<DynamicObject, Error> {
        let mut all = subjects(found);
        all.retain(|one| !is(one, subject));
        let fields = json!({ "metadata": { "annotations": { LEAVING: null } }, "subjects": all });
        self.write(found, &fields, mode).await
    }

    async fn note_leaving(
        &self,
        found: &DynamicObject,
        mark: &Value,
    ) -> Result<DynamicObject, Error> {
        let fields = json!({ "metadata": { "annotations": { LEAVING: mark } } });
        self.write(found, &fields, Mode::Apply).await
    }

    /// Only as long as nobody else has changed it since it was found.
    async fn write(
        &self,
        found: &DynamicObject,
        fields: &Value,
        mode: Mode,
    ) -> Result<DynamicObject, Error> {
        let name = found.metadata.name.as_deref().unwrap_or_default();
        let mut fields = fields.clone();
        fields["metadata"]["resourceVersion"] = json!(found.metadata.resource_version);
        fields["metadata"]["uid"] = json!(found.metadata.uid);
        let written = self.cluster_bindings().merge(name, &fields, mode).await;
        written.map_err(|error| in_words(name, error))
    }
}

/// Kubernetes lists every rule that is lacking; that is a page of braces.
fn in_words(name: &str, error: Error) -> Error {
    let grants = matches!(&error, Error::Forbidden { message, .. } if message.contains("attempting to grant"));
    if !grants {
        return error;
    }
    Error::Refused {
        what: format!("ClusterRoleBinding {name}"),
        why: "Kubernetes lets nobody change a binding whose role gives more than they have themselves, unless they may \
              bind that role. Somebody with cluster-admin can"
            .to_owned(),
    }
}

fn given(subject: &Subject) -> Applied {
    Applied {
        changes: vec![added(
            format!("ClusterRoleBinding {ADMINISTRATORS}: subjects"),
            format!(
                "{} {}: {ADMINISTRATOR_ROLE}",
                subject.kind(),
                subject.name()
            ),
        )],
        ..Applied::default()
    }
}

/// As `deploy/base` has it, for an installation that lost it.
fn ours(subject: &Subject) -> Value {
    let mut object = binding_to(ADMINISTRATORS, ADMINISTRATOR_ROLE, subject);
    object["metadata"]["labels"] = json!({ "app.kubernetes.io/part-of": "kubeflow-admin" });
    object
}

fn binding_to(name: &str, role: &str, subject: &Subject) -> Value {
    json!({
        "apiVersion": CLUSTER_ROLE_BINDING.api_version(),
        "kind": CLUSTER_ROLE_BINDING.kind,
        "metadata": { "name": name },
        "roleRef": { "apiGroup": RBAC, "kind": CLUSTER_ROLE.kind, "name": role },
        "subjects": [named(subject)],
    })
}

fn named(subject: &Subject) -> Value {
    json!({ "apiGroup": RBAC, "kind": subject.kind(), "name": subject.name() })
}

fn is(one: &Value, subject: &Subject) -> bool {
    one["kind"] == subject.kind() && one["name"] == subject.name()
}

fn subjects(object: &DynamicObject) -> Vec<Value> {
    object.data["subjects"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn role_of(object: &DynamicObject) -> &str {
    object.data["roleRef"]["name"].as_str().unwrap_or_default()
}

/// `None` for one that names no people.
fn binding(object: &DynamicObject) -> Option<AuthorityBinding> {
    let people = |one: &Value| {
        let name = one["name"].as_str()?;
        match one["kind"].as_str()? {
            "User" => Some(Subject::User(UserName::from_cluster(name))),
            "Group" => Some(Subject::Group(name.to_owned())),
            _ => None,
        }
    };
    let subjects: Vec<Subject> = subjects(object).iter().filter_map(people).collect();
    (!subjects.is_empty()).then(|| AuthorityBinding {
        name: object.metadata.name.clone().unwrap_or_default(),
        role: role_of(object).to_owned(),
        subjects,
        leaving: annotation(object, LEAVING).and_then(|text| serde_json::from_str(text).ok()),
        managed_by: managers::of(&object.metadata),
    })
}

fn roles_of(objects: &[DynamicObject]) -> BTreeMap<String, AuthorityRole> {
    let name = |object: &DynamicObject| object.metadata.name.clone().unwrap_or_default();
    objects
        .iter()
        .map(|object| {
            let rules = object.data["rules"].as_array().into_iter().flatten();
            let parts = object.data["aggregationRule"]["clusterRoleSelectors"].as_array();
            let from = |selector: &Value| {
                let parts = objects.iter().filter(|one| selects(selector, one));
                parts.map(name).collect::<Vec<String>>()
            };
            let mut aggregated_from: Vec<String> =
                parts.into_iter().flatten().flat_map(from).collect();
            aggregated_from.sort();
            aggregated_from.dedup();
            let role = AuthorityRole {
                rules: rules.map(rule).collect(),
                aggregated_from,
            };
            (name(object), role)
        })
        .collect()
}

/// Selectors of `ClusterRole`s are written with `matchLabels`; one with expressions as well selects at most these.
fn selects(selector: &Value, role: &DynamicObject) -> bool {
    let labels = role.metadata.labels.as_ref();
    let wanted = selector["matchLabels"].as_object();
    wanted.is_some_and(|wanted| {
        wanted.iter().all(|(key, value)| {
            let found = labels.and_then(|labels| labels.get(key));
            found.map(String::as_str) == value.as_str()
        })
    })
}

fn rule(value: &Value) -> PolicyRule {
    let words = |key: &str| -> Vec<String> {
        let all = value[key].as_array().into_iter().flatten();
        all.filter_map(|one| one.as_str().map(str::to_owned))
            .collect()
    };
    PolicyRule {
        groups: words("apiGroups"),
        resources: words("resources"),
        verbs: words("verbs"),
        names: words("resourceNames"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_names_the_roles_that_it_is_put_together_from() {
        let object = |value: Value| -> DynamicObject { serde_json::from_value(value).unwrap() };
        let part = |name: &str, label: &str| {
            object(json!({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                "metadata": {"name": name, "labels": {"aggregate-to": label}},
                "rules": [{"apiGroups": ["x.io"], "resources": ["things"], "verbs": ["get"], "resourceNames": ["one"]}],
            }))
        };
        let whole = object(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "whole"},
            "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"aggregate-to": "whole"}}]},
            "rules": null,
        }));
        let roles = roles_of(&[
            part("b", "whole"),
            part("a", "whole"),
            part("c", "else"),
            whole,
        ]);
        assert_eq!(roles["whole"].aggregated_from, ["a", "b"]);
        assert_eq!(roles["a"].rules[0].names, ["one"]);
        assert!(roles["whole"].rules.is_empty());
    }
}
