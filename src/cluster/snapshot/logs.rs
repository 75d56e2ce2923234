//! The last words of a container that ended. Read when somebody looks, as that person, and kept nowhere.

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::LogParams;

use super::item::Meta;
use crate::cluster::error::Attempt;
use crate::cluster::kinds::{Kind, core};
use crate::cluster::{Cluster, Error};
use crate::domain::Actor;

const LOG: Kind = core("Pod", "pods/log");
const LINES: i64 = 10;
const MOST_BYTES: i64 = 8192;

impl Cluster {
    /// The end of the log of a container's run before this one.
    pub async fn last_words(
        &self,
        actor: &Actor,
        pod: &Meta,
        container: &str,
    ) -> Result<String, Error> {
        let pods: Api<Pod> = Api::namespaced(self.client_of(actor)?, &pod.namespace);
        let params = LogParams {
            container: Some(container.to_owned()),
            previous: true,
            tail_lines: Some(LINES),
            limit_bytes: Some(MOST_BYTES),
            ..LogParams::default()
        };
        let attempt = Attempt {
            verb: "get",
            kind: LOG,
            namespace: Some(&pod.namespace),
            name: &pod.name,
        };
        let log = pods.logs(&pod.name, &params).await;
        log.map_err(|error| Error::of(&attempt, error))
    }
}
