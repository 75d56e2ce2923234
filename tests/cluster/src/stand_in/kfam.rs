//! KFAM's rules for contributors, without its HTTP: what the Central Dashboard would list, add
//! and remove. Part of the stand-in, see the parent module.

use std::{collections::BTreeMap, fmt};

use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, DynamicObject, ListParams, PostParams},
};

use kubeflow_admin::sandbox::profile_controller::{
    objects::{self, ROLE, USER},
    profile::Profile,
};

const FIELD_MANAGER: &str = "kfam";

/// One contributor of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The subject's name.
    pub user: String,
    /// The profile's namespace.
    pub namespace: String,
    /// `edit`, `view`, `admin`; empty when the binding's role is none of Kubeflow's.
    pub role: String,
}

impl Binding {
    /// A contributor.
    pub fn new(user: &str, namespace: &str, role: &str) -> Self {
        Self {
            user: user.into(),
            namespace: namespace.into(),
            role: role.into(),
        }
    }

    /// The name of its `RoleBinding` and its `AuthorizationPolicy`.
    pub fn object_name(&self) -> String {
        objects::contributor_name(&self.user, &self.role)
    }
}

/// Why KFAM did not do it.
#[derive(Debug)]
pub enum Refused {
    /// The requester is neither the profile's owner nor the cluster administrator.
    Unauthorized(String),
    /// KFAM's answer 403 with a text: also for an object that exists, or one that is missing.
    Forbidden(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized(text) => write!(formatter, "unauthorized: {text}"),
            Self::Forbidden(text) => write!(formatter, "forbidden: {text}"),
        }
    }
}

impl std::error::Error for Refused {}

impl From<kube::Error> for Refused {
    fn from(problem: kube::Error) -> Self {
        Self::Forbidden(problem.to_string())
    }
}

/// The stand-in of KFAM.
#[derive(Clone)]
pub struct Kfam {
    client: Client,
    administrator: Option<String>,
}

impl Kfam {
    /// KFAM without a cluster administrator, as it is shipped.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            administrator: None,
        }
    }

    /// Names the one cluster administrator (`ADMIN` in its `ConfigMap`).
    #[must_use]
    pub fn with_administrator(mut self, user: &str) -> Self {
        self.administrator = Some(user.to_owned());
        self
    }

    /// `GET /v1/bindings`: of all profiles or one, of all users or one (by annotation), with
    /// any role or one. One annotated binding without exactly one subject spoils the answer.
    pub async fn list_bindings(
        &self,
        user: Option<&str>,
        namespace: Option<&str>,
        role: Option<&str>,
    ) -> Result<Vec<Binding>, Refused> {
        let mut bindings = Vec::new();
        for namespace in self.namespaces(namespace).await? {
            let api: Api<RoleBinding> = Api::namespaced(self.client.clone(), &namespace);
            for binding in api.list(&ListParams::default()).await? {
                let annotations = binding.annotations();
                if is_annotated(annotations, USER, user) && is_annotated(annotations, ROLE, role) {
                    bindings.push(listed(&namespace, &binding)?);
                }
            }
        }
        Ok(bindings)
    }

    /// `POST /v1/bindings`: the `RoleBinding`, then the `AuthorizationPolicy`; nothing is undone.
    pub async fn create_binding(&self, requester: &str, binding: &Binding) -> Result<(), Refused> {
        self.authorize(requester, &binding.namespace).await?;
        let (name, namespace) = (binding.object_name(), &binding.namespace);
        let role_binding =
            objects::contributor_binding(&name, namespace, &binding.user, &binding.role);
        let policy = objects::contributor_policy(&name, namespace, &binding.user, &binding.role);
        self.role_bindings(namespace)
            .create(&parameters(), &role_binding)
            .await?;
        self.policies(namespace)
            .create(&parameters(), &policy)
            .await?;
        Ok(())
    }

    /// `DELETE /v1/bindings`: needs both objects to be there, else it removes nothing.
    pub async fn delete_binding(&self, requester: &str, binding: &Binding) -> Result<(), Refused> {
        self.authorize(requester, &binding.namespace).await?;
        let name = binding.object_name();
        let (role_bindings, policies) = (
            self.role_bindings(&binding.namespace),
            self.policies(&binding.namespace),
        );
        role_bindings.get(&name).await?;
        policies.get(&name).await?;
        role_bindings
            .delete(&name, &DeleteParams::default())
            .await?;
        policies.delete(&name, &DeleteParams::default()).await?;
        Ok(())
    }

    async fn namespaces(&self, one: Option<&str>) -> Result<Vec<String>, Refused> {
        if let Some(namespace) = one {
            return Ok(vec![namespace.to_owned()]);
        }
        let profiles = self.profiles().list(&ListParams::default()).await?;
        Ok(profiles.iter().map(ResourceExt::name_any).collect())
    }

    async fn authorize(&self, requester: &str, profile: &str) -> Result<(), Refused> {
        if self.administrator.as_deref() == Some(requester) {
            return Ok(());
        }
        let owner = self.profiles().get(profile).await?.spec.owner.name;
        if owner == requester {
            return Ok(());
        }
        Err(Refused::Unauthorized(format!(
            "{requester} is not the owner of {profile}"
        )))
    }

    fn profiles(&self) -> Api<Profile> {
        Api::all(self.client.clone())
    }

    fn role_bindings(&self, namespace: &str) -> Api<RoleBinding> {
        Api::namespaced(self.client.clone(), namespace)
    }

    fn policies(&self, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &objects::policy_resource())
    }
}

fn is_annotated(annotations: &BTreeMap<String, String>, key: &str, wanted: Option<&str>) -> bool {
    annotations
        .get(key)
        .is_some_and(|value| wanted.is_none_or(|wanted| wanted == value))
}

fn listed(namespace: &str, binding: &RoleBinding) -> Result<Binding, Refused> {
    let subjects = binding.subjects.as_deref().unwrap_or_default();
    let [subject] = subjects else {
        let count = subjects.len();
        return Err(Refused::Forbidden(format!(
            "binding subject length not equal to 1, actual length: {count}"
        )));
    };
    let role = match binding.role_ref.name.as_str() {
        "kubeflow-admin" => "admin",
        "kubeflow-edit" => "edit",
        "kubeflow-view" => "view",
        _ => "",
    };
    Ok(Binding::new(&subject.name, namespace, role))
}

fn parameters() -> PostParams {
    PostParams {
        field_manager: Some(FIELD_MANAGER.into()),
        dry_run: false,
    }
}

#[cfg(test)]
mod tests {
    use super::Binding;

    #[test]
    fn names_are_those_the_real_kfam_gives() {
        for (user, role, expected) in [
            (
                "user@example.com",
                "edit",
                "user-user-example-com-clusterrole-edit",
            ),
            (
                "Jane.O'Neil+ml@Example.com",
                "edit",
                "user-jane-o-neil-ml-example-com-clusterrole-edit",
            ),
            ("a.b@x.io", "view", "user-a-b-x-io-clusterrole-view"),
            ("日本@x.io", "edit", "user-x-io-clusterrole-edit"),
        ] {
            assert_eq!(Binding::new(user, "n", role).object_name(), expected);
        }
    }
}
