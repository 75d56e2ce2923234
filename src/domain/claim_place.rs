//! Which PersistentVolumeClaim is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::is_object_name;

/// Namespace and name; written `kubeflow/mysql-pv-claim`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClaimPlace {
    pub namespace: String,
    pub name: String,
}

impl fmt::Display for ClaimPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl FromStr for ClaimPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (namespace, name) = text.split_once('/').ok_or(())?;
        if !is_object_name(namespace) || !is_object_name(name) {
            return Err(());
        }
        Ok(Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}
