//! Which pods hold GPUs and other devices, for how long, and what is known of their use. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::nodes;
use crate::cluster::snapshot::{Node, Notebook, Pod};
use crate::domain::Quantity;

/// One pod and one kind of device.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) resource: String,
    pub(super) count: Quantity,
    /// Product of its node; empty while it has none.
    pub(super) product: String,
    /// Empty: it waits for a node and holds nothing yet.
    pub(super) node: String,
    pub(super) since: Option<Timestamp>,
    pub(super) notebook: Option<String>,
    /// When somebody last worked in the notebook, where its controller notes that.
    pub(super) last_activity: Option<Timestamp>,
}

/// The longest without activity first, then the oldest; whoever waits comes last.
pub(super) fn of(pods: &[Pod], nodes: &[Node], notebooks: &[Notebook]) -> Vec<Holder> {
    let products: BTreeMap<&str, &str> = nodes
        .iter()
        .map(|node| {
            let product = nodes::product_of(node).unwrap_or("unknown product");
            (node.meta.name.as_str(), product)
        })
        .collect();
    let active: BTreeMap<(&str, &str), Timestamp> = notebooks
        .iter()
        .filter_map(|one| {
            let key = (one.meta.namespace.as_str(), one.meta.name.as_str());
            Some((key, one.last_activity?))
        })
        .collect();
    let mut holders = Vec::new();
    for pod in pods.iter().filter(|pod| !pod.is_over()) {
        let notebook = pod.meta.label("notebook-name");
        for (resource, count) in &pod.requests {
            if !nodes::is_device(resource) || count.is_zero() {
                continue;
            }
            let product = products.get(pod.node.as_str()).copied();
            holders.push(Holder {
                namespace: pod.meta.namespace.clone(),
                pod: pod.meta.name.clone(),
                resource: resource.clone(),
                count: *count,
                product: product.unwrap_or_default().to_owned(),
                node: pod.node.clone(),
                since: pod.started_at.or(pod.meta.created_at),
                notebook: notebook.map(str::to_owned),
                last_activity: notebook
                    .and_then(|name| active.get(&(pod.meta.namespace.as_str(), name)).copied()),
            });
        }
    }
    holders.sort_by_key(|one| {
        let quiet = one.last_activity.unwrap_or(Timestamp::MAX);
        let since = one.since.unwrap_or(Timestamp::MAX);
        (one.node.is_empty(), quiet, since, one.pod.clone())
    });
    holders
}

#[cfg(test)]
mod tests {
    use super::super::nodes::tests::{node, pod};
    use super::*;
    use crate::cluster::snapshot::Meta;

    #[test]
    fn the_notebook_that_is_longest_unused_comes_first_and_who_waits_last() {
        let gpu = "nvidia.com/gpu";
        let nodes = [node("n", &[(gpu, "8")], "T4")];
        let mut quiet = pod(("ana", "quiet-0"), "n", &[(gpu, "1")]);
        let label = ("notebook-name".to_owned(), "quiet".to_owned());
        quiet.meta.labels.extend([label]);
        let mut done = pod(("ana", "done-0"), "n", &[(gpu, "1")]);
        done.phase = "Succeeded".into();
        let pods = [
            pod(("bob", "waits-0"), "", &[(gpu, "4")]),
            pod(("bob", "plain-0"), "n", &[("cpu", "4")]),
            pod(("bob", "job-0"), "n", &[(gpu, "2")]),
            done,
            quiet,
        ];
        let notebooks = [Notebook {
            meta: Meta {
                namespace: "ana".into(),
                name: "quiet".into(),
                ..Meta::default()
            },
            last_activity: Some(Timestamp::UNIX_EPOCH),
        }];
        let found = of(&pods, &nodes, &notebooks);
        let names: Vec<&str> = found.iter().map(|one| one.pod.as_str()).collect();
        assert_eq!(names, ["quiet-0", "job-0", "waits-0"]);
        assert_eq!(found[0].last_activity, Some(Timestamp::UNIX_EPOCH));
        assert_eq!(
            (found[1].product.as_str(), found[2].product.as_str()),
            ("T4", "")
        );
    }
}
