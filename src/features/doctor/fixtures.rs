//! Installations to test with: a healthy one of any release, and ways to break it that read aloud.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::check::Case;
use super::checks::ALL;
use super::data::components::{COMPONENTS, IDLE_BY_DESIGN, Presence};
use super::data::releases::{GatewayAuth, Marker, Release};
use super::run;
use super::version::Version;
use crate::cluster::snapshot::{
    CaBundle, Certificate, Claim, Condition, Container, DexSetup, Digest, EndpointSlice, Filter,
    Gateway, Grant, Hook, Look, Meta, Namespace, Node, Pod, PodDefault, Policy, Port, Profile,
    Quota, Role, Running, Seen, Server, Service, Snapshot, State, StorageClass, Subject, TokenRule,
    VirtualService, WebhookConfiguration, Workload,
};
use crate::domain::{Login, LoginSource, UserName};

pub(super) const ISSUER: &str = "http://dex.auth.svc.cluster.local:5556/dex";
pub(super) const OWNER: &str = "ana@example.com";
pub(super) const INGRESS: &str =
    "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account";

/// An installation in the making.
pub(super) struct World {
    snapshot: Snapshot,
}

/// Each release in its time: no release is healthy on a Kubernetes that came long after it.
fn era(release: &Release) -> Timestamp {
    let version = Version::parse(release.name).unwrap();
    let date = [
        ("1.7", "2022-08-15"),
        ("1.8", "2023-04-15"),
        ("1.9", "2024-04-15"),
        ("1.10", "2024-11-15"),
        ("1.11", "2025-08-15"),
        ("26.03", "2026-01-15"),
    ]
    .into_iter()
    .find(|(next, _)| !version.is_since(next))
    .map_or("2026-04-15", |(_, date)| date);
    format!("{date}T12:00:00Z").parse().unwrap()
}

pub(super) fn seen<T>(kind: &str, items: Vec<T>) -> Seen<T> {
    Seen {
        kind: kind.to_owned(),
        state: State::All(items),
    }
}

pub(super) fn meta(namespace: &str, name: &str, born: Timestamp) -> Meta {
    Meta {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        created_at: Some(born),
        changed_at: Some(born),
        ..Meta::default()
    }
}

pub(super) fn map_of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

pub(super) fn is(kind: &str, status: &str) -> Condition {
    Condition {
        kind: kind.to_owned(),
        status: status.to_owned(),
        ..Condition::default()
    }
}

/// A default installation of this release on which nothing is wrong, with one profile.
#[expect(clippy::too_many_lines, reason = "one line per kind")]
pub(super) fn healthy(release: &str) -> World {
    let release = Release::find(release).unwrap();
    let now = era(release);
    let born = now - SignedDuration::from_hours(48);
    let mut world = World {
        snapshot: Snapshot {
            taken_at: now,
            kubernetes: format!("v1.{}.1", release.kubernetes.tested),
            nodes: seen("nodes", vec![node("node-1", born)]),
            namespaces: seen("namespaces", Vec::new()),
            classes: seen(
                "storageclasses.storage.k8s.io",
                vec![class("standard", born)],
            ),
            claims: seen("persistentvolumeclaims", Vec::new()),
            workloads: seen("deployments.apps", Vec::new()),
            pods: seen("pods", Vec::new()),
            events: seen("events", Vec::new()),
            services: seen("services", Vec::new()),
            endpoints: seen("endpointslices.discovery.k8s.io", Vec::new()),
            gateways: seen("gateways.networking.istio.io", vec![gateway(born)]),
            routes: seen("virtualservices.networking.istio.io", routes(born)),
            network_policies: seen("networkpolicies.networking.k8s.io", Vec::new()),
            policies: seen("authorizationpolicies.security.istio.io", Vec::new()),
            token_rules: seen("requestauthentications.security.istio.io", Vec::new()),
            filters: seen("envoyfilters.networking.istio.io", Vec::new()),
            webhooks: seen(
                "validatingwebhookconfigurations.admissionregistration.k8s.io",
                Vec::new(),
            ),
            api_services: seen("apiservices.apiregistration.k8s.io", Vec::new()),
            definitions: seen("customresourcedefinitions.apiextensions.k8s.io", Vec::new()),
            certificates: seen("certificates.cert-manager.io", Vec::new()),
            profiles: seen("profiles.kubeflow.org", Vec::new()),
            pod_defaults: seen("poddefaults.kubeflow.org", Vec::new()),
            cluster_grants: seen(
                "clusterrolebindings.rbac.authorization.k8s.io",
                vec![admin_grant(born)],
            ),
            grants: seen("rolebindings.rbac.authorization.k8s.io", Vec::new()),
            roles: seen("clusterroles.rbac.authorization.k8s.io", roles(born)),
            quotas: seen("resourcequotas", Vec::new()),
            limit_ranges: seen("limitranges", Vec::new()),
            logins: seen("passwords.dex.coreos.com", Vec::new()),
            config_maps: BTreeMap::new(),
            secrets: BTreeMap::new(),
            dex: Look::Missing,
        },
    };
    let version = Version::parse(release.name).unwrap();
    for component in &COMPONENTS {
        let wanted = component.presence == Presence::Always
            || component.title == "KServe"
            || component.title == "Knative Serving";
        for one in component.workloads {
            if wanted
                && version.is_since(one.since)
                && one.until.is_none_or(|line| version.is_until(line))
            {
                world.install(release, one.home, one.name, born);
            }
        }
        for name in component.definitions {
            world.define(name, born);
        }
    }
    world.define("passwords.dex.coreos.com", born);
    world.settings(release, born);
    world.webhook(
        "admission-webhook-mutating-webhook-configuration",
        "admission-webhook-deployment",
        born,
    );
    world.profile("team-a", OWNER)
}

fn node(name: &str, born: Timestamp) -> Node {
    Node {
        meta: meta("", name, born),
        conditions: vec![is("Ready", "True"), is("DiskPressure", "False")],
        allocatable: map_of(&[("cpu", "16"), ("memory", "64Gi"), ("pods", "110")]),
        architecture: "amd64".to_owned(),
        kubelet: "v1.34.1".to_owned(),
    }
}

pub(super) fn class(name: &str, born: Timestamp) -> StorageClass {
    let mut class = StorageClass {
        meta: meta("", name, born),
        provisioner: "disk.csi.example".to_owned(),
        binding_mode: "WaitForFirstConsumer".to_owned(),
        reclaim_policy: "Delete".to_owned(),
        expandable: true,
    };
    let annotation = "storageclass.kubernetes.io/is-default-class";
    class
        .meta
        .annotations
        .insert(annotation.to_owned(), "true".to_owned());
    class
}

fn gateway(born: Timestamp) -> Gateway {
    Gateway {
        meta: meta("kubeflow", "kubeflow-gateway", born),
        selector: map_of(&[("istio", "ingressgateway")]),
        servers: vec![Server {
            port: 80,
            protocol: "HTTP".to_owned(),
            has_tls: false,
            redirects_to_tls: false,
        }],
    }
}

fn routes(born: Timestamp) -> Vec<VirtualService> {
    [
        ("auth", "dex", "/dex/"),
        ("kubeflow", "centraldashboard", "/"),
        ("kubeflow", "ml-pipeline-ui", "/pipeline"),
    ]
    .into_iter()
    .map(|(namespace, name, prefix)| VirtualService {
        meta: meta(namespace, name, born),
        gateways: vec!["kubeflow/kubeflow-gateway".to_owned()],
        prefixes: vec![prefix.to_owned()],
    })
    .collect()
}

fn admin_grant(born: Timestamp) -> Grant {
    Grant {
        meta: meta("", "profiles-cluster-rolebinding", born),
        role: "cluster-admin".to_owned(),
        subjects: vec![Subject {
            kind: "ServiceAccount".to_owned(),
            namespace: "kubeflow".to_owned(),
            name: "profiles-controller-service-account".to_owned(),
        }],
    }
}

fn roles(born: Timestamp) -> Vec<Role> {
    ["kubeflow-admin", "kubeflow-edit", "kubeflow-view"]
        .into_iter()
        .map(|name| Role {
            meta: meta("", name, born),
            rules: 9,
        })
        .collect()
}

fn image(release: &Release, name: &str) -> String {
    let marker = Marker::ALL
        .into_iter()
        .find(|marker| marker.workloads().contains(&name));
    let tag = marker.and_then(|marker| {
        let tag = release.tags.iter().find(|(one, _)| *one == marker)?;
        Some((marker.images()[0], tag.1))
    });
    match tag {
        Some((image, tag)) => format!("registry.example/{image}:v{tag}"),
        None => format!("registry.example/{name}:v1.0.0"),
    }
}

impl World {
    pub(super) fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// Any other change.
    #[must_use]
    pub(super) fn but(mut self, change: impl FnOnce(&mut Snapshot)) -> Self {
        change(&mut self.snapshot);
        self
    }

    fn install(&mut self, release: &Release, namespace: &str, name: &str, born: Timestamp) {
        let labels = map_of(&[("app", name)]);
        let idle = IDLE_BY_DESIGN.contains(&name);
        let claim = match name {
            "authservice" | "oidc-authservice" => Some("authservice-pvc"),
            "katib-mysql" => Some("katib-mysql"),
            "mysql" => Some("mysql-pv-claim"),
            "minio" => Some("minio-pvc"),
            "seaweedfs" => Some("seaweedfs-pvc"),
            _ => None,
        };
        let claims: BTreeSet<String> = claim.into_iter().map(str::to_owned).collect();
        let container = Container {
            name: name.to_owned(),
            image: image(release, name),
            env: map_of(&[("USERID_HEADER", "kubeflow-userid"), ("USERID_PREFIX", "")]),
        };
        let s = &mut self.snapshot;
        if !s
            .namespaces
            .visible()
            .iter()
            .any(|one| one.meta.name == namespace)
        {
            let namespace = Namespace {
                meta: meta("", namespace, born),
                conditions: Vec::new(),
            };
            s.namespaces.items_mut().push(namespace);
        }
        s.workloads.items_mut().push(Workload {
            meta: meta(namespace, name, born),
            kind: "Deployment",
            wanted: i64::from(!idle),
            ready: i64::from(!idle),
            selector: labels.clone(),
            containers: vec![container],
            service_account: if name == "profiles-deployment" {
                "profiles-controller-service-account".to_owned()
            } else {
                name.to_owned()
            },
            claims: claims.clone(),
            pod_labels: labels.clone(),
            ..Workload::default()
        });
        if !idle {
            let mut meta = meta(namespace, &format!("{name}-0"), born);
            meta.labels = labels.clone();
            s.pods.items_mut().push(Pod {
                meta,
                phase: "Running".to_owned(),
                node: "node-1".to_owned(),
                containers: vec![Running {
                    name: name.to_owned(),
                    ready: true,
                    ..Running::default()
                }],
                container_names: BTreeSet::from([name.to_owned(), "istio-proxy".to_owned()]),
                claims: claims.clone(),
                conditions: vec![is("Ready", "True")],
                started_at: Some(born),
                ..Pod::default()
            });
        }
        for claim in claims {
            s.claims.items_mut().push(Claim {
                meta: meta(namespace, &claim, born),
                phase: "Bound".to_owned(),
                class: Some("standard".to_owned()),
                requested: "20Gi".to_owned(),
                capacity: "20Gi".to_owned(),
                volume: format!("pv-{claim}"),
            });
        }
        s.services.items_mut().push(Service {
            meta: meta(namespace, name, born),
            kind: "ClusterIP".to_owned(),
            ports: vec![Port {
                name: "http2".to_owned(),
                port: 80,
                node_port: 0,
            }],
            selector: labels,
            ..Service::default()
        });
        s.endpoints.items_mut().push(EndpointSlice {
            meta: meta(namespace, &format!("{name}-x1"), born),
            service: name.to_owned(),
            ready: 1,
        });
    }

    fn define(&mut self, name: &str, born: Timestamp) {
        use crate::cluster::snapshot::Definition;
        let v1 = || vec!["v1".to_owned()];
        self.snapshot.definitions.items_mut().push(Definition {
            meta: meta("", name, born),
            served: v1(),
            listed: v1(),
            stored: v1(),
            storage: "v1".to_owned(),
            conditions: vec![is("Established", "True")],
        });
    }

    /// Secrets that were changed, a Dex and a gateway that fit each other.
    fn settings(&mut self, release: &Release, born: Timestamp) {
        let s = &mut self.snapshot;
        let secret = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            Look::Found(
                pairs
                    .map(|(key, value)| ((*key).to_owned(), Digest::of(value)))
                    .collect(),
            )
        };
        let name = |namespace: &str, name: &str| (namespace.to_owned(), name.to_owned());
        s.secrets.insert(
            name("auth", "dex-oidc-client"),
            secret(&[("OIDC_CLIENT_SECRET", "own")]),
        );
        s.secrets.insert(
            name("kubeflow", "mlpipeline-minio-artifact"),
            secret(&[("accesskey", "own"), ("secretkey", "own")]),
        );
        let gateway = map_of(&[("app", "istio-ingressgateway")]);
        match release.auth {
            GatewayAuth::AuthService => {
                s.secrets.insert(
                    name("istio-system", "oidc-authservice-client"),
                    secret(&[("CLIENT_SECRET", "own")]),
                );
                s.config_maps.insert(
                    name("istio-system", "oidc-authservice-parameters"),
                    Look::Found(map_of(&[
                        ("OIDC_PROVIDER", ISSUER),
                        ("USERID_HEADER", "kubeflow-userid"),
                        ("USERID_PREFIX", ""),
                    ])),
                );
                s.filters.items_mut().push(Filter {
                    meta: meta("istio-system", "authn-filter", born),
                    selector: map_of(&[("istio", "ingressgateway")]),
                    authorises: true,
                });
            }
            GatewayAuth::OAuth2Proxy => {
                s.secrets.insert(
                    name("oauth2-proxy", "oauth2-proxy-h1"),
                    secret(&[("client-secret", "own"), ("cookie-secret", "own")]),
                );
                s.config_maps.insert(
                    name("oauth2-proxy", "oauth2-proxy-c1"),
                    Look::Found(map_of(&[(
                        "oauth2_proxy.cfg",
                        &format!("provider = \"oidc\"\noidc_issuer_url = \"{ISSUER}\"\n"),
                    )])),
                );
                s.policies.items_mut().push(Policy {
                    meta: meta("istio-system", "istio-ingressgateway-oauth2-proxy", born),
                    action: "CUSTOM".to_owned(),
                    selector: gateway.clone(),
                    ..Policy::default()
                });
                s.token_rules.items_mut().push(TokenRule {
                    meta: meta("istio-system", "dex-jwt", born),
                    selector: gateway,
                    issuers: vec![ISSUER.to_owned()],
                    headers: vec![("kubeflow-userid".to_owned(), "email".to_owned())],
                });
            }
        }
        s.policies.items_mut().push(Policy {
            meta: meta("istio-system", "global-deny-all", born),
            action: "ALLOW".to_owned(),
            is_empty: true,
            ..Policy::default()
        });
        s.config_maps.insert(
            name("kubeflow", "profiles-config-x1"),
            Look::Found(map_of(&[
                ("USERID_HEADER", "kubeflow-userid"),
                ("USERID_PREFIX", ""),
                ("ADMIN", ""),
            ])),
        );
        s.config_maps.insert(
            name("kubeflow", "centraldashboard-config"),
            Look::Found(map_of(&[
                ("links", "{\"menuLinks\": []}"),
                ("settings", "{}"),
            ])),
        );
        s.dex = Look::Found(DexSetup {
            namespace: "auth".to_owned(),
            name: "dex".to_owned(),
            changed_at: Some(born),
            issuer: ISSUER.to_owned(),
            static_logins: vec![login("user@example.com", LoginSource::Static)],
            redirects: vec![release.redirect.to_owned()],
            ..DexSetup::default()
        });
        for workload in s.workloads.items_mut() {
            let names: &[&str] = match workload.meta.name.as_str() {
                "profiles-deployment" => &["profiles-config-x1"],
                "oauth2-proxy" => &["oauth2-proxy-c1"],
                "authservice" | "oidc-authservice" => &["oidc-authservice-parameters"],
                "dex" => &["dex"],
                _ => &[],
            };
            workload
                .config_maps
                .extend(names.iter().map(|one| (*one).to_owned()));
            let names: &[&str] = match workload.meta.name.as_str() {
                "oauth2-proxy" => &["oauth2-proxy-h1"],
                "authservice" | "oidc-authservice" => &["oidc-authservice-client"],
                "dex" => &["dex-oidc-client"],
                _ => &[],
            };
            workload
                .secrets
                .extend(names.iter().map(|one| (*one).to_owned()));
        }
    }

    /// A webhook with a certificate of cert-manager, served by a workload of the installation.
    fn webhook(&mut self, name: &str, backend: &str, born: Timestamp) {
        let s = &mut self.snapshot;
        let ends = s.taken_at + SignedDuration::from_hours(24 * 80);
        let mut meta_of = meta("", name, born);
        meta_of.annotations =
            map_of(&[("cert-manager.io/inject-ca-from", "kubeflow/webhook-cert")]);
        s.webhooks.items_mut().push(WebhookConfiguration {
            meta: meta_of,
            kind: "MutatingWebhookConfiguration",
            hooks: vec![Hook {
                name: format!("{backend}.example"),
                must_answer: true,
                service: Some(("kubeflow".to_owned(), backend.to_owned())),
                ca: Some(CaBundle {
                    digest: Digest::of("ca"),
                    expires_at: Some(ends),
                }),
                resources: vec!["pods".to_owned()],
            }],
        });
        s.certificates.items_mut().push(Certificate {
            meta: meta("kubeflow", "webhook-cert", born),
            secret: "webhook-certs".to_owned(),
            not_after: Some(ends),
            conditions: vec![is("Ready", "True")],
        });
        let digests = BTreeMap::from([("ca.crt".to_owned(), Digest::of("ca"))]);
        s.secrets.insert(
            ("kubeflow".to_owned(), "webhook-certs".to_owned()),
            Look::Found(digests),
        );
    }

    /// A profile with everything that belongs to it.
    #[must_use]
    pub(super) fn profile(mut self, name: &str, owner: &str) -> Self {
        let s = &mut self.snapshot;
        let born = s.taken_at - SignedDuration::from_hours(24);
        s.profiles.items_mut().push(Profile {
            meta: meta("", name, born),
            owner: Some(("User".to_owned(), owner.to_owned())),
            quota: BTreeMap::new(),
        });
        let mut of_namespace = meta("", name, born);
        of_namespace.labels = map_of(&[
            ("istio-injection", "enabled"),
            ("pipelines.kubeflow.org/enabled", "true"),
            ("app.kubernetes.io/part-of", "kubeflow-profile"),
        ]);
        of_namespace.annotations = map_of(&[("owner", owner)]);
        s.namespaces.items_mut().push(Namespace {
            meta: of_namespace,
            conditions: Vec::new(),
        });
        let mut binding = meta(name, "namespaceAdmin", born);
        binding.annotations = map_of(&[("user", owner), ("role", "admin")]);
        s.grants.items_mut().push(Grant {
            meta: binding,
            role: "kubeflow-admin".to_owned(),
            subjects: vec![Subject {
                kind: "User".to_owned(),
                name: owner.to_owned(),
                ..Subject::default()
            }],
        });
        let mut policy = meta(name, "ns-owner-access-istio", born);
        policy.annotations = map_of(&[("user", owner), ("role", "admin")]);
        s.policies.items_mut().push(Policy {
            meta: policy,
            action: "ALLOW".to_owned(),
            conditions: vec![(
                "request.headers[kubeflow-userid]".to_owned(),
                vec![owner.to_owned()],
            )],
            names_principals: true,
            ..Policy::default()
        });
        s.pod_defaults.items_mut().push(PodDefault {
            meta: meta(name, "access-ml-pipeline", born),
        });
        self
    }

    /// Another image for a workload.
    #[must_use]
    pub(super) fn image(self, name: &str, image: &str) -> Self {
        self.workload(name, |one| image.clone_into(&mut one.containers[0].image))
    }

    #[must_use]
    pub(super) fn workload(mut self, name: &str, change: impl Fn(&mut Workload)) -> Self {
        let all = self.snapshot.workloads.items_mut();
        all.iter_mut()
            .filter(|one| one.meta.name == name)
            .for_each(change);
        self
    }

    /// Changes the pod of a workload, which is then not ready any more.
    #[must_use]
    pub(super) fn broken_pod(mut self, name: &str, change: impl Fn(&mut Pod)) -> Self {
        let pod = format!("{name}-0");
        let all = self.snapshot.pods.items_mut();
        let found = all.iter_mut().find(|one| one.meta.name == pod).unwrap();
        found.containers[0].ready = false;
        found.conditions = vec![is("Ready", "False")];
        change(found);
        self.workload(name, |one| one.ready = 0)
    }

    /// Another configuration of Dex.
    #[must_use]
    pub(super) fn dex(mut self, change: impl Fn(&mut DexSetup)) -> Self {
        let Look::Found(dex) = &mut self.snapshot.dex else {
            panic!("there is no Dex")
        };
        change(dex);
        self
    }

    /// The Service that browsers come in by.
    #[must_use]
    pub(super) fn ingress(mut self, change: impl Fn(&mut Service)) -> Self {
        let all = self.snapshot.services.items_mut();
        all.iter_mut()
            .filter(|one| one.meta.name == "istio-ingressgateway")
            .for_each(change);
        self
    }

    /// Neither the workload nor its pods.
    #[must_use]
    pub(super) fn without(mut self, name: &str) -> Self {
        let s = &mut self.snapshot;
        s.workloads.items_mut().retain(|one| one.meta.name != name);
        s.pods
            .items_mut()
            .retain(|one| one.meta.label("app") != Some(name));
        self
    }

    #[must_use]
    pub(super) fn quota(mut self, namespace: &str, hard: &[(&str, &str)]) -> Self {
        let s = &mut self.snapshot;
        let born = s.taken_at;
        s.quotas.items_mut().push(Quota {
            meta: meta(namespace, "kf-resource-quota", born),
            hard: map_of(hard),
        });
        self
    }

    /// Codes of all checks that found something, in order.
    pub(super) fn found(&self) -> Vec<&'static str> {
        let case = Case::of(&self.snapshot);
        let reports = run::run(&case);
        let found = reports.iter().filter(|one| !one.findings().is_empty());
        found.map(|one| one.check.code).collect()
    }

    /// What one check says, in words; nothing when it is silent or cannot tell.
    pub(super) fn says(&self, code: &str) -> Vec<String> {
        let check = ALL.iter().find(|one| one.code == code).unwrap();
        let found = (check.run)(&Case::of(&self.snapshot)).unwrap_or_default();
        found
            .iter()
            .map(|one| format!("{}: {}", one.object, one.says))
            .collect()
    }

    /// This fault is found, and no check takes it for another one.
    pub(super) fn has_only(&self, code: &str) {
        assert_eq!(self.found(), [code], "{:#?}", self.says(code));
    }
}

pub(super) fn login(email: &str, source: LoginSource) -> Login {
    Login {
        email: UserName::from_cluster(email),
        username: "someone".to_owned(),
        user_id: format!("id-of-{email}"),
        source,
        cost: Some(12),
        default_password: false,
    }
}
