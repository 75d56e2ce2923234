//! Where an installation keeps what Dex reads at its start, told by Deployment `dex`. Pure.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::api::DynamicObject;
use serde_json::Value;

use super::error::Error;
use super::facts::text;
use super::kinds::{CONFIG_MAP, DEX_NAME, Kind, SECRET};

/// The key under which every release of Kubeflow keeps the configuration.
const KEY: &str = "config.yaml";

/// The object and key that hold the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigPlace {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) key: String,
}

impl Default for ConfigPlace {
    /// As Kubeflow installs it.
    fn default() -> Self {
        Self {
            kind: CONFIG_MAP,
            name: DEX_NAME.to_owned(),
            key: KEY.to_owned(),
        }
    }
}

impl ConfigPlace {
    /// Follows the file that `dex serve` is given to the volume that it lies in.
    pub(crate) fn of(deployment: &DynamicObject) -> Result<Self, Error> {
        let spec = &deployment.data["spec"]["template"]["spec"];
        let refused = |why: &str| Error::Refused {
            what: format!("Deployment {DEX_NAME}"),
            why: why.to_owned(),
        };
        let container = dex_container(spec).ok_or_else(|| refused("it has no container"))?;
        let file = config_file(container).ok_or_else(|| {
            refused("its command does not say which configuration file Dex reads")
        })?;
        let (folder, base) = file.rsplit_once('/').unwrap_or(("", &file));
        let mounts = list(&container["volumeMounts"]);
        let mount = mounts.into_iter().find(|mount| {
            let path = mount["mountPath"].as_str().unwrap_or_default();
            path.trim_end_matches('/') == folder || path == file
        });
        let mount = mount.ok_or_else(|| refused("the configuration file is in no volume"))?;
        let volumes = list(&spec["volumes"]);
        let volume = volumes
            .into_iter()
            .find(|volume| volume["name"] == mount["name"])
            .ok_or_else(|| refused("the configuration file is in no volume"))?;
        let base = mount["subPath"].as_str().unwrap_or(base);
        let (kind, name, source) = match (&volume["configMap"], &volume["secret"]) {
            (Value::Object(_), _) => (CONFIG_MAP, &volume["configMap"]["name"], "configMap"),
            (_, Value::Object(_)) => (SECRET, &volume["secret"]["secretName"], "secret"),
            _ => {
                return Err(refused(
                    "the configuration is neither in a ConfigMap nor in a Secret",
                ));
            }
        };
        let items = list(&volume[source]["items"]);
        let item = items.into_iter().find(|item| item["path"] == base);
        Ok(Self {
            kind,
            name: text(name),
            key: item.map_or_else(|| base.to_owned(), |item| text(&item["key"])),
        })
    }

    /// The text, out of the object.
    pub(crate) fn text(&self, object: &DynamicObject) -> Option<String> {
        let value = object.data["data"][&self.key].as_str()?;
        if self.kind == SECRET {
            String::from_utf8(STANDARD.decode(value).ok()?).ok()
        } else {
            Some(value.to_owned())
        }
    }

    /// The text as the object holds it.
    pub(crate) fn value(&self, text: &str) -> String {
        if self.kind == SECRET {
            STANDARD.encode(text)
        } else {
            text.to_owned()
        }
    }
}

impl fmt::Display for ConfigPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.kind, self.name)
    }
}

/// The key of a Secret that becomes a variable in Dex's environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvironmentPlace {
    pub(crate) secret: String,
    pub(crate) key: String,
}

impl EnvironmentPlace {
    /// A variable of its own wins over those that come with a whole Secret. Of whole Secrets the one for passwords is
    /// meant when several are taken in; which has the key is seen when it is read.
    pub(crate) fn of(deployment: &DynamicObject, variable: &str) -> Result<Self, Error> {
        let spec = &deployment.data["spec"]["template"]["spec"];
        let refused = || Error::Refused {
            what: format!("Deployment {DEX_NAME}"),
            why: format!("the variable {variable} of its pod comes from no Secret"),
        };
        let container = dex_container(spec).ok_or_else(refused)?;
        let own = list(&container["env"])
            .into_iter()
            .find(|one| one["name"] == variable);
        if let Some(own) = own {
            let reference = &own["valueFrom"]["secretKeyRef"];
            return match (reference["name"].as_str(), reference["key"].as_str()) {
                (Some(secret), Some(key)) => Ok(Self {
                    secret: secret.to_owned(),
                    key: key.to_owned(),
                }),
                _ => Err(refused()),
            };
        }
        let whole = list(&container["envFrom"]);
        let secrets = whole
            .into_iter()
            .filter(|one| one["prefix"].as_str().unwrap_or_default().is_empty())
            .filter_map(|one| one["secretRef"]["name"].as_str());
        let secrets: Vec<&str> = secrets.collect();
        let passwords = secrets.iter().find(|name| name.contains("password"));
        let secret = passwords.or(secrets.last()).ok_or_else(refused)?;
        Ok(Self {
            secret: (*secret).to_owned(),
            key: variable.to_owned(),
        })
    }
}

fn dex_container(spec: &Value) -> Option<&Value> {
    let containers = list(&spec["containers"]);
    let named = containers.iter().find(|one| one["name"] == DEX_NAME);
    named.or(containers.first()).copied()
}

/// The last word of the command that names a file.
fn config_file(container: &Value) -> Option<String> {
    let words = list(&container["command"])
        .into_iter()
        .chain(list(&container["args"]));
    let words: Vec<&str> = words.filter_map(Value::as_str).collect();
    let mut all = words.iter().flat_map(|word| word.split_whitespace());
    all.rfind(|word| {
        [".yaml", ".yml", ".json"]
            .iter()
            .any(|ending| word.ends_with(ending))
    })
    .map(str::to_owned)
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(pod: &Value) -> DynamicObject {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "dex"}, "spec": {"template": {"spec": pod}}});
        serde_json::from_value(object).unwrap()
    }

    fn kubeflow(volume: &Value) -> DynamicObject {
        deployment(&json!({
            "containers": [{
                "name": "dex", "command": ["dex", "serve", "/etc/dex/cfg/config.yaml"],
                "envFrom": [{"secretRef": {"name": "dex-oidc-client"}}, {"secretRef": {"name": "dex-passwords"}}],
                "volumeMounts": [{"name": "config", "mountPath": "/etc/dex/cfg"}],
            }],
            "volumes": [volume],
        }))
    }

    #[test]
    fn the_configuration_is_where_the_deployment_mounts_it() {
        let items = json!([{"key": "config.yaml", "path": "config.yaml"}]);
        let map = json!({"name": "config", "configMap": {"name": "dex", "items": items}});
        assert_eq!(ConfigPlace::of(&kubeflow(&map)), Ok(ConfigPlace::default()));
        let secret = json!({"name": "config", "secret": {"secretName": "dex-config"}});
        let place = ConfigPlace::of(&kubeflow(&secret)).unwrap();
        assert_eq!(place.to_string(), "Secret dex-config");
        let object = serde_json::from_value(
            json!({"metadata": {}, "data": {"config.yaml": place.value("issuer: x\n")}}),
        );
        assert_eq!(place.text(&object.unwrap()).as_deref(), Some("issuer: x\n"));
        let nowhere = json!({"name": "config", "emptyDir": {}});
        assert!(matches!(
            ConfigPlace::of(&kubeflow(&nowhere)),
            Err(Error::Refused { .. })
        ));
    }

    #[test]
    fn a_variable_comes_from_the_secret_that_the_deployment_names() {
        let volume = json!({"name": "config", "configMap": {"name": "dex"}});
        let place = EnvironmentPlace::of(&kubeflow(&volume), "DEX_USER_PASSWORD").unwrap();
        assert_eq!(
            place,
            EnvironmentPlace {
                secret: "dex-passwords".into(),
                key: "DEX_USER_PASSWORD".into(),
            }
        );
        let own = deployment(&json!({"containers": [{"env": [
            {"name": "P", "valueFrom": {"secretKeyRef": {"name": "mine", "key": "hash"}}},
            {"name": "Q", "value": "$2a$10$x"},
        ]}]}));
        let place = EnvironmentPlace::of(&own, "P").unwrap();
        assert_eq!(
            (place.secret.as_str(), place.key.as_str()),
            ("mine", "hash")
        );
        assert!(EnvironmentPlace::of(&own, "Q").is_err());
    }
}
