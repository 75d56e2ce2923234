//! What a pod takes from its node, as the scheduler counts it. Pure.
//!
//! Source: Kubernetes v1.34 `k8s.io/component-helpers/resource/helpers.go`, `PodRequests`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::item::{list, pairs};
use crate::domain::Quantity;

type Amounts = BTreeMap<String, Quantity>;

/// The larger of what its containers take together and of what any init container takes while it runs. Init containers
/// that stay (native sidecars) count with both; what the pod itself states replaces the sum; the runtime's own need
/// comes on top.
pub(super) fn of(spec: &Value) -> Amounts {
    let mut sum = Amounts::new();
    for container in list(&spec["containers"]) {
        add(&mut sum, &requests(container));
    }
    let (mut staying, mut starting) = (Amounts::new(), Amounts::new());
    for container in list(&spec["initContainers"]) {
        let own = requests(container);
        let mut now = staying.clone();
        add(&mut now, &own);
        if container["restartPolicy"] == "Always" {
            staying.clone_from(&now);
        }
        for (name, amount) in now {
            raise(&mut starting, name, amount);
        }
    }
    add(&mut sum, &staying);
    for (name, amount) in starting {
        raise(&mut sum, name, amount);
    }
    sum.extend(requests(spec));
    add(&mut sum, &amounts(&spec["overhead"]));
    sum
}

/// The API server fills requests in from limits when it stores a pod.
fn requests(container: &Value) -> Amounts {
    amounts(&container["resources"]["requests"])
}

fn amounts(value: &Value) -> Amounts {
    pairs(value)
        .into_iter()
        .filter_map(|(name, amount)| Some((name, amount.parse().ok()?)))
        .collect()
}

fn add(sum: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let entry = sum.entry(name.clone()).or_insert(Quantity::ZERO);
        *entry = *entry + *amount;
    }
}

fn raise(all: &mut Amounts, name: String, amount: Quantity) {
    let entry = all.entry(name).or_insert(Quantity::ZERO);
    *entry = (*entry).max(amount);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cpu(spec: &Value) -> String {
        of(spec)["cpu"].to_string()
    }

    fn takes(amount: &str) -> Value {
        json!({ "resources": { "requests": { "cpu": amount } } })
    }

    #[test]
    fn containers_add_up_and_an_init_container_counts_where_it_is_larger() {
        let two = json!({ "containers": [takes("500m"), takes("1")] });
        assert_eq!(cpu(&two), "1500m");
        let small =
            json!({ "containers": [takes("2")], "initContainers": [takes("1"), takes("1")] });
        assert_eq!(cpu(&small), "2");
        let large = json!({ "containers": [takes("2")], "initContainers": [takes("3")] });
        assert_eq!(cpu(&large), "3");
    }

    #[test]
    fn a_native_sidecar_counts_beside_everything() {
        let mut sidecar = takes("100m");
        sidecar["restartPolicy"] = "Always".into();
        let spec = json!({ "containers": [takes("1")], "initContainers": [sidecar, takes("2")] });
        assert_eq!(cpu(&spec), "2100m");
    }

    #[test]
    fn what_the_pod_states_replaces_the_sum_and_the_runtime_comes_on_top() {
        let spec = json!({
            "containers": [takes("1"), {}], "resources": { "requests": { "cpu": "3" } },
            "overhead": { "cpu": "250m", "memory": "odd" },
        });
        assert_eq!(cpu(&spec), "3250m");
        assert!(!of(&spec).contains_key("memory"));
    }
}
