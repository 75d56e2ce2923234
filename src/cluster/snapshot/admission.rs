//! What can refuse or lose requests: webhooks, aggregated APIs, custom resources, and the certificates between them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use super::item::{Condition, Item, Meta, conditions, list, texts, time};
use super::named::Digest;
use super::x509;
use crate::cluster::facts::text;
use crate::cluster::kinds::{Kind, grouped};

/// What a webhook is called with, without the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaBundle {
    pub digest: Digest,
    pub expires_at: Option<Timestamp>,
}

/// One webhook of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hook {
    pub name: String,
    /// Does a failing call refuse the request?
    pub must_answer: bool,
    /// Namespace and name of the Service; `None` for an address outside.
    pub service: Option<(String, String)>,
    /// `None` when empty, or when it is the placeholder that some releases ship.
    pub ca: Option<CaBundle>,
    /// Resources it is asked about; none: it is not asked about anything yet.
    pub resources: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookConfiguration {
    pub meta: Meta,
    pub kind: &'static str,
    pub hooks: Vec<Hook>,
}

impl WebhookConfiguration {
    pub fn object(&self) -> String {
        format!("{} {}", self.kind, self.meta.name)
    }

    fn of(object: &DynamicObject, kind: &'static str) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
            kind,
            hooks: list(&object.data["webhooks"]).map(hook).collect(),
        })
    }
}

fn hook(value: &Value) -> Hook {
    let client = &value["clientConfig"];
    let service = &client["service"];
    let ca = client["caBundle"].as_str().unwrap_or_default();
    let ca = STANDARD.decode(ca.trim()).unwrap_or_default();
    let ca = String::from_utf8(ca).unwrap_or_default();
    Hook {
        name: text(&value["name"]),
        must_answer: value["failurePolicy"].as_str() != Some("Ignore"),
        service: service
            .is_object()
            .then(|| (text(&service["namespace"]), text(&service["name"]))),
        ca: (!ca.trim().is_empty()).then(|| CaBundle {
            digest: Digest::of(&ca),
            expires_at: x509::not_after(&ca),
        }),
        resources: list(&value["rules"])
            .flat_map(|rule| texts(&rule["resources"]))
            .collect(),
    }
}

pub(super) struct Mutating(pub(super) WebhookConfiguration);
pub(super) struct Validating(pub(super) WebhookConfiguration);

const ADMISSION: &str = "admissionregistration.k8s.io";

impl Item for Mutating {
    const KIND: Kind = grouped(
        ADMISSION,
        "v1",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
    );

    fn of(object: &DynamicObject) -> Option<Self> {
        WebhookConfiguration::of(object, Self::KIND.kind).map(Self)
    }
}

impl Item for Validating {
    const KIND: Kind = grouped(
        ADMISSION,
        "v1",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
    );

    fn of(object: &DynamicObject) -> Option<Self> {
        WebhookConfiguration::of(object, Self::KIND.kind).map(Self)
    }
}

/// An API that another server answers for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiService {
    pub meta: Meta,
    /// Namespace and name of the Service; `None` for the API server's own.
    pub service: Option<(String, String)>,
    pub conditions: Vec<Condition>,
}

impl Item for ApiService {
    const KIND: Kind = grouped("apiregistration.k8s.io", "v1", "APIService", "apiservices");

    fn of(object: &DynamicObject) -> Option<Self> {
        let service = &object.data["spec"]["service"];
        Some(Self {
            meta: Meta::of(object)?,
            service: service
                .is_object()
                .then(|| (text(&service["namespace"]), text(&service["name"]))),
            conditions: conditions(object),
        })
    }
}

/// A CustomResourceDefinition without its schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definition {
    pub meta: Meta,
    pub served: Vec<String>,
    pub listed: Vec<String>,
    /// Versions in which objects may still be stored.
    pub stored: Vec<String>,
    pub storage: String,
    pub conditions: Vec<Condition>,
}

impl Item for Definition {
    const KIND: Kind = grouped(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
    );
    // Some are half a megabyte each.
    const PAGE: u32 = 15;

    fn of(object: &DynamicObject) -> Option<Self> {
        let versions = || list(&object.data["spec"]["versions"]);
        let storage = versions().find(|version| version["storage"].as_bool() == Some(true));
        Some(Self {
            meta: Meta::of(object)?,
            served: versions()
                .filter(|version| version["served"].as_bool() == Some(true))
                .map(|version| text(&version["name"]))
                .collect(),
            listed: versions().map(|version| text(&version["name"])).collect(),
            stored: texts(&object.data["status"]["storedVersions"]),
            storage: storage
                .map(|version| text(&version["name"]))
                .unwrap_or_default(),
            conditions: conditions(object),
        })
    }
}

/// A Certificate of cert-manager.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificate {
    pub meta: Meta,
    pub secret: String,
    pub not_after: Option<Timestamp>,
    pub conditions: Vec<Condition>,
}

impl Item for Certificate {
    const KIND: Kind = grouped("cert-manager.io", "v1", "Certificate", "certificates");

    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
            secret: text(&object.data["spec"]["secretName"]),
            not_after: time(&object.data["status"]["notAfter"]),
            conditions: conditions(object),
        })
    }
}
