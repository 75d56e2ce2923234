//! Ways to the gateway, read off the Service in front of it, the nodes and the Gateways. Pure.

use crate::cluster::snapshot::{Gateway, Node, Port, Service};

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) kind: &'static str,
    pub(super) url: String,
    /// Such as the node's name; may be empty.
    pub(super) remark: String,
}

/// Is the way encrypted?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    On,
    /// HTTPS works and plain HTTP leads to it.
    Only,
    Off,
    Unknown,
}

impl Tls {
    /// `None`: the Gateways could not be looked at.
    pub(super) fn of(gateways: Option<&[Gateway]>) -> Self {
        let Some(gateways) = gateways else {
            return Self::Unknown;
        };
        let servers: Vec<_> = gateways.iter().flat_map(|one| &one.servers).collect();
        if !servers.iter().any(|server| server.has_tls) {
            Self::Off
        } else if servers.iter().any(|server| server.redirects_to_tls) {
            Self::Only
        } else {
            Self::On
        }
    }

    fn serves(self) -> bool {
        matches!(self, Self::On | Self::Only)
    }

    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Only => "HTTPS; plain HTTP leads there.",
            Self::On => "HTTPS, and plain HTTP as well.",
            Self::Off => {
                "Plain HTTP only: no Gateway has a TLS server, so the port for HTTPS answers nothing. On any name but \
                 localhost, passwords can be read on the way, and Notebooks, Volumes and TensorBoards cannot create \
                 anything: browsers do not send their Secure cookies back over HTTP."
            }
            Self::Unknown => {
                "Whether it is encrypted is not known: Gateways could not be looked at."
            }
        }
    }
}

/// Forwards the gateway to one's own machine; 8081, since 8080 may be this dashboard's.
pub(super) fn port_forward(gateway: Option<&Service>) -> String {
    let (namespace, name) = gateway.map_or(("istio-system", "istio-ingressgateway"), |one| {
        (one.meta.namespace.as_str(), one.meta.name.as_str())
    });
    format!("kubectl -n {namespace} port-forward svc/{name} 8081:80")
}

pub(super) const FORWARDED: &str = "http://localhost:8081";

/// Addresses that the cluster itself names; best first.
pub(super) fn of(gateway: &Service, nodes: &[Node], tls: Tls) -> Vec<Way> {
    let mut ways = Vec::new();
    for address in &gateway.addresses {
        if tls.serves() {
            ways.push(way(
                "Load balancer",
                format!("https://{}", host(address)),
                "",
            ));
        }
        if tls != Tls::Only {
            ways.push(way(
                "Load balancer",
                format!("http://{}", host(address)),
                "",
            ));
        }
    }
    let plain = port(gateway, "http2", 80).filter(|_| tls != Tls::Only);
    let secure = port(gateway, "https", 443).filter(|_| tls.serves());
    for node in nodes.iter().filter(|node| node.is_ready()) {
        let Some(address) = address(node) else {
            continue;
        };
        for (scheme, port) in [("https", secure), ("http", plain)] {
            if let Some(port) = port.filter(|port| port.node_port > 0) {
                let url = format!("{scheme}://{}:{}", host(address), port.node_port);
                ways.push(way("NodePort", url, &node.meta.name));
            }
        }
    }
    ways
}

fn way(kind: &'static str, url: String, remark: &str) -> Way {
    Way {
        kind,
        url,
        remark: remark.to_owned(),
    }
}

/// By name, as sites move the numbers; else by number.
fn port<'s>(service: &'s Service, name: &str, number: i64) -> Option<&'s Port> {
    let mut named = service.ports.iter();
    let mut numbered = service.ports.iter();
    named
        .find(|port| port.name == name)
        .or_else(|| numbered.find(|port| port.port == number))
}

/// What others can reach first.
fn address(node: &Node) -> Option<&str> {
    ["ExternalIP", "InternalIP", "Hostname"]
        .iter()
        .find_map(|kind| {
            let mut of_kind = node.addresses.iter().filter(|(one, _)| one == kind);
            of_kind.next().map(|(_, address)| address.as_str())
        })
}

/// IPv6 addresses need brackets in a URL.
fn host(address: &str) -> String {
    if address.contains(':') {
        format!("[{address}]")
    } else {
        address.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::snapshot::{Condition, Server};

    fn gateway(kind: &str, addresses: &[&str]) -> Service {
        let port = |name: &str, port, node_port| Port {
            name: name.into(),
            port,
            node_port,
        };
        let node_ports = kind != "ClusterIP";
        let at = |number| if node_ports { number } else { 0 };
        Service {
            kind: kind.into(),
            ports: vec![
                port("status-port", 15021, at(31021)),
                port("http2", 80, at(32223)),
                port("https", 443, at(32443)),
            ],
            addresses: addresses.iter().map(|one| (*one).to_owned()).collect(),
            ..Service::default()
        }
    }

    fn node(ready: &str, addresses: &[(&str, &str)]) -> Node {
        Node {
            conditions: vec![Condition {
                kind: "Ready".into(),
                status: ready.into(),
                ..Condition::default()
            }],
            addresses: addresses
                .iter()
                .map(|(kind, address)| ((*kind).to_owned(), (*address).to_owned()))
                .collect(),
            ..Node::default()
        }
    }

    fn urls(ways: &[Way]) -> Vec<&str> {
        ways.iter().map(|way| way.url.as_str()).collect()
    }

    #[test]
    fn every_ready_node_is_a_way_by_the_address_that_others_reach() {
        let nodes = [
            node(
                "True",
                &[
                    ("Hostname", "a"),
                    ("InternalIP", "192.0.2.1"),
                    ("ExternalIP", "198.51.100.1"),
                ],
            ),
            node("True", &[("InternalIP", "2001:db8::1")]),
            node("False", &[("InternalIP", "192.0.2.3")]),
        ];
        let found = of(&gateway("NodePort", &[]), &nodes, Tls::Off);
        assert_eq!(
            urls(&found),
            ["http://198.51.100.1:32223", "http://[2001:db8::1]:32223"]
        );
    }

    #[test]
    fn https_is_offered_where_a_gateway_serves_it_and_http_where_it_does_not_lead_away() {
        let server = |has_tls, redirects_to_tls| Server {
            port: 80,
            has_tls,
            redirects_to_tls,
        };
        let with = |servers: Vec<Server>| {
            [Gateway {
                servers,
                ..Gateway::default()
            }]
        };
        let balanced = gateway("LoadBalancer", &["kubeflow.example.com"]);
        for (servers, wanted) in [
            (
                vec![server(false, false)],
                vec!["http://kubeflow.example.com"],
            ),
            (
                vec![server(false, false), server(true, false)],
                vec![
                    "https://kubeflow.example.com",
                    "http://kubeflow.example.com",
                ],
            ),
            (
                vec![server(false, true), server(true, false)],
                vec!["https://kubeflow.example.com"],
            ),
        ] {
            let gateways = with(servers);
            let found = of(&balanced, &[], Tls::of(Some(&gateways)));
            assert_eq!(urls(&found), wanted);
        }
    }

    #[test]
    fn inside_the_cluster_alone_there_is_no_way_but_a_forwarded_port() {
        let nodes = [node("True", &[("InternalIP", "192.0.2.1")])];
        assert_eq!(of(&gateway("ClusterIP", &[]), &nodes, Tls::Unknown), []);
        assert_eq!(
            port_forward(None),
            "kubectl -n istio-system port-forward svc/istio-ingressgateway 8081:80"
        );
    }
}
