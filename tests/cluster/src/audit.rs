//! The API server's audit log: who really wrote what.
//!
//! Reads by the cluster's own components are left out by the policy; everything else is there
//! at level `Metadata`, without bodies.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// What is logged: no entry when a request arrives, one when it is answered.
pub(crate) const POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi/*', '/apis*', '/api*']
- level: None
  resources:
  - group: coordination.k8s.io
    resources: [leases]
- level: None
  users: ['system:kube-controller-manager', 'system:kube-scheduler', 'system:apiserver']
  verbs: [get, list, watch]
- level: None
  userGroups: ['system:nodes', 'system:serviceaccounts:kube-system']
  verbs: [get, list, watch]
- level: Metadata
";

/// One answered request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// `create`, `patch`, `delete`, …
    pub verb: String,
    /// Plural name, such as `profiles`; empty for a request without resource.
    pub resource: String,
    /// Such as `status`, or empty.
    pub subresource: String,
    /// API group of the resource; empty for the core group.
    pub group: String,
    /// Empty for cluster-scoped resources.
    pub namespace: String,
    /// Empty for lists, and for objects whose name the server makes.
    pub name: String,
    /// Who sent it.
    pub user: String,
    /// In whose name, when it was impersonated.
    pub impersonated_user: Option<String>,
    /// The groups sent along with the impersonated user.
    pub impersonated_groups: Vec<String>,
    /// HTTP status of the answer.
    pub code: u16,
    /// The client's `User-Agent`.
    pub user_agent: String,
    /// The request's path and query.
    pub uri: String,
    /// When the request arrived.
    pub timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    verb: String,
    #[serde(rename = "requestURI")]
    uri: String,
    user: User,
    impersonated_user: Option<User>,
    object_ref: Option<ObjectRef>,
    response_status: Option<Value>,
    #[serde(default)]
    user_agent: String,
    request_received_timestamp: Timestamp,
}

#[derive(Deserialize)]
struct User {
    #[serde(default)]
    username: String,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ObjectRef {
    resource: String,
    #[serde(rename = "apiGroup")]
    group: String,
    subresource: String,
    namespace: String,
    name: String,
}

impl From<Event> for AuditEntry {
    fn from(event: Event) -> Self {
        let object = event.object_ref.unwrap_or_default();
        let (impersonated_user, impersonated_groups) =
            event.impersonated_user.map_or((None, Vec::new()), |user| {
                (Some(user.username), user.groups)
            });
        let code = event
            .response_status
            .as_ref()
            .and_then(|status| status["code"].as_u64());
        Self {
            verb: event.verb,
            resource: object.resource,
            subresource: object.subresource,
            group: object.group,
            namespace: object.namespace,
            name: object.name,
            user: event.user.username,
            impersonated_user,
            impersonated_groups,
            code: code
                .and_then(|code| u16::try_from(code).ok())
                .unwrap_or_default(),
            user_agent: event.user_agent,
            uri: event.uri,
            timestamp: event.request_received_timestamp,
        }
    }
}

/// Reads the whole log. A last line that is still being written is left for the next time.
pub(crate) fn read(path: &Path) -> Result<Vec<AuditEntry>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let finished = text.rfind('\n').map_or("", |end| &text[..end]);
    finished
        .lines()
        .map(|line| {
            let event: Event =
                serde_json::from_str(line).with_context(|| format!("audit line {line}"))?;
            Ok(AuditEntry::from(event))
        })
        .collect()
}
