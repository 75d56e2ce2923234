//! Contributors: a RoleBinding and an AuthorizationPolicy of one name, exactly as KFAM writes and reads them.

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::{Acting, Applied, added, removed, taken};
use crate::cluster::error::Error;
use crate::cluster::kinds::{AUTHORIZATION_POLICY, Kind, OWNER_POLICY, ROLE_BINDING};
use crate::cluster::objects::{Mode, Objects, annotation};
use crate::domain::{Change, ProfileName, Role, UserName, binding_name};

const GATEWAY: &str = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account";
const PIPELINES: &str = "cluster.local/ns/kubeflow/sa/ml-pipeline-ui";
const HEADER: &str = "request.headers[kubeflow-userid]";

/// One contributor's place.
struct Pair<'a> {
    profile: &'a ProfileName,
    user: &'a UserName,
    role: Role,
    name: String,
}

impl<'a> Pair<'a> {
    fn new(profile: &'a ProfileName, user: &'a UserName, role: Role) -> Self {
        Self {
            profile,
            user,
            role,
            name: binding_name(user.as_str(), role),
        }
    }

    fn metadata(&self) -> Value {
        json!({
            "name": self.name,
            "namespace": self.profile.as_str(),
            "annotations": { "user": self.user.as_str(), "role": self.role.as_str() },
        })
    }

    fn binding(&self) -> Value {
        json!({
            "apiVersion": ROLE_BINDING.api_version(), "kind": ROLE_BINDING.kind, "metadata": self.metadata(),
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": self.role.cluster_role() },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": self.user.as_str() }],
        })
    }

    fn policy(&self, shape: &Shape) -> Value {
        let mut rule = json!({ "when": [{ "key": shape.header, "values": [format!("{}{}", shape.prefix, self.user)] }] });
        if let Some(from) = &shape.from {
            rule["from"] = from.clone();
        }
        json!({
            "apiVersion": AUTHORIZATION_POLICY.api_version(), "kind": AUTHORIZATION_POLICY.kind,
            "metadata": self.metadata(), "spec": { "rules": [rule] },
        })
    }

    /// Is the object found under our name that of this person? Two addresses can have one name.
    fn check(&self, kind: Kind, found: &DynamicObject) -> Result<(), Error> {
        match annotation(found, "user") {
            Some(user) if user == self.user.as_str() => Ok(()),
            other => {
                let note = format!(
                    "It belongs to {}, whose address gives the same name.",
                    other.unwrap_or("somebody else")
                );
                Err(taken(kind.kind, &self.name, &note))
            }
        }
    }
}

/// How this release of Kubeflow lets people through Istio; read off the owner's own policy.
struct Shape {
    from: Option<Value>,
    header: String,
    prefix: String,
}

impl Shape {
    /// As Kubeflow 1.8 and later write it.
    fn usual() -> Self {
        Self {
            from: Some(json!([{ "source": { "principals": [GATEWAY, PIPELINES] } }])),
            header: HEADER.to_owned(),
            prefix: String::new(),
        }
    }

    /// The rule of the owner's policy that lets the owner in by header.
    fn of(policy: &DynamicObject, owner: &str) -> Self {
        let rules = policy.data["spec"]["rules"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let by_header = rules.iter().find_map(|rule| {
            let when = rule["when"].as_array()?.iter().find(|when| {
                when["key"]
                    .as_str()
                    .is_some_and(|key| key.starts_with("request.headers["))
            })?;
            let value = when["values"][0].as_str()?;
            Some(Self {
                from: rule.get("from").cloned(),
                header: when["key"].as_str()?.to_owned(),
                prefix: value.strip_suffix(owner).unwrap_or_default().to_owned(),
            })
        });
        by_header.unwrap_or_else(Self::usual)
    }
}

impl Acting {
    async fn shape(&self, profile: &ProfileName) -> Result<Shape, Error> {
        let policies = Objects::within(
            &self.cluster.inner.client,
            AUTHORIZATION_POLICY,
            profile.as_str(),
        );
        let Some(policy) = policies.find(OWNER_POLICY).await? else {
            return Ok(Shape::usual());
        };
        let owner = annotation(&policy, "user").unwrap_or_default().to_owned();
        Ok(Shape::of(&policy, &owner))
    }

    /// Writes both halves, binding first; a half that is there already is left as it is.
    pub async fn add_contributor(
        &self,
        profile: &ProfileName,
        user: &UserName,
        role: Role,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let pair = Pair::new(profile, user, role);
        let shape = self.shape(profile).await?;
        let mut applied = Applied::default();
        for (kind, object) in [
            (ROLE_BINDING, pair.binding()),
            (AUTHORIZATION_POLICY, pair.policy(&shape)),
        ] {
            let objects = Objects::within(&self.client, kind, profile.as_str());
            if let Some(found) = objects.find(&pair.name).await? {
                pair.check(kind, &found)?;
                applied.before = Some(json!({ "was": "there" }));
            } else {
                objects.create(object, mode).await?;
                applied.changes.push(change_added(kind, &pair));
            }
        }
        Ok(applied)
    }

    /// Deletes both halves, each whether the other is there or not, and looks again (SEC-22).
    pub async fn remove_contributor(
        &self,
        profile: &ProfileName,
        user: &UserName,
        role: Role,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let pair = Pair::new(profile, user, role);
        let mut applied = Applied::default();
        for kind in [ROLE_BINDING, AUTHORIZATION_POLICY] {
            let objects = Objects::within(&self.client, kind, profile.as_str());
            let Some(found) = objects.find(&pair.name).await? else {
                continue;
            };
            pair.check(kind, &found)?;
            objects.delete(&found, mode).await?;
            if mode == Mode::Apply && objects.find(&pair.name).await?.is_some() {
                return Err(Error::Stale {
                    kind: kind.kind,
                    name: pair.name,
                });
            }
            applied.before = Some(json!({ "was": "there" }));
            applied.changes.push(removed(
                format!("{} {}/{}", kind.kind, profile, pair.name),
                format!("{user}: {role}"),
            ));
        }
        Ok(applied)
    }
}

fn change_added(kind: Kind, pair: &Pair<'_>) -> Change {
    added(
        format!("{} {}/{}", kind.kind, pair.profile, pair.name),
        format!("{}: {}", pair.user, pair.role),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "the caller has no further use for it"
    )]
    fn owner_policy(rules: Value) -> DynamicObject {
        serde_json::from_value(json!({
            "apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
            "metadata": { "name": OWNER_POLICY }, "spec": { "rules": rules },
        }))
        .unwrap()
    }

    #[test]
    fn the_shape_of_this_release_is_copied_from_the_owner_s_policy() {
        let (team, ana) = (
            ProfileName::from_cluster("team"),
            UserName::from_cluster("ana@example.com"),
        );
        let pair = Pair::new(&team, &ana, Role::Edit);
        let old = owner_policy(
            json!([{ "when": [{ "key": "request.headers[x-user]", "values": ["accounts:bo@example.com"] }] }]),
        );
        let policy = pair.policy(&Shape::of(&old, "bo@example.com"));
        assert_eq!(
            policy["spec"]["rules"],
            json!([{ "when": [{ "key": "request.headers[x-user]", "values": ["accounts:ana@example.com"] }] }])
        );
        let odd = pair.policy(&Shape::of(&owner_policy(json!([])), ""));
        assert_eq!(
            odd["spec"]["rules"][0]["from"][0]["source"]["principals"],
            json!([GATEWAY, PIPELINES])
        );
        assert_eq!(
            odd["metadata"]["name"],
            "user-ana-example-com-clusterrole-edit"
        );
    }
}
