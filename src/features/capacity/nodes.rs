//! Nodes as capacity: which count, which pool each is of, which kind of GPU it has, what its pods take. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::snapshot::{Node, Pod};
use crate::domain::Quantity;

/// Labels by which providers and autoscalers name the pool of a node.
const POOLS: [&str; 8] = [
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "kubernetes.azure.com/agentpool",
    "karpenter.sh/nodepool",
    "doks.digitalocean.com/node-pool",
    "machine.openshift.io/machine-set",
    "node.kubernetes.io/pool",
];
/// Labels by which device plugins and providers name the product.
const PRODUCTS: [&str; 5] = [
    "nvidia.com/gpu.product",
    "amd.com/gpu.product-name",
    "gpu.intel.com/product",
    "cloud.google.com/gke-accelerator",
    "k8s.amazonaws.com/accelerator",
];

pub(super) type Amounts = BTreeMap<String, Quantity>;

/// Whatever a device plugin brings: neither counted by Kubernetes itself nor a part of the memory.
pub(super) fn is_device(resource: &str) -> bool {
    resource.contains('/') && !resource.contains("kubernetes.io/")
}

/// Can pods of profiles run there? A node of the control plane or one that is not ready has nothing to give.
pub(super) fn counts(node: &Node) -> bool {
    node.is_ready() && !node.reserved
}

pub(super) fn allocatable(node: &Node) -> Amounts {
    let amounts = node.allocatable.iter();
    amounts
        .filter_map(|(name, amount)| Some((name.clone(), amount.parse().ok()?)))
        .collect()
}

pub(super) fn add(sum: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let entry = sum.entry(name.clone()).or_insert(Quantity::ZERO);
        *entry = *entry + *amount;
    }
}

/// Pods that hold something, by the node they are on. A pod counts as one of `pods` itself.
pub(super) fn taken_by_node(pods: &[Pod]) -> BTreeMap<&str, Amounts> {
    let mut taken: BTreeMap<&str, Amounts> = BTreeMap::new();
    for pod in pods
        .iter()
        .filter(|pod| !pod.is_over() && !pod.node.is_empty())
    {
        let sum = taken.entry(&pod.node).or_default();
        add(sum, &pod.requests);
        add(sum, &one_pod());
    }
    taken
}

pub(super) fn one_pod() -> Amounts {
    Amounts::from([("pods".to_owned(), Quantity::whole(1))])
}

/// Nodes that are bought and drained together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) name: String,
    pub(super) nodes: usize,
    /// Such as `1 not ready`; empty when all is well.
    pub(super) remark: String,
    pub(super) allocatable: Amounts,
    pub(super) taken: Amounts,
}

/// One product of a device, over all nodes that have it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Device {
    pub(super) resource: String,
    pub(super) product: String,
    pub(super) nodes: usize,
    pub(super) allocatable: Quantity,
    pub(super) taken: Quantity,
    /// A pod that wants several needs them on one node.
    pub(super) most_free: Quantity,
}

pub(super) fn pools(nodes: &[Node], taken: &BTreeMap<&str, Amounts>) -> Vec<Pool> {
    let mut members: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in nodes {
        members.entry(pool_of(node)).or_default().push(node);
    }
    let pool = |(name, nodes): (String, Vec<&Node>)| {
        let mut pool = Pool {
            name,
            nodes: nodes.len(),
            remark: remark(&nodes),
            allocatable: Amounts::new(),
            taken: Amounts::new(),
        };
        for node in nodes.iter().filter(|node| node.is_ready()) {
            add(&mut pool.allocatable, &allocatable(node));
            if let Some(taken) = taken.get(node.meta.name.as_str()) {
                add(&mut pool.taken, taken);
            }
        }
        pool
    };
    members.into_iter().map(pool).collect()
}

fn remark(nodes: &[&Node]) -> String {
    let count = |test: fn(&Node) -> bool| nodes.iter().filter(|node| test(node)).count();
    let parts = [
        (count(|node| !node.is_ready()), "not ready, not counted"),
        (count(|node| node.cordoned), "cordoned"),
        (count(|node| node.reserved), "kept for Kubernetes itself"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    said.join(", ")
}

/// By a label of the provider; else nodes that are alike.
fn pool_of(node: &Node) -> String {
    let label = POOLS.iter().find_map(|label| node.meta.label(label));
    let name = label.or_else(|| product_of(node));
    let plain = if node.reserved {
        "control plane"
    } else {
        "without a label of a pool"
    };
    name.unwrap_or(plain).to_owned()
}

pub(super) fn product_of(node: &Node) -> Option<&str> {
    PRODUCTS.iter().find_map(|label| node.meta.label(label))
}

pub(super) fn devices(nodes: &[Node], taken: &BTreeMap<&str, Amounts>) -> Vec<Device> {
    let mut found: BTreeMap<(String, String), Device> = BTreeMap::new();
    for node in nodes.iter().filter(|node| counts(node)) {
        let product = product_of(node).unwrap_or("unknown product");
        for (resource, there) in allocatable(node) {
            if !is_device(&resource) || there.is_zero() {
                continue;
            }
            let held = taken.get(node.meta.name.as_str());
            let held = held.and_then(|held| held.get(&resource).copied());
            let held = held.unwrap_or(Quantity::ZERO);
            let key = (resource.clone(), product.to_owned());
            let device = found.entry(key).or_insert_with(|| Device {
                resource,
                product: product.to_owned(),
                nodes: 0,
                allocatable: Quantity::ZERO,
                taken: Quantity::ZERO,
                most_free: Quantity::ZERO,
            });
            device.nodes += 1;
            device.allocatable = device.allocatable + there;
            device.taken = device.taken + held;
            if !node.cordoned {
                device.most_free = device.most_free.max(there.minus(held));
            }
        }
    }
    found.into_values().collect()
}

/// Names of the nodes that count.
pub(super) fn counted(nodes: &[Node]) -> BTreeSet<&str> {
    let nodes = nodes.iter().filter(|node| counts(node));
    nodes.map(|node| node.meta.name.as_str()).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::cluster::snapshot::{Condition, Meta};

    pub(in super::super) fn amounts(pairs: &[(&str, &str)]) -> Amounts {
        let pairs = pairs.iter();
        pairs
            .map(|(name, amount)| ((*name).to_owned(), amount.parse().unwrap()))
            .collect()
    }

    pub(in super::super) fn node(name: &str, there: &[(&str, &str)], product: &str) -> Node {
        let labels = [("nvidia.com/gpu.product".to_owned(), product.to_owned())];
        Node {
            meta: Meta {
                name: name.to_owned(),
                labels: labels.into_iter().filter(|_| !product.is_empty()).collect(),
                ..Meta::default()
            },
            conditions: vec![Condition {
                kind: "Ready".into(),
                status: "True".into(),
                ..Condition::default()
            }],
            allocatable: there
                .iter()
                .map(|(name, amount)| ((*name).to_owned(), (*amount).to_owned()))
                .collect(),
            ..Node::default()
        }
    }

    pub(in super::super) fn pod(
        (namespace, name): (&str, &str),
        node: &str,
        takes: &[(&str, &str)],
    ) -> Pod {
        Pod {
            meta: Meta {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                ..Meta::default()
            },
            phase: "Running".into(),
            node: node.to_owned(),
            requests: amounts(takes),
            ..Pod::default()
        }
    }

    #[test]
    fn gpus_are_told_apart_by_product_and_the_most_free_on_one_node_is_known() {
        let gpu = "nvidia.com/gpu";
        let nodes = [
            node("a", &[(gpu, "8"), ("cpu", "64")], "A100"),
            node("b", &[(gpu, "8")], "A100"),
            node("c", &[(gpu, "4")], "T4"),
        ];
        let pods = [
            pod(("ana", "x"), "a", &[(gpu, "6")]),
            pod(("ana", "y"), "b", &[(gpu, "3")]),
            pod(("ana", "z"), "", &[(gpu, "3")]),
        ];
        let found = devices(&nodes, &taken_by_node(&pods));
        let told: Vec<String> = found
            .iter()
            .map(|one| {
                let (there, held, free) = (one.allocatable, one.taken, one.most_free);
                format!("{} {} {there} {held} {free}", one.product, one.nodes)
            })
            .collect();
        assert_eq!(told, ["A100 2 16 9 5", "T4 1 4 0 4"]);
    }

    #[test]
    fn a_node_that_is_not_ready_is_in_its_pool_and_gives_nothing() {
        let mut down = node("down", &[("cpu", "8")], "");
        down.conditions.clear();
        let nodes = [node("up", &[("cpu", "8")], ""), down];
        let pools = pools(&nodes, &BTreeMap::new());
        assert_eq!((pools.len(), pools[0].nodes), (1, 2));
        assert_eq!(pools[0].allocatable, amounts(&[("cpu", "8")]));
        assert_eq!(pools[0].remark, "1 not ready, not counted");
        assert_eq!(counted(&nodes), BTreeSet::from(["up"]));
    }
}
