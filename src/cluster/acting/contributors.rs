//! Contributors: a RoleBinding and an AuthorizationPolicy of one name, exactly as KFAM writes and reads them.

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::{Acting, Applied, added, removed, taken};
use crate::cluster::error::Error;
use crate::cluster::kinds::{AUTHORIZATION_POLICY, Kind, ROLE_BINDING, UNTIL};
use crate::cluster::objects::{Mode, annotation};
use crate::domain::{Change, Gateway, ProfileName, Role, Until, UserName, binding_name};

/// One contributor's place.
pub(super) struct Pair<'a> {
    pub(super) profile: &'a ProfileName,
    pub(super) user: &'a UserName,
    pub(super) role: Role,
    pub(super) name: String,
    /// What a new binding says about its end.
    pub(super) until: Option<Until>,
}

impl<'a> Pair<'a> {
    pub(super) fn new((profile, user, role): (&'a ProfileName, &'a UserName, Role)) -> Self {
        Self {
            profile,
            user,
            role,
            name: binding_name(user.as_str(), role),
            until: None,
        }
    }

    fn metadata(&self) -> Value {
        json!({
            "name": self.name,
            "namespace": self.profile.as_str(),
            "annotations": { "user": self.user.as_str(), "role": self.role.as_str() },
        })
    }

    pub(super) fn binding(&self) -> Value {
        let mut metadata = self.metadata();
        if let Some(until) = self.until {
            metadata["annotations"][UNTIL] = json!(until.to_string());
        }
        json!({
            "apiVersion": ROLE_BINDING.api_version(), "kind": ROLE_BINDING.kind, "metadata": metadata,
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": self.role.cluster_role() },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": self.user.as_str() }],
        })
    }

    pub(super) fn policy(&self, gateway: &Gateway) -> Value {
        let key = format!("request.headers[{}]", gateway.header);
        let value = gateway.value(self.user.as_str());
        let mut rule = json!({ "when": [{ "key": key, "values": [value] }] });
        if !gateway.principals.is_empty() {
            rule["from"] = json!([{ "source": { "principals": gateway.principals } }]);
        }
        json!({
            "apiVersion": AUTHORIZATION_POLICY.api_version(), "kind": AUTHORIZATION_POLICY.kind,
            "metadata": self.metadata(), "spec": { "rules": [rule] },
        })
    }

    /// Is the object found under our name that of this person? Two addresses can have one name.
    pub(super) fn check(&self, kind: Kind, found: &DynamicObject) -> Result<(), Error> {
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

impl Acting {
    /// Writes both halves, binding first; a half that is there already is left as it is.
    pub async fn add_contributor(
        &self,
        profile: &ProfileName,
        user: &UserName,
        role: Role,
        mode: Mode,
    ) -> Result<Applied, Error> {
        self.complete(&Pair::new((profile, user, role)), mode).await
    }

    /// Creates what is missing of a pair.
    pub(super) async fn complete(&self, pair: &Pair<'_>, mode: Mode) -> Result<Applied, Error> {
        let gateway = self.gateway(pair.profile).await;
        let mut applied = Applied::default();
        for (kind, object) in [
            (ROLE_BINDING, pair.binding()),
            (AUTHORIZATION_POLICY, pair.policy(&gateway)),
        ] {
            let objects = self.within(kind, pair.profile.as_str());
            if let Some(found) = objects.find(&pair.name).await? {
                pair.check(kind, &found)?;
                applied.before = Some(json!({ "was": "there" }));
            } else {
                objects.create(object, mode).await?;
                applied.changes.push(change_added(kind, pair));
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
        let pair = Pair::new((profile, user, role));
        let mut before = json!({ "was": "there" });
        let mut applied = Applied::default();
        for kind in [ROLE_BINDING, AUTHORIZATION_POLICY] {
            let objects = self.within(kind, profile.as_str());
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
            if let Some(until) = annotation(&found, UNTIL) {
                before["until"] = json!(until);
            }
            applied.before = Some(before.clone());
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

    #[test]
    fn a_policy_says_what_this_installation_goes_by() {
        let (team, ana) = (
            ProfileName::from_cluster("team"),
            UserName::from_cluster("ana@example.com"),
        );
        let pair = Pair::new((&team, &ana, Role::Edit));
        let old = Gateway {
            header: "x-user".to_owned(),
            prefix: "accounts:".to_owned(),
            principals: Vec::new(),
            ..Gateway::shipped()
        };
        assert_eq!(
            pair.policy(&old)["spec"]["rules"],
            json!([{ "when": [{ "key": "request.headers[x-user]", "values": ["accounts:ana@example.com"] }] }])
        );
        let now = pair.policy(&Gateway::shipped());
        assert_eq!(
            now["spec"]["rules"][0]["from"][0]["source"]["principals"],
            json!(Gateway::shipped().principals)
        );
        assert_eq!(
            now["metadata"]["name"],
            "user-ana-example-com-clusterrole-edit"
        );
    }
}
