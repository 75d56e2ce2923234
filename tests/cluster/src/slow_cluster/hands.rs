//! STAND-INS for a node, for cert-manager, for istiod and for the programs that make themselves trusted: what they
//! would leave in the API, and nothing else. They look again and again, as often as a person would notice.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use anyhow::Result;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Node, Pod, Secret};
use kube::{
    Api, Client, ResourceExt,
    api::{
        ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams,
        PostParams,
    },
};
use kubeflow_admin::sandbox::profile_controller;
use serde_json::{Value, json};

use super::{Delays, webhooks::is_answered};

const NODE: &str = "slow-node";
const PAUSE: Duration = Duration::from_millis(400);
const HEARTBEAT: Duration = Duration::from_secs(10);
const MANAGER: &str = "stand-in";

/// cert-manager's program that fills CA bundles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cainjector {
    Ready,
    Away,
}

pub(super) struct Hands {
    client: Client,
    bundle: String,
    delays: Delays,
    /// When something was first seen that now takes its time.
    since: HashMap<String, Instant>,
    beat: Option<Instant>,
    addresses: u16,
    profiles: Option<tokio::task::JoinHandle<()>>,
}

impl Hands {
    pub(super) fn new(client: Client, bundle: String, delays: Delays) -> Self {
        Self {
            client,
            bundle,
            delays,
            since: HashMap::new(),
            beat: None,
            addresses: 1,
            profiles: None,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            if let Err(problem) = self.look().await {
                tracing::debug!(%problem, "a stand-in looks again");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn look(&mut self) -> Result<()> {
        self.keep_node().await?;
        let ready = self.pods().await?;
        let runs = |name: &str| ready.iter().any(|pod| pod.starts_with(name));
        if runs("cert-manager/cert-manager-") {
            self.certificates().await?;
        }
        if runs("istio-system/istiod-") {
            self.roots().await?;
        }
        if runs("kubeflow/profiles-deployment-") && self.profiles.is_none() {
            let delay = profile_controller::Delay::default();
            let run = profile_controller::run(self.client.clone(), delay);
            self.profiles = Some(tokio::spawn(run));
        }
        let cainjector = if runs("cert-manager/cert-manager-cainjector-") {
            Cainjector::Ready
        } else {
            Cainjector::Away
        };
        for kind in [
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        ] {
            self.bundles(kind, cainjector).await?;
        }
        Ok(())
    }

    /// Has this been so for as long as it takes?
    fn is_time(&mut self, what: String, delay: Duration) -> bool {
        self.since
            .entry(what)
            .or_insert_with(Instant::now)
            .elapsed()
            >= delay
    }

    async fn keep_node(&mut self) -> Result<()> {
        if self.beat.is_some_and(|last| last.elapsed() < HEARTBEAT) {
            return Ok(());
        }
        let nodes: Api<Node> = Api::all(self.client.clone());
        if nodes.get_opt(NODE).await?.is_none() {
            let node = serde_json::from_value(json!({"metadata": {"name": NODE}}))?;
            nodes.create(&PostParams::default(), &node).await?;
        }
        let room = json!({"cpu": "64", "memory": "256Gi", "pods": "1000"});
        let now = kubeflow_admin::clock::Clock
            .now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        let status = json!({"status": {
            "capacity": room, "allocatable": room,
            "conditions": [{"type": "Ready", "status": "True", "reason": "StandIn", "lastHeartbeatTime": now}],
        }});
        let params = PatchParams::default();
        nodes
            .patch_status(NODE, &params, &Patch::Merge(status))
            .await?;
        self.beat = Some(Instant::now());
        Ok(())
    }

    /// Brings pods up and clears away those that end; gives the ready ones, as `namespace/name`.
    async fn pods(&mut self) -> Result<BTreeSet<String>> {
        let all: Api<Pod> = Api::all(self.client.clone());
        let mut ready = BTreeSet::new();
        for pod in all.list(&ListParams::default()).await? {
            let (namespace, name) = (pod.namespace().unwrap_or_default(), pod.name_any());
            let pods: Api<Pod> = Api::namespaced(self.client.clone(), &namespace);
            let path = format!("{namespace}/{name}");
            if pod.metadata.deletion_timestamp.is_some() {
                let now = DeleteParams::default().grace_period(0);
                pods.delete(&name, &now).await?;
            } else if pod
                .status
                .as_ref()
                .is_some_and(|status| status.phase.as_deref() == Some("Running"))
            {
                ready.insert(path);
            } else if self.has_mounts(&pod).await? && self.is_time(path, self.delays.pods) {
                self.start(&pods, &pod).await?;
            }
        }
        Ok(ready)
    }

    async fn has_mounts(&self, pod: &Pod) -> Result<bool> {
        let namespace = pod.namespace().unwrap_or_default();
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &namespace);
        let maps: Api<ConfigMap> = Api::namespaced(self.client.clone(), &namespace);
        let volumes = pod
            .spec
            .iter()
            .flat_map(|spec| spec.volumes.iter().flatten());
        for volume in volumes {
            let secret = volume
                .secret
                .as_ref()
                .filter(|one| one.optional != Some(true));
            if let Some(name) = secret.and_then(|one| one.secret_name.as_deref())
                && secrets.get_metadata_opt(name).await?.is_none()
            {
                return Ok(false);
            }
            let map = volume
                .config_map
                .as_ref()
                .filter(|one| one.optional != Some(true));
            if let Some(map) = map
                && maps.get_metadata_opt(&map.name).await?.is_none()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn start(&mut self, pods: &Api<Pod>, pod: &Pod) -> Result<()> {
        let name = pod.name_any();
        let is_bound = pod
            .spec
            .as_ref()
            .is_some_and(|spec| spec.node_name.is_some());
        if !is_bound {
            let binding = json!({
                "apiVersion": "v1", "kind": "Binding", "metadata": {"name": name},
                "target": {"apiVersion": "v1", "kind": "Node", "name": NODE},
            });
            let params = PostParams::default();
            let _: Value = pods
                .create_subresource("binding", &name, &params, &binding)
                .await?;
        }
        self.addresses += 1;
        let address = format!(
            "10.128.{}.{}",
            self.addresses / 250,
            self.addresses % 250 + 1
        );
        let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
        let statuses: Vec<_> = containers
            .map(|one| json!({"name": one.name, "image": one.image, "imageID": "", "ready": true, "restartCount": 0,
                "state": {"running": {}}}))
            .collect();
        let good = |kind: &str| json!({"type": kind, "status": "True"});
        let status = json!({"status": {
            "phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "containerStatuses": statuses,
            "conditions": [good("PodScheduled"), good("Initialized"), good("ContainersReady"), good("Ready")],
        }});
        pods.patch_status(&name, &PatchParams::default(), &Patch::Merge(status))
            .await?;
        Ok(())
    }

    fn api(&self, group: &str, kind: &str, namespace: Option<&str>) -> Api<DynamicObject> {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
        match namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }

    /// As cert-manager: a Secret, then `Ready`.
    async fn certificates(&mut self) -> Result<()> {
        let all = self.api("cert-manager.io", "Certificate", None);
        for certificate in all.list(&ListParams::default()).await? {
            let (namespace, name) = (
                certificate.namespace().unwrap_or_default(),
                certificate.name_any(),
            );
            let is_new = certificate.data["status"]["conditions"].is_null();
            if !is_new
                || !self.is_time(
                    format!("certificate {namespace}/{name}"),
                    self.delays.certificates,
                )
            {
                continue;
            }
            let secret = certificate.data["spec"]["secretName"]
                .as_str()
                .unwrap_or_default();
            let text = "c3RhbmQtaW4=";
            let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": secret}, "type": "kubernetes.io/tls",
                "data": {"tls.crt": text, "tls.key": text, "ca.crt": text}});
            let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &namespace);
            secrets
                .patch(
                    secret,
                    &PatchParams::apply(MANAGER).force(),
                    &Patch::Apply(body),
                )
                .await?;
            let ready = json!({"status": {"conditions": [{"type": "Ready", "status": "True", "reason": "StandIn"}]}});
            let one = self.api("cert-manager.io", "Certificate", Some(&namespace));
            one.patch_status(&name, &PatchParams::default(), &Patch::Merge(ready))
                .await?;
        }
        Ok(())
    }

    /// As istiod: its root certificate in every namespace.
    async fn roots(&mut self) -> Result<()> {
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        for namespace in namespaces.list(&ListParams::default()).await? {
            let name = namespace.name_any();
            if self.since.contains_key(&format!("root {name}")) {
                continue;
            }
            let maps: Api<ConfigMap> = Api::namespaced(self.client.clone(), &name);
            let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio-ca-root-cert"},
                "data": {"root-cert.pem": "stand-in"}});
            maps.patch(
                "istio-ca-root-cert",
                &PatchParams::apply(MANAGER),
                &Patch::Apply(body),
            )
            .await?;
            self.since.insert(format!("root {name}"), Instant::now());
        }
        Ok(())
    }

    /// As cainjector, and as the programs that do it themselves: the CA into each webhook that is answered.
    async fn bundles(&mut self, kind: &str, cainjector: Cainjector) -> Result<()> {
        let all = self.api("admissionregistration.k8s.io", kind, None);
        for mut configuration in all.list(&ListParams::default()).await? {
            let name = configuration.name_any();
            let annotations = configuration.annotations();
            let is_injected = annotations
                .keys()
                .any(|key| key.starts_with("cert-manager.io/inject-"));
            if is_injected && cainjector == Cainjector::Away {
                continue;
            }
            let mut changed = false;
            for hook in configuration.data["webhooks"]
                .as_array_mut()
                .into_iter()
                .flatten()
            {
                let place = &mut hook["clientConfig"];
                let service = |field: &str| {
                    place["service"][field]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned()
                };
                let (namespace, service) = (service("namespace"), service("name"));
                let is_filled = place["caBundle"] == self.bundle;
                if is_filled
                    || service.is_empty()
                    || !is_answered(&self.client, &namespace, &service).await?
                {
                    continue;
                }
                if self.is_time(format!("{kind} {name}"), self.delays.bundles) {
                    place["caBundle"] = self.bundle.clone().into();
                    changed = true;
                }
            }
            if changed {
                let params = PostParams {
                    field_manager: Some(MANAGER.to_owned()),
                    ..PostParams::default()
                };
                all.replace(&name, &params, &configuration).await?;
            }
        }
        Ok(())
    }
}
