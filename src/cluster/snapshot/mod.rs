//! The installation at one moment, as one person may see it: what the doctor works on.
//!
//! One paged LIST per kind, a few at a time, without watches: a run is on demand. Every object becomes a small value at
//! once. A kind that may not be listed, is not there or cannot be read says so ([`Seen`]); it is never an empty list.

mod admission;
mod item;
mod logs;
mod machines;
mod named;
mod network;
mod notebooks;
mod people;
mod pods;
mod policies;
mod requests;
mod seen;
mod source;
mod storage;
mod workloads;
mod x509;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use jiff::Timestamp;
use kube::api::DynamicObject;

use super::kinds::{CONFIG_MAP, Kind, SECRET};
use super::{Cluster, Error};
use crate::domain::{Actor, Login};
use named::Name;
use source::Source;

pub use admission::{ApiService, CaBundle, Certificate, Definition, Hook, WebhookConfiguration};
pub use item::{Condition, Meta, condition};
pub use machines::{Namespace, Node};
pub use named::{DexSetup, Digest, SecretDigests};
pub use network::{EndpointSlice, Gateway, NetworkPolicy, Port, Server, Service, VirtualService};
pub use notebooks::Notebook;
pub use people::{Grant, LimitRange, PodDefault, Profile, Quota, Role, Subject};
pub use pods::{Event, Exit, Pod, Running};
pub use policies::{Filter, Policy, TokenRule};
pub use seen::{Gap, Look, Seen, State};
pub use storage::{Claim, DEFAULT_CLASS, StorageClass};
pub use workloads::{Container, Workload};

/// Everything the doctor looks at.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub taken_at: Timestamp,
    /// Such as `v1.34.4`; empty when the API server does not say.
    pub kubernetes: String,
    pub nodes: Seen<Node>,
    pub namespaces: Seen<Namespace>,
    pub classes: Seen<StorageClass>,
    pub claims: Seen<Claim>,
    /// Deployments, StatefulSets and DaemonSets.
    pub workloads: Seen<Workload>,
    pub pods: Seen<Pod>,
    /// Warnings only.
    pub events: Seen<Event>,
    pub services: Seen<Service>,
    pub endpoints: Seen<EndpointSlice>,
    pub gateways: Seen<Gateway>,
    pub routes: Seen<VirtualService>,
    pub network_policies: Seen<NetworkPolicy>,
    pub policies: Seen<Policy>,
    pub token_rules: Seen<TokenRule>,
    pub filters: Seen<Filter>,
    pub webhooks: Seen<WebhookConfiguration>,
    pub api_services: Seen<ApiService>,
    pub definitions: Seen<Definition>,
    pub certificates: Seen<Certificate>,
    pub profiles: Seen<Profile>,
    pub pod_defaults: Seen<PodDefault>,
    pub notebooks: Seen<Notebook>,
    pub cluster_grants: Seen<Grant>,
    pub grants: Seen<Grant>,
    pub roles: Seen<Role>,
    pub quotas: Seen<Quota>,
    pub limit_ranges: Seen<LimitRange>,
    /// Password objects.
    pub logins: Seen<Login>,
    pub config_maps: BTreeMap<Name, Look<BTreeMap<String, String>>>,
    pub secrets: BTreeMap<Name, Look<SecretDigests>>,
    /// What Dex is configured with; `Missing` without a ConfigMap.
    pub dex: Look<DexSetup>,
}

impl Cluster {
    /// Looks at everything as this person. Only an unreachable API server is an error.
    pub async fn snapshot_as(&self, actor: &Actor, now: Timestamp) -> Result<Snapshot, Error> {
        let client = self.client_of(actor)?;
        let version = client.apiserver_version().await;
        let kubernetes = match version {
            Ok(version) => version.git_version,
            // Whoever may not ask for the version may still list.
            Err(kube::Error::Api(_)) => String::new(),
            Err(error) => {
                return Err(Error::Unreachable {
                    why: error.to_string(),
                });
            }
        };
        let source = Source::cluster(&client);
        Ok(Snapshot::read(&source, kubernetes, now).await)
    }
}

impl Snapshot {
    /// Rendered manifests as if they were in a cluster.
    #[cfg(test)]
    pub(crate) async fn of_manifests(text: &str, kubernetes: &str, now: Timestamp) -> Self {
        let objects: Vec<DynamicObject> = text
            .split("\n---\n")
            .filter_map(|document| {
                let value: serde_json::Value = serde_saphyr::from_str(document).ok()?;
                serde_json::from_value(value).ok()
            })
            .collect();
        Self::read(&Source::Objects(&objects), kubernetes.to_owned(), now).await
    }

    #[expect(clippy::too_many_lines, reason = "one line per kind")]
    async fn read(source: &Source<'_>, kubernetes: String, taken_at: Timestamp) -> Self {
        // In groups: each future of a `join!` lives in the frame of its caller.
        let (deployments, stateful, daemons) = tokio::join!(
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
        );
        let workloads = together([
            map(deployments, |one: workloads::Deployment| one.0),
            map(stateful, |one: workloads::StatefulSet| one.0),
            map(daemons, |one: workloads::DaemonSet| one.0),
        ]);
        let (mutating, validating) = tokio::join!(Box::pin(source.list()), Box::pin(source.list()));
        let webhooks = together([
            map(mutating, |one: admission::Mutating| one.0),
            map(validating, |one: admission::Validating| one.0),
        ]);
        let (cluster_grants, grants) =
            tokio::join!(Box::pin(source.list()), Box::pin(source.list()));
        let (nodes, namespaces, classes, claims, pods, events, services, endpoints) = tokio::join!(
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
        );
        let (gateways, routes, network_policies, policies, token_rules, filters, api_services) = tokio::join!(
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
        );
        let (definitions, certificates, profiles, pod_defaults, notebooks) = tokio::join!(
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
        );
        let (roles, quotas, limit_ranges, logins) = tokio::join!(
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
            Box::pin(source.list()),
        );
        let named = Named::read(source, workloads.visible(), &webhooks, &certificates).await;
        Self {
            taken_at,
            kubernetes,
            nodes,
            namespaces,
            classes,
            claims,
            workloads,
            pods,
            events,
            services,
            endpoints,
            gateways,
            routes,
            network_policies,
            policies,
            token_rules,
            filters,
            webhooks,
            api_services,
            definitions,
            certificates,
            profiles,
            pod_defaults,
            notebooks,
            cluster_grants: map(cluster_grants, |one: people::ClusterGrant| one.0),
            grants: map(grants, |one: people::NamespacedGrant| one.0),
            roles,
            quotas,
            limit_ranges,
            logins,
            config_maps: named.config_maps,
            secrets: named.secrets,
            dex: named.dex,
        }
    }
}

/// What is got by name, once it is known which names matter here.
struct Named {
    config_maps: BTreeMap<Name, Look<BTreeMap<String, String>>>,
    secrets: BTreeMap<Name, Look<SecretDigests>>,
    dex: Look<DexSetup>,
}

/// Each of these, as many at once as the source allows.
async fn every(
    source: &Source<'_>,
    kind: Kind,
    names: BTreeSet<Name>,
) -> BTreeMap<Name, Look<DynamicObject>> {
    let looks = names.into_iter().map(async |name| {
        let look = source.get(kind, &name).await;
        (name, look)
    });
    join_all(looks).await.into_iter().collect()
}

impl Named {
    async fn read(
        source: &Source<'_>,
        workloads: &[Workload],
        webhooks: &Seen<WebhookConfiguration>,
        certificates: &Seen<Certificate>,
    ) -> Self {
        let mut wanted = named::wanted_secrets(workloads);
        wanted.extend(issuing_secrets(webhooks, certificates));
        let (config_maps, secrets) = tokio::join!(
            every(source, CONFIG_MAP, named::wanted_config_maps(workloads)),
            every(source, SECRET, wanted),
        );
        let dex = dex_setup(workloads, &config_maps, &secrets);
        Self {
            config_maps: config_maps
                .into_iter()
                .map(|(name, look)| (name, of_look(look, |one| named::texts_of(&one))))
                .collect(),
            secrets: secrets
                .into_iter()
                .map(|(name, look)| (name, of_look(look, |one| named::digests(&one))))
                .collect(),
            dex,
        }
    }
}

/// Secrets of those certificates whose authority is put into webhook configurations.
fn issuing_secrets(
    webhooks: &Seen<WebhookConfiguration>,
    certificates: &Seen<Certificate>,
) -> BTreeSet<Name> {
    let injected = webhooks
        .visible()
        .iter()
        .filter_map(|one| one.meta.annotation("cert-manager.io/inject-ca-from"));
    injected
        .filter_map(|path| {
            let certificate = certificates
                .visible()
                .iter()
                .find(|one| one.meta.path() == path)?;
            Some((
                certificate.meta.namespace.clone(),
                certificate.secret.clone(),
            ))
        })
        .collect()
}

fn dex_setup(
    workloads: &[Workload],
    config_maps: &BTreeMap<Name, Look<DynamicObject>>,
    secrets: &BTreeMap<Name, Look<DynamicObject>>,
) -> Look<DexSetup> {
    let Some(dex) = workloads.iter().find(|one| named::is_dex(one)) else {
        return Look::Missing;
    };
    let of_dex = |(namespace, name): &&Name, referenced: &BTreeSet<String>| {
        *namespace == dex.meta.namespace && referenced.contains(name)
    };
    let hashes: Vec<DynamicObject> = secrets
        .iter()
        .filter(|(name, _)| of_dex(name, &dex.secrets))
        .filter_map(|(_, look)| match look {
            Look::Found(secret) => Some(secret.clone()),
            Look::Missing | Look::Forbidden | Look::Unreadable(_) => None,
        })
        .collect();
    let mut looks = config_maps
        .iter()
        .filter(|(name, _)| of_dex(name, &dex.config_maps))
        .map(|(_, look)| look);
    looks.next().map_or(Look::Missing, |look| {
        of_look(look.clone(), |map| DexSetup::of(&map, &hashes))
    })
}

fn of_look<A, B>(look: Look<A>, convert: impl FnOnce(A) -> B) -> Look<B> {
    match look {
        Look::Found(value) => Look::Found(convert(value)),
        Look::Missing => Look::Missing,
        Look::Forbidden => Look::Forbidden,
        Look::Unreadable(why) => Look::Unreadable(why),
    }
}

fn map<A, B>(seen: Seen<A>, convert: impl Fn(A) -> B) -> Seen<B> {
    Seen {
        kind: seen.kind,
        state: match seen.state {
            State::All(items) => State::All(items.into_iter().map(convert).collect()),
            State::Absent => State::Absent,
            State::Forbidden => State::Forbidden,
            State::Unreadable(why) => State::Unreadable(why),
        },
    }
}

/// Several lists as one. What could not be seen of one cannot be seen of the whole.
fn together<T, const N: usize>(lists: [Seen<T>; N]) -> Seen<T> {
    let mut whole = Seen {
        kind: String::new(),
        state: State::All(Vec::new()),
    };
    for list in lists {
        whole.kind.clone_from(&list.kind);
        match (&mut whole.state, list.state) {
            (State::All(all), State::All(items)) => all.extend(items),
            (state, unseen) => {
                *state = unseen;
                break;
            }
        }
    }
    whole
}
