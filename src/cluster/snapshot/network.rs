//! How traffic gets in: Services, what is behind them, and the gateway's configuration.

use std::collections::BTreeMap;

use kube::api::DynamicObject;
use serde_json::Value;

use super::item::{Item, Meta, list, number, pairs, texts};
use crate::cluster::facts::text;
use crate::cluster::kinds::{Kind, core, grouped};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Port {
    pub name: String,
    pub port: i64,
    /// 0 for none.
    pub node_port: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    pub meta: Meta,
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    pub kind: String,
    pub ports: Vec<Port>,
    pub selector: BTreeMap<String, String>,
    pub external_traffic: String,
    /// Addresses of a load balancer.
    pub addresses: Vec<String>,
}

impl Item for Service {
    const KIND: Kind = core("Service", "services");

    fn of(object: &DynamicObject) -> Option<Self> {
        let spec = &object.data["spec"];
        let given = list(&object.data["status"]["loadBalancer"]["ingress"]);
        Some(Self {
            meta: Meta::of(object)?,
            kind: spec["type"].as_str().unwrap_or("ClusterIP").to_owned(),
            ports: list(&spec["ports"])
                .map(|port| Port {
                    name: text(&port["name"]),
                    port: number(&port["port"]),
                    node_port: number(&port["nodePort"]),
                })
                .collect(),
            selector: pairs(&spec["selector"]),
            external_traffic: text(&spec["externalTrafficPolicy"]),
            addresses: given
                .filter_map(|one| one["hostname"].as_str().or(one["ip"].as_str()))
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// A part of what is behind a Service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointSlice {
    pub meta: Meta,
    pub service: String,
    pub ready: usize,
}

impl Item for EndpointSlice {
    const KIND: Kind = grouped("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices");

    fn of(object: &DynamicObject) -> Option<Self> {
        let meta = Meta::of(object)?;
        let service = meta.label("kubernetes.io/service-name")?.to_owned();
        // Nothing said about readiness counts as ready.
        let ready = list(&object.data["endpoints"])
            .filter(|one| one["conditions"]["ready"].as_bool() != Some(false))
            .map(|one| list(&one["addresses"]).count())
            .sum();
        Some(Self {
            meta,
            service,
            ready,
        })
    }
}

/// One server of an Istio Gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Server {
    pub port: i64,
    pub has_tls: bool,
    pub redirects_to_tls: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gateway {
    pub meta: Meta,
    pub selector: BTreeMap<String, String>,
    pub servers: Vec<Server>,
}

impl Item for Gateway {
    const KIND: Kind = grouped("networking.istio.io", "v1beta1", "Gateway", "gateways");

    fn of(object: &DynamicObject) -> Option<Self> {
        let spec = &object.data["spec"];
        Some(Self {
            meta: Meta::of(object)?,
            selector: pairs(&spec["selector"]),
            servers: list(&spec["servers"])
                .map(|server| Server {
                    port: number(&server["port"]["number"]),
                    has_tls: server["tls"]["mode"].is_string(),
                    redirects_to_tls: server["tls"]["httpsRedirect"].as_bool() == Some(true),
                })
                .collect(),
        })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualService {
    pub meta: Meta,
}

impl Item for VirtualService {
    const KIND: Kind = grouped(
        "networking.istio.io",
        "v1beta1",
        "VirtualService",
        "virtualservices",
    );

    fn of(object: &DynamicObject) -> Option<Self> {
        Some(Self {
            meta: Meta::of(object)?,
        })
    }
}

/// Who may send to which pods, as far as the checks ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkPolicy {
    pub meta: Meta,
    /// Labels of the pods it is for; empty for all of the namespace.
    pub pods: BTreeMap<String, String>,
    pub limits_ingress: bool,
    /// Lets anybody in, on some port at least.
    pub admits_everybody: bool,
}

impl Item for NetworkPolicy {
    const KIND: Kind = grouped(
        "networking.k8s.io",
        "v1",
        "NetworkPolicy",
        "networkpolicies",
    );

    fn of(object: &DynamicObject) -> Option<Self> {
        let spec = &object.data["spec"];
        let types = texts(&spec["policyTypes"]);
        Some(Self {
            meta: Meta::of(object)?,
            pods: pairs(&spec["podSelector"]["matchLabels"]),
            limits_ingress: types.is_empty() || types.iter().any(|one| one == "Ingress"),
            admits_everybody: list(&spec["ingress"]).any(is_open),
        })
    }
}

/// A rule without senders is for everybody; so is one for every address.
fn is_open(rule: &Value) -> bool {
    let mut from = list(&rule["from"]).peekable();
    from.peek().is_none() || from.any(|one| one["ipBlock"]["cidr"] == "0.0.0.0/0")
}
