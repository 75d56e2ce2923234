//! The Profile as the real controller's own types see it.
//!
//! The real controller writes the whole object back through its types, so the fields here and
//! what is left out when empty decide what its writes change.

use std::collections::BTreeMap;

use k8s_openapi::{api::core::v1::ScopeSelector, apimachinery::pkg::api::resource::Quantity};
use kube::CustomResource;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::domain;
use crate::sandbox::api::quota::amount_text;

/// `spec` of a Profile.
#[derive(CustomResource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "kubeflow.org",
    version = "v1",
    kind = "Profile",
    plural = "profiles",
    schema = "disabled",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase", default)]
pub struct ProfileSpec {
    /// A Profile without owner gets an empty one when it is written back.
    pub owner: Subject,
    /// Never run here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<Plugin>,
    /// Appears as `{}` when it was absent.
    pub resource_quota_spec: QuotaSpec,
}

/// A subject as RBAC has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Subject {
    /// `User`, in all that Kubeflow supports.
    pub kind: String,
    /// Usually absent.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub api_group: String,
    /// The e-mail address.
    pub name: String,
    /// For `ServiceAccounts`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

/// A plugin: kept, not run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Plugin {
    #[serde(skip_serializing_if = "String::is_empty")]
    api_version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<Value>,
}

/// `spec` of the `ResourceQuota` to make.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QuotaSpec {
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "canonical_map"
    )]
    pub hard: BTreeMap<String, Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope_selector: Option<ScopeSelector>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

/// Reads a map of amounts, numbers included, in the form in which Kubernetes' own types write them; what cannot be
/// read stays as it is.
fn canonical_map<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Quantity>, D::Error> {
    let raw = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let canonical = |value: Value| {
        let text = amount_text(&value);
        let amount = text.parse::<domain::Quantity>();
        Quantity(amount.map_or(text, |amount| amount.to_string()))
    };
    Ok(raw
        .into_iter()
        .map(|(name, value)| (name, canonical(value)))
        .collect())
}
