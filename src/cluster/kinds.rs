//! The kinds of objects this program touches, and the names that several files share.
//!
//! Objects are read as JSON, never as strict types: one odd object written by hand must not hide a whole list.

use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject};

/// Field manager of everything we write; also what makes a conflict our own.
pub(crate) const FIELD_MANAGER: &str = "kubeflow-admin";

/// Annotation on what an operation created, so that doing it again finds its own work.
pub(crate) const OPERATION: &str = "kubeflow-admin/operation";

/// Annotation that says when something ends. Not one of KFAM's, which reads only `user` and `role`.
pub(crate) const UNTIL: &str = "kubeflow-admin/until";
/// Why a profile is frozen, for whoever finds the quota.
pub(crate) const REASON: &str = "kubeflow-admin/reason";
/// Annotation of a Password object that is disabled: the hash it had, and will have again. Whoever may read it may read
/// the field `hash` of the same object just as well.
pub(crate) const SEALED_HASH: &str = "kubeflow-admin/sealed-hash";

/// Managers under which Kubeflow's profile controller writes: it copies what others asked for, in canonical text.
pub(crate) const PROFILE_CONTROLLER: [&str; 2] = ["profile-controller", "manager"];

pub const OWNER_BINDING: &str = "namespaceAdmin";
pub const OWNER_POLICY: &str = "ns-owner-access-istio";
pub(crate) const EDITOR: &str = "default-editor";
pub(crate) const VIEWER: &str = "default-viewer";
pub const QUOTA_NAME: &str = "kf-resource-quota";
/// Our LimitRange; another's is left alone.
pub(crate) const DEFAULTS_NAME: &str = "kubeflow-admin-defaults";
/// Our `ClusterRoleBinding` of the role for administrators, with everybody who was made one here.
pub const ADMINISTRATORS: &str = "kubeflow-admin-operators";
/// Annotation on a binding that somebody is about to be taken out of.
pub(crate) const LEAVING: &str = "kubeflow-admin/leaving";
/// Our ResourceQuota that lets no pod start.
pub(crate) const FREEZE_NAME: &str = "kubeflow-admin-freeze";
/// Where Kubeflow's own parts run, in every release.
pub(crate) const KUBEFLOW_NAMESPACE: &str = "kubeflow";
pub(crate) const PROFILES_DEPLOYMENT: &str = "profiles-deployment";
/// ConfigMap and Deployment of Dex.
pub(crate) const DEX_NAME: &str = "dex";
pub(crate) const DEX_PASSWORDS_SECRET: &str = "dex-passwords";

/// May the API server's own words about an object be repeated?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Plain,
    /// The object holds hashes or secrets, and a rejection may echo them (SEC-17).
    Secret,
}

/// A kind of object as the API server serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_field_names,
    reason = "the name is the one that people use"
)]
pub(crate) struct Kind {
    pub(crate) kind: &'static str,
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) content: Content,
}

pub(crate) const fn core(kind: &'static str, plural: &'static str) -> Kind {
    Kind {
        kind,
        group: "",
        version: "v1",
        plural,
        content: Content::Plain,
    }
}

/// Any other kind without secrets.
pub(crate) const fn grouped(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
) -> Kind {
    Kind {
        kind,
        group,
        version,
        plural,
        content: Content::Plain,
    }
}

const fn dex(kind: &'static str, plural: &'static str) -> Kind {
    Kind {
        kind,
        group: "dex.coreos.com",
        version: "v1",
        plural,
        content: Content::Secret,
    }
}

pub(crate) const NAMESPACE: Kind = core("Namespace", "namespaces");
pub(crate) const CONFIG_MAP: Kind = core("ConfigMap", "configmaps");
pub(crate) const NODE: Kind = core("Node", "nodes");
pub(crate) const EVENT: Kind = core("Event", "events");
pub(crate) const CLAIM: Kind = core("PersistentVolumeClaim", "persistentvolumeclaims");
pub(crate) const POD: Kind = core("Pod", "pods");
pub(crate) const SERVICE_ACCOUNT: Kind = core("ServiceAccount", "serviceaccounts");
pub(crate) const RESOURCE_QUOTA: Kind = core("ResourceQuota", "resourcequotas");
pub(crate) const SECRET: Kind = Kind {
    content: Content::Secret,
    ..core("Secret", "secrets")
};
pub(crate) const ROLE_BINDING: Kind = Kind {
    kind: "RoleBinding",
    group: "rbac.authorization.k8s.io",
    version: "v1",
    plural: "rolebindings",
    content: Content::Plain,
};
pub(crate) const CLUSTER_ROLE_BINDING: Kind = Kind {
    kind: "ClusterRoleBinding",
    plural: "clusterrolebindings",
    ..ROLE_BINDING
};
pub(crate) const CLUSTER_ROLE: Kind = Kind {
    kind: "ClusterRole",
    plural: "clusterroles",
    ..ROLE_BINDING
};
pub(crate) const LIMIT_RANGE: Kind = core("LimitRange", "limitranges");
pub(crate) const DEPLOYMENT: Kind = Kind {
    kind: "Deployment",
    group: "apps",
    version: "v1",
    plural: "deployments",
    content: Content::Plain,
};
/// `v1beta1` is served by every Istio that Kubeflow 1.6 to 26.03 installs; `v1` only from Istio 1.22.
pub(crate) const AUTHORIZATION_POLICY: Kind = Kind {
    kind: "AuthorizationPolicy",
    group: "security.istio.io",
    version: "v1beta1",
    plural: "authorizationpolicies",
    content: Content::Plain,
};
pub(crate) const PROFILE: Kind = Kind {
    kind: "Profile",
    group: "kubeflow.org",
    version: "v1",
    plural: "profiles",
    content: Content::Plain,
};
pub(crate) const STORAGE_CLASS: Kind =
    grouped("storage.k8s.io", "v1", "StorageClass", "storageclasses");
pub(crate) const POD_DEFAULT: Kind =
    grouped("kubeflow.org", "v1alpha1", "PodDefault", "poddefaults");
pub(crate) const NOTEBOOK: Kind = grouped("kubeflow.org", "v1", "Notebook", "notebooks");
pub(crate) const PASSWORD: Kind = dex("Password", "passwords");
pub(crate) const OAUTH2_CLIENT: Kind = dex("OAuth2Client", "oauth2clients");
pub(crate) const REFRESH_TOKEN: Kind = dex("RefreshToken", "refreshtokens");
pub(crate) const OFFLINE_SESSIONS: Kind = dex("OfflineSessions", "offlinesessionses");

impl Kind {
    pub(crate) fn api_version(self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `passwords.dex.coreos.com`, as RBAC and CRDs name it.
    pub(crate) fn resource(self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// All namespaces, or the objects of a kind that has none.
    pub(crate) fn everywhere(self, client: &Client) -> Api<DynamicObject> {
        Api::all_with(client.clone(), &self.api_resource())
    }

    pub(crate) fn within(self, client: &Client, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(client.clone(), namespace, &self.api_resource())
    }

    fn api_resource(self) -> ApiResource {
        ApiResource {
            group: self.group.to_owned(),
            version: self.version.to_owned(),
            api_version: self.api_version(),
            kind: self.kind.to_owned(),
            plural: self.plural.to_owned(),
        }
    }
}
