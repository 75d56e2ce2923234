//! What a quota can be about in this cluster, and what was refused because of one; read as the person who asks.

use kube::api::{DynamicObject, ListParams};

use super::Acting;
use crate::cluster::error::{Attempt, Error};
use crate::cluster::kinds::{EVENT, NODE, STORAGE_CLASS};
use crate::domain::{ProfileName, Quantity, Refusal, ResourceName, refusal};

/// A line that a quota could have here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub resource: ResourceName,
    /// What all nodes together can give; `None` for storage.
    pub on_nodes: Option<Quantity>,
}

impl Acting {
    /// GPUs and other extended resources of the nodes, and one line per `StorageClass`.
    pub async fn offers(&self) -> Result<Vec<Offer>, Error> {
        let nodes = self.cluster_wide(NODE).list().await?;
        let mut offers = extended(&nodes);
        let classes = self.cluster_wide(STORAGE_CLASS).list().await?;
        let names = classes
            .iter()
            .filter_map(|class| class.metadata.name.as_deref());
        offers.extend(names.map(|name| Offer {
            resource: ResourceName::from_cluster(format!(
                "{name}.storageclass.storage.k8s.io/requests.storage"
            )),
            on_nodes: None,
        }));
        Ok(offers)
    }

    /// Pods that a quota kept from starting, by the events that are still there (an hour, by default).
    pub async fn refusals(&self, profile: &ProfileName) -> Result<Vec<Refusal>, Error> {
        let params = ListParams::default().fields("type=Warning").limit(500);
        let api = EVENT.within(&self.client, profile.as_str());
        let attempt = Attempt {
            verb: "list",
            kind: EVENT,
            namespace: Some(profile.as_str()),
            name: "",
        };
        let events = api.list(&params).await;
        let events = events.map_err(|error| Error::of(&attempt, error))?;
        let mut found: Vec<Refusal> = Vec::new();
        for event in &events.items {
            let data = &event.data;
            let who = &data["involvedObject"];
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let name = format!("{} {}", text(&who["kind"]), text(&who["name"]));
            if let Some(one) = refusal(&name, &text(&data["message"]))
                && !found.contains(&one)
            {
                found.push(one);
            }
        }
        Ok(found)
    }
}

/// Sums per resource over all nodes. What Kubernetes itself counts has no slash in its name.
fn extended(nodes: &[DynamicObject]) -> Vec<Offer> {
    let mut sums: std::collections::BTreeMap<&str, Quantity> = std::collections::BTreeMap::new();
    for node in nodes {
        let lines = node.data["status"]["allocatable"].as_object();
        for (name, amount) in lines.into_iter().flatten() {
            let amount = amount
                .as_str()
                .and_then(|text| text.parse::<Quantity>().ok());
            if let Some(amount) = amount.filter(|_| name.contains('/')) {
                let sum = sums.entry(name.as_str()).or_insert(Quantity::ZERO);
                *sum = *sum + amount;
            }
        }
    }
    sums.into_iter()
        .map(|(name, sum)| Offer {
            resource: ResourceName::from_cluster(format!("requests.{name}")),
            on_nodes: Some(sum),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn extended_resources_of_all_nodes_are_added_up() {
        let node = |gpus: &str| -> DynamicObject {
            serde_json::from_value(json!({
                "apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"},
                "status": {"allocatable": {"cpu": "8", "nvidia.com/gpu": gpus, "nvidia.com/mig-1g.5gb": "7"}},
            }))
            .unwrap()
        };
        let found: Vec<(String, String)> = extended(&[node("2"), node("4")])
            .into_iter()
            .map(|offer| {
                (
                    offer.resource.to_string(),
                    offer.on_nodes.unwrap().to_string(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("requests.nvidia.com/gpu".to_owned(), "6".to_owned()),
                ("requests.nvidia.com/mig-1g.5gb".to_owned(), "14".to_owned()),
            ]
        );
    }
}
