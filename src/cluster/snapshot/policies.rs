//! Istio's policies: who is let through the gateway, and who into a profile.

use std::collections::BTreeMap;

use kube::api::DynamicObject;
use serde_json::Value;

use super::item::{Item, Meta, list, pairs, texts};
use crate::cluster::facts::text;
use crate::cluster::kinds::{AUTHORIZATION_POLICY, Kind, grouped};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    pub meta: Meta,
    /// `ALLOW`, `DENY`, `AUDIT` or `CUSTOM`.
    pub action: String,
    pub selector: BTreeMap<String, String>,
    /// No rule at all: it allows nothing.
    pub is_empty: bool,
    /// Values per condition key, such as `request.headers[kubeflow-userid]`.
    pub conditions: Vec<(String, Vec<String>)>,
    /// Does the rule with the header also say from whom a request must come?
    pub names_principals: bool,
}

impl Item for Policy {
    const KIND: Kind = AUTHORIZATION_POLICY;

    fn of(object: &DynamicObject) -> Option<Self> {
        let spec = &object.data["spec"];
        let rules = || list(&spec["rules"]);
        let with_header = rules().find(|rule| list(&rule["when"]).next().is_some());
        Some(Self {
            meta: Meta::of(object)?,
            action: spec["action"].as_str().unwrap_or("ALLOW").to_owned(),
            selector: pairs(&spec["selector"]["matchLabels"]),
            is_empty: rules().next().is_none(),
            conditions: rules()
                .flat_map(|rule| list(&rule["when"]))
                .map(|when| (text(&when["key"]), texts(&when["values"])))
                .collect(),
            names_principals: with_header.is_some_and(has_principals),
        })
    }
}

fn has_principals(rule: &Value) -> bool {
    list(&rule["from"]).any(|from| list(&from["source"]["principals"]).next().is_some())
}

/// A RequestAuthentication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenRule {
    pub meta: Meta,
    pub selector: BTreeMap<String, String>,
    pub issuers: Vec<String>,
    /// Headers that claims are written to, with their claim.
    pub headers: Vec<(String, String)>,
}

impl Item for TokenRule {
    const KIND: Kind = grouped(
        "security.istio.io",
        "v1beta1",
        "RequestAuthentication",
        "requestauthentications",
    );

    fn of(object: &DynamicObject) -> Option<Self> {
        let spec = &object.data["spec"];
        let rules = || list(&spec["jwtRules"]);
        Some(Self {
            meta: Meta::of(object)?,
            selector: pairs(&spec["selector"]["matchLabels"]),
            issuers: rules().map(|rule| text(&rule["issuer"])).collect(),
            headers: rules()
                .flat_map(|rule| list(&rule["outputClaimToHeaders"]))
                .map(|one| (text(&one["header"]), text(&one["claim"])))
                .collect(),
        })
    }
}

/// An EnvoyFilter; of its patches only whether they ask somebody else to authorise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub meta: Meta,
    pub selector: BTreeMap<String, String>,
    pub authorises: bool,
}

impl Item for Filter {
    const KIND: Kind = grouped(
        "networking.istio.io",
        "v1alpha3",
        "EnvoyFilter",
        "envoyfilters",
    );

    fn of(object: &DynamicObject) -> Option<Self> {
        let spec = &object.data["spec"];
        Some(Self {
            meta: Meta::of(object)?,
            selector: pairs(&spec["workloadSelector"]["labels"]),
            authorises: list(&spec["configPatches"])
                .any(|patch| patch["patch"]["value"]["name"] == "envoy.filters.http.ext_authz"),
        })
    }
}
