//! Quota admission: what an object would use, against every ResourceQuota of its namespace.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::kinds::Kind;
use super::objects::{Collection, Objects};
use crate::domain::Quantity;

pub(crate) type Amounts = BTreeMap<String, Quantity>;

/// Why the object may not be created, in the words of the admission plugin.
pub(crate) fn refusal(objects: &Objects, kind: &Kind, object: &Value) -> Option<String> {
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
    let wanted = usage(kind, object);
    let used = LazyCell::new(|| used(objects, namespace));
    for quota in objects.all(&Collection::new("", "resourcequotas"), namespace) {
        let name = quota["metadata"]["name"].as_str().unwrap_or_default();
        let hard = amounts(&quota["spec"]["hard"]);
        if kind.kind == "Pod"
            && let Some(missing) = missing(&hard, object)
        {
            return Some(format!("failed quota: {name}: must specify {missing}"));
        }
        if let Some(exceeded) = exceeded(&hard, &wanted, &used) {
            return Some(format!("exceeded quota: {name}, {exceeded}"));
        }
    }
    None
}

/// Requests and limits that every container must name because the quota counts them.
fn missing(hard: &Amounts, pod: &Value) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for resource in hard.keys() {
        let (half, name) = match resource.split_once('.') {
            Some((half @ ("requests" | "limits"), name)) => (half, name),
            _ => ("requests", resource.as_str()),
        };
        if !["cpu", "memory"].contains(&name) {
            continue;
        }
        let lacking: Vec<&str> = containers(pod)
            .filter(|container| container["resources"][half][name].is_null())
            .filter_map(|container| container["name"].as_str())
            .collect();
        if !lacking.is_empty() {
            lines.push(format!("{resource} for: {}", lacking.join(",")));
        }
    }
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// `used` is counted when something that the quota is about is wanted, once for all quotas.
fn exceeded(
    hard: &Amounts,
    wanted: &Amounts,
    used: &LazyCell<Amounts, impl FnOnce() -> Amounts>,
) -> Option<String> {
    let amount =
        |map: &Amounts, resource: &str| map.get(resource).copied().unwrap_or(Quantity::ZERO);
    let over: Vec<&String> = hard
        .iter()
        .filter(|(resource, limit)| {
            let more = amount(wanted, resource);
            !more.is_zero() && amount(used, resource) + more > **limit
        })
        .map(|(resource, _)| resource)
        .collect();
    if over.is_empty() {
        return None;
    }
    let list = |of: &dyn Fn(&str) -> Quantity| {
        let parts: Vec<String> = over
            .iter()
            .map(|resource| format!("{resource}={}", of(resource)))
            .collect();
        parts.join(",")
    };
    Some(format!(
        "requested: {}, used: {}, limited: {}",
        list(&|resource| amount(wanted, resource)),
        list(&|resource| amount(used, resource)),
        list(&|resource| amount(hard, resource)),
    ))
}

/// What a whole namespace uses, counted afresh.
pub(crate) fn used(objects: &Objects, namespace: &str) -> Amounts {
    let mut total = Amounts::new();
    for collection in objects.collections() {
        for object in objects.all(&collection, namespace) {
            add(&mut total, &of_collection(&collection, &object));
        }
    }
    total
}

fn usage(kind: &Kind, object: &Value) -> Amounts {
    of_collection(&Collection::new(&kind.group, &kind.plural), object)
}

fn of_collection(collection: &Collection, object: &Value) -> Amounts {
    let one = Quantity::whole(1);
    let mut all = Amounts::new();
    let counted = if collection.group.is_empty() {
        format!("count/{}", collection.plural)
    } else {
        format!("count/{}.{}", collection.plural, collection.group)
    };
    all.insert(counted, one);
    if !collection.group.is_empty() {
        return all;
    }
    match collection.plural.as_str() {
        "pods" if !is_finished(object) => pod(object, &mut all),
        "persistentvolumeclaims" => claim(object, &mut all),
        "configmaps" | "secrets" | "services" | "resourcequotas" => {
            all.insert(collection.plural.clone(), one);
        }
        _ => {}
    }
    all
}

fn is_finished(pod: &Value) -> bool {
    matches!(
        pod["status"]["phase"].as_str(),
        Some("Succeeded" | "Failed")
    )
}

/// Sum over containers, or the largest init container if that is more.
fn pod(pod: &Value, all: &mut Amounts) {
    all.insert("pods".to_owned(), Quantity::whole(1));
    for half in ["requests", "limits"] {
        let mut sum = Amounts::new();
        for container in pod["spec"]["containers"].as_array().into_iter().flatten() {
            add(&mut sum, &amounts(&container["resources"][half]));
        }
        for container in pod["spec"]["initContainers"]
            .as_array()
            .into_iter()
            .flatten()
        {
            for (resource, amount) in amounts(&container["resources"][half]) {
                let kept = sum.entry(resource).or_insert(amount);
                *kept = (*kept).max(amount);
            }
        }
        for (resource, amount) in sum {
            if half == "requests"
                && ["cpu", "memory", "ephemeral-storage"].contains(&resource.as_str())
            {
                all.insert(resource.clone(), amount);
            }
            all.insert(format!("{half}.{resource}"), amount);
        }
    }
}

fn claim(claim: &Value, all: &mut Amounts) {
    all.insert("persistentvolumeclaims".to_owned(), Quantity::whole(1));
    let size = amounts(&claim["spec"]["resources"]["requests"]).remove("storage");
    let size = size.unwrap_or(Quantity::ZERO);
    all.insert("requests.storage".to_owned(), size);
    if let Some(class) = claim["spec"]["storageClassName"].as_str() {
        let of_class = format!("{class}.storageclass.storage.k8s.io");
        all.insert(format!("{of_class}/requests.storage"), size);
        all.insert(
            format!("{of_class}/persistentvolumeclaims"),
            Quantity::whole(1),
        );
    }
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers"]
        .into_iter()
        .flat_map(|list| pod["spec"][list].as_array().into_iter().flatten())
}

fn add(total: &mut Amounts, more: &Amounts) {
    for (resource, amount) in more {
        let kept = total.entry(resource.clone()).or_insert(Quantity::ZERO);
        *kept = if kept.is_zero() {
            *amount
        } else {
            *kept + *amount
        };
    }
}

/// Amounts of a map in an object; what cannot be read counts as nothing.
pub(crate) fn amounts(map: &Value) -> Amounts {
    let pairs = map.as_object().into_iter().flatten();
    pairs
        .filter_map(|(resource, amount)| {
            Some((resource.clone(), amount_text(amount).parse().ok()?))
        })
        .collect()
}

/// An amount may be written as a text or as a number.
pub(crate) fn amount_text(amount: &Value) -> String {
    amount
        .as_str()
        .map_or_else(|| amount.to_string(), str::to_owned)
}

/// Defaults of the namespace's `LimitRanges`, put into containers that name none.
pub(crate) fn fill_in(objects: &Objects, pod: &mut Value) {
    let namespace = pod["metadata"]["namespace"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for range in objects.all(&Collection::new("", "limitranges"), &namespace) {
        let limits = range["spec"]["limits"].as_array().into_iter().flatten();
        for limit in limits.filter(|limit| limit["type"] == "Container") {
            for list in ["containers", "initContainers"] {
                for container in pod["spec"][list].as_array_mut().into_iter().flatten() {
                    fill_container(container, limit);
                }
            }
        }
    }
}

fn fill_container(container: &mut Value, limit: &Value) {
    for (half, source) in [("limits", "default"), ("requests", "defaultRequest")] {
        for (resource, amount) in limit[source].as_object().into_iter().flatten() {
            let slot = &mut container["resources"][half][resource];
            if slot.is_null() {
                *slot = amount.clone();
            }
        }
    }
}
