//! Which object of Kubernetes is meant, whatever its kind.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An object by group, version, kind, namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Empty for the core group.
    pub group: String,
    pub version: String,
    pub kind: String,
    /// `None` for objects of the cluster, and where a text names none.
    pub namespace: Option<String>,
    pub name: String,
}

impl ObjectRef {
    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// The object holds what nobody may read in a message.
    pub fn is_secret(&self) -> bool {
        self.is("", "Secret") || self.group == "dex.coreos.com"
    }
}

/// `Deployment kubeflow/ml-pipeline`, as people call it.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// Group and version of an `apiVersion`.
pub fn split_api_version(text: &str) -> (&str, &str) {
    text.split_once('/').unwrap_or(("", text))
}

/// May this stand in a path to the API server: no slash, no percent sign, no dots alone?
pub fn is_object_name(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    text.len() <= 253
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(good)
}

/// `apps/v1/StatefulSet/kubeflow/minio`, `v1/Namespace/old`: as written by hand.
impl FromStr for ObjectRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_version = |part: &str| {
            part.strip_prefix('v')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let (group, rest) = match parts.split_first() {
            Some((first, _)) if is_version(first) => ("", parts.as_slice()),
            Some((first, rest)) => (*first, rest),
            None => ("", parts.as_slice()),
        };
        let (version, kind, namespace, name) = match rest {
            [version, kind, name] => (version, kind, None, name),
            [version, kind, namespace, name] => (version, kind, Some(namespace), name),
            _ => return Err(how_to_write(text)),
        };
        let named = [Some(name), Some(kind), namespace].into_iter().flatten();
        if !is_version(version) || !named.into_iter().all(|part| is_object_name(part)) {
            return Err(how_to_write(text));
        }
        Ok(Self {
            group: group.to_owned(),
            version: (*version).to_owned(),
            kind: (*kind).to_owned(),
            namespace: namespace.map(|one| (*one).to_owned()),
            name: (*name).to_owned(),
        })
    }
}

fn how_to_write(text: &str) -> String {
    format!(
        "“{}” names no object: write it as apps/v1/StatefulSet/NAMESPACE/NAME, or v1/Namespace/NAME",
        text.escape_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_as_api_version_kind_namespace_and_name() {
        let set: ObjectRef = "apps/v1/StatefulSet/kubeflow/minio".parse().unwrap();
        assert_eq!(set.api_version(), "apps/v1");
        assert_eq!(set.to_string(), "StatefulSet kubeflow/minio");
        let namespace: ObjectRef = "v1/Namespace/old".parse().unwrap();
        assert!(namespace.is("", "Namespace"));
        assert_eq!(namespace.to_string(), "Namespace old");
        for wrong in [
            "",
            "x",
            "apps/v1/StatefulSet",
            "v1/Pod/a/../b",
            "apps/StatefulSet/a/b",
            "v1/Pod/a/b%2fc",
        ] {
            assert!(wrong.parse::<ObjectRef>().is_err(), "{wrong}");
        }
    }
}
