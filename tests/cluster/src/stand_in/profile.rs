//! The Profile as the real controller's own types see it.
//!
//! The real controller writes the whole object back through its types, so the fields here and
//! what is left out when empty decide what its writes change.

use std::collections::BTreeMap;

use k8s_openapi::{api::core::v1::ScopeSelector, apimachinery::pkg::api::resource::Quantity};
use kube::CustomResource;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::quantity;

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
pub(super) struct ProfileSpec {
    /// A Profile without owner gets an empty one when it is written back.
    pub(super) owner: Subject,
    /// Never run here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) plugins: Vec<Plugin>,
    /// Appears as `{}` when it was absent.
    pub(super) resource_quota_spec: QuotaSpec,
}

/// A subject as RBAC has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Subject {
    /// `User`, in all that Kubeflow supports.
    pub(super) kind: String,
    /// Usually absent.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) api_group: String,
    /// The e-mail address.
    pub(super) name: String,
    /// For `ServiceAccounts`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) namespace: String,
}

/// A plugin: kept, not run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Plugin {
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
pub(super) struct QuotaSpec {
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "quantity::canonical_map"
    )]
    pub(super) hard: BTreeMap<String, Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope_selector: Option<ScopeSelector>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) scopes: Vec<String>,
}
