//! Objects as YAML, read as the person who looks: Kubernetes decides what they see, and secrets are withheld.

use std::fmt;
use std::str::FromStr;

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::Acting;
use crate::cluster::error::Error;
use crate::cluster::kinds::{
    AUTHORIZATION_POLICY, Kind, NAMESPACE, PASSWORD, PROFILE, RESOURCE_QUOTA, ROLE_BINDING,
    SEALED_HASH,
};
use crate::cluster::objects::without_server_fields;
use crate::domain::{DEX_NAMESPACE, is_object_name};

/// A kind of object that pages show; no other is read for showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Password,
    Profile,
    Namespace,
    ResourceQuota,
    RoleBinding,
    AuthorizationPolicy,
}

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Cluster,
    Dex,
    AnyNamespace,
}

/// A name that may stand in a path to the API server: no slash, no percent sign, no dots alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName(String);

/// What stands in place of a value that is not shown.
pub(in crate::cluster) const WITHHELD: &str = "(withheld)";
/// Fields of a Password object that hold no secret. Whatever else there is, now or in a later Dex, is withheld.
pub(in crate::cluster) const OPEN_FIELDS: [&str; 10] = [
    "apiVersion",
    "kind",
    "metadata",
    "email",
    "emailVerified",
    "username",
    "name",
    "preferredUsername",
    "groups",
    "userID",
];
/// A copy of the whole object, hash included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Shown {
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::Profile,
        Self::Namespace,
        Self::ResourceQuota,
        Self::RoleBinding,
        Self::AuthorizationPolicy,
    ];

    fn of(self) -> Kind {
        match self {
            Self::Password => PASSWORD,
            Self::Profile => PROFILE,
            Self::Namespace => NAMESPACE,
            Self::ResourceQuota => RESOURCE_QUOTA,
            Self::RoleBinding => ROLE_BINDING,
            Self::AuthorizationPolicy => AUTHORIZATION_POLICY,
        }
    }

    /// `RoleBinding`, as people call it.
    pub fn kind(self) -> &'static str {
        self.of().kind
    }

    /// `rolebindings`, as it stands in an address.
    pub fn resource(self) -> &'static str {
        self.of().plural
    }

    pub fn place(self) -> Place {
        match self {
            Self::Profile | Self::Namespace => Place::Cluster,
            Self::Password => Place::Dex,
            Self::ResourceQuota | Self::RoleBinding | Self::AuthorizationPolicy => {
                Place::AnyNamespace
            }
        }
    }
}

impl FromStr for Shown {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named = |shown: &Self| shown.resource() == text;
        Self::ALL.into_iter().find(named).ok_or(())
    }
}

impl FromStr for ObjectName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if is_object_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(())
        }
    }
}

impl ObjectName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Acting {
    /// The object as it could be created again. `namespace` counts for kinds of [`Place::AnyNamespace`] only.
    pub async fn yaml(
        &self,
        shown: Shown,
        namespace: &ObjectName,
        name: &ObjectName,
    ) -> Result<String, Error> {
        let kind = shown.of();
        let objects = match shown.place() {
            Place::Cluster => self.cluster_wide(kind),
            Place::Dex => self.within(kind, DEX_NAMESPACE),
            Place::AnyNamespace => self.within(kind, namespace.as_str()),
        };
        let object = objects.get(name.as_str()).await?;
        serde_saphyr::to_string(&open(shown, &object)).map_err(|error| Error::Other {
            status: 0,
            message: error.to_string(),
        })
    }
}

/// The object without what only the API server writes and without what nobody should read (SEC-16).
fn open(shown: Shown, object: &DynamicObject) -> Value {
    let mut value = without_server_fields(object);
    if shown != Shown::Password {
        return value;
    }
    for (field, content) in value.as_object_mut().into_iter().flatten() {
        if !OPEN_FIELDS.contains(&field.as_str()) {
            *content = json!(WITHHELD);
        }
    }
    if let Some(annotations) = value.pointer_mut("/metadata/annotations") {
        for key in [LAST_APPLIED, SEALED_HASH] {
            if let Some(copy) = annotations.get_mut(key) {
                *copy = json!(WITHHELD);
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_object_is_shown_without_its_hash_wherever_it_stands() {
        let object = serde_json::from_value(json!({
            "apiVersion": "dex.coreos.com/v1", "kind": "Password",
            "metadata": { "name": "x", "uid": "1", "annotations": { LAST_APPLIED: "{\"hash\":\"c2VjcmV0\"}", SEALED_HASH: "c2VjcmV0" } },
            "email": "ana@example.com", "hash": "c2VjcmV0", "hashFromEnv": "X", "somethingNew": {"a": "c2VjcmV0"},
        }));
        let shown = open(Shown::Password, &object.unwrap());
        assert_eq!(
            shown,
            json!({
                "apiVersion": "dex.coreos.com/v1", "kind": "Password",
                "metadata": { "name": "x", "annotations": { LAST_APPLIED: WITHHELD, SEALED_HASH: WITHHELD } },
                "email": "ana@example.com", "hash": WITHHELD, "hashFromEnv": WITHHELD, "somethingNew": WITHHELD,
            })
        );
    }

    #[test]
    fn a_name_never_leads_to_another_address() {
        for good in ["ana", "ns-owner-access-istio", "system:x", "a.b_c"] {
            assert!(good.parse::<ObjectName>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "../x", "a/b", "a%2fb", "a?b", "-", "ü"] {
            assert!(bad.parse::<ObjectName>().is_err(), "{bad}");
        }
        assert!("secrets".parse::<Shown>().is_err());
        assert_eq!("profiles".parse(), Ok(Shown::Profile));
    }
}
