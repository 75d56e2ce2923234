//! How this installation lets people through Istio, from where its own programs are told.
//!
//! KFAM and the profile controller take header, prefix and principals from a ConfigMap whose name ends in a hash, so
//! it is found through the Deployment that refers to it.

use std::collections::BTreeMap;

use kube::api::DynamicObject;
use serde_json::Value;

use super::Cluster;
use super::error::Error;
use super::kinds::{CONFIG_MAP, DEPLOYMENT, KUBEFLOW_NAMESPACE, PROFILES_DEPLOYMENT};
use super::objects::Objects;
use crate::domain::{
    GATEWAY_PRINCIPAL, Gateway, GatewaySource, PIPELINES_PRINCIPAL, ProfileName, USER_HEADER,
};

/// Where a setting of a container comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Setting {
    Value(String),
    /// Name and key of a ConfigMap.
    Key(String, String),
}

/// What the Deployment says about the settings of its containers.
#[derive(Debug, Default, PartialEq, Eq)]
struct References {
    maps: Vec<String>,
    settings: BTreeMap<String, Setting>,
    /// Up to 1.7 the policies name no principals.
    names_principals: Principals,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Principals {
    #[default]
    Named,
    NotYet,
}

impl Cluster {
    /// What a policy in this profile has to say. Two requests; when they are not answered, the policy that the
    /// controller wrote for the owner tells it, and at last what Kubeflow ships.
    pub async fn gateway(&self, profile: &ProfileName) -> Gateway {
        self.gateway_of(self.configured_gateway().await, profile)
    }

    /// The same, with what was configured read before.
    pub(super) fn gateway_of(
        &self,
        configured: Result<Option<Gateway>, Error>,
        profile: &ProfileName,
    ) -> Gateway {
        match configured {
            Ok(Some(gateway)) => return gateway,
            Ok(None) => {}
            Err(error) => tracing::info!(%error, "cluster.profiles-config-not-read"),
        }
        self.owner_passages(profile)
            .and_then(|(owner, passages)| Gateway::of_owner(&passages, &owner))
            .unwrap_or_else(Gateway::shipped)
    }

    pub(super) async fn configured_gateway(&self) -> Result<Option<Gateway>, Error> {
        let client = &self.inner.client;
        let deployments = Objects::within(client, DEPLOYMENT, KUBEFLOW_NAMESPACE);
        let Some(deployment) = deployments.find(PROFILES_DEPLOYMENT).await? else {
            return Ok(None);
        };
        let references = references(&deployment);
        let mut maps = BTreeMap::new();
        for name in references.map_names() {
            let found = Objects::within(client, CONFIG_MAP, KUBEFLOW_NAMESPACE)
                .find(&name)
                .await?;
            let data = found
                .map(|map| map.data["data"].clone())
                .unwrap_or_default();
            maps.insert(name, data);
        }
        Ok(gateway(&references, &maps))
    }
}

impl References {
    fn map_names(&self) -> Vec<String> {
        let keys = self.settings.values().filter_map(|setting| match setting {
            Setting::Key(map, _) => Some(map.clone()),
            Setting::Value(_) => None,
        });
        let mut names: Vec<String> = self.maps.iter().cloned().chain(keys).collect();
        names.sort();
        names.dedup();
        names
    }
}

fn references(deployment: &DynamicObject) -> References {
    let mut found = References::default();
    let containers = &deployment.data["spec"]["template"]["spec"]["containers"];
    for container in containers.as_array().into_iter().flatten() {
        let image = container["image"].as_str().unwrap_or_default();
        if image.ends_with(":v1.6") || [":v1.6.", ":v1.7."].iter().any(|tag| image.contains(tag)) {
            found.names_principals = Principals::NotYet;
        }
        for from in container["envFrom"].as_array().into_iter().flatten() {
            found
                .maps
                .extend(from["configMapRef"]["name"].as_str().map(str::to_owned));
        }
        for variable in container["env"].as_array().into_iter().flatten() {
            let Some(name) = variable["name"].as_str() else {
                continue;
            };
            let reference = &variable["valueFrom"]["configMapKeyRef"];
            let setting = match (reference["name"].as_str(), reference["key"].as_str()) {
                (Some(map), Some(key)) => Setting::Key(map.to_owned(), key.to_owned()),
                _ => Setting::Value(variable["value"].as_str().unwrap_or_default().to_owned()),
            };
            found.settings.insert(name.to_owned(), setting);
        }
    }
    found
}

/// `None` when nothing that was found names the header: then it is not this that the programs go by.
fn gateway(references: &References, maps: &BTreeMap<String, Value>) -> Option<Gateway> {
    let of_map = |map: &str, key: &str| Some(maps.get(map)?[key].as_str()?.to_owned());
    let setting = |name: &str| match references.settings.get(name) {
        Some(Setting::Value(value)) => Some(value.clone()),
        Some(Setting::Key(map, key)) => of_map(map, key),
        None => references.maps.iter().find_map(|map| of_map(map, name)),
    };
    let header = setting("USERID_HEADER")?;
    let principal = |name: &str, shipped: &str| {
        setting(name)
            .filter(|value| !value.is_empty())
            .unwrap_or_else(|| shipped.to_owned())
    };
    let principals = match references.names_principals {
        Principals::NotYet => Vec::new(),
        Principals::Named => vec![
            principal("ISTIO_INGRESS_GATEWAY_PRINCIPAL", GATEWAY_PRINCIPAL),
            principal("KFP_UI_PRINCIPAL", PIPELINES_PRINCIPAL),
        ],
    };
    Some(Gateway {
        header: if header.is_empty() {
            USER_HEADER.to_owned()
        } else {
            header
        },
        prefix: setting("USERID_PREFIX").unwrap_or_default(),
        principals,
        source: GatewaySource::ProfilesConfig,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(image: &str, env: &Value) -> DynamicObject {
        serde_json::from_value(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "profiles-deployment"},
            "spec": {"template": {"spec": {"containers": [
                {"name": "manager", "image": image, "envFrom": [{"configMapRef": {"name": "profiles-config-5h9m86f79f"}}], "env": env},
            ]}}},
        }))
        .unwrap()
    }

    fn maps(data: Value) -> BTreeMap<String, Value> {
        [("profiles-config-5h9m86f79f".to_owned(), data)].into()
    }

    #[test]
    fn header_prefix_and_principals_are_those_of_the_config_map() {
        let found = references(&deployment("x/profile-controller:v1.10.0", &json!([])));
        assert_eq!(found.map_names(), ["profiles-config-5h9m86f79f"]);
        let data = json!({
            "USERID_HEADER": "x-user", "USERID_PREFIX": "accounts:",
            "ISTIO_INGRESS_GATEWAY_PRINCIPAL": "cluster.local/ns/gw/sa/gw",
        });
        assert_eq!(
            gateway(&found, &maps(data)),
            Some(Gateway {
                header: "x-user".to_owned(),
                prefix: "accounts:".to_owned(),
                principals: vec![
                    "cluster.local/ns/gw/sa/gw".to_owned(),
                    PIPELINES_PRINCIPAL.to_owned()
                ],
                source: GatewaySource::ProfilesConfig,
            })
        );
    }

    #[test]
    fn a_variable_of_the_container_wins_and_old_releases_name_no_principals() {
        let env = json!([
            {"name": "USERID_PREFIX", "value": "p:"},
            {"name": "USERID_HEADER", "valueFrom": {"configMapKeyRef": {"name": "other", "key": "header"}}},
        ]);
        let found = references(&deployment("x/profile-controller:v1.7.0", &env));
        let mut all = maps(json!({"USERID_HEADER": "ignored"}));
        all.insert("other".to_owned(), json!({"header": "h"}));
        let gateway = gateway(&found, &all).unwrap();
        assert_eq!(
            (gateway.header.as_str(), gateway.prefix.as_str()),
            ("h", "p:")
        );
        assert!(gateway.principals.is_empty());
    }

    #[test]
    fn without_a_header_nothing_is_known() {
        let found = references(&deployment("x", &json!([])));
        assert_eq!(gateway(&found, &maps(json!({}))), None);
    }
}
