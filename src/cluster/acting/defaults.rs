//! Our LimitRange in a profile, which gives resources to containers that state none.

use kube::api::DynamicObject;
use serde_json::{Map, Value, json};

use super::{Acting, Applied, changed};
use crate::cluster::error::Error;
use crate::cluster::kinds::{DEFAULTS_NAME, LIMIT_RANGE};
use crate::cluster::objects::{Mode, Objects, Others, without_server_fields};
use crate::domain::{Change, ContainerDefaults, ProfileName, Quantity};

/// What gives containers in a namespace their defaults now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultsFound {
    None,
    Ours(ContainerDefaults),
    /// `LimitRange`s of others that set defaults for containers.
    Others(Vec<String>),
}

/// Lines of a LimitRange, in our order: part and resource.
const LINES: [(&str, &str); 4] = [
    ("defaultRequest", "cpu"),
    ("default", "cpu"),
    ("defaultRequest", "memory"),
    ("default", "memory"),
];

fn amounts(defaults: &ContainerDefaults) -> [Option<Quantity>; 4] {
    [
        defaults.cpu_request,
        defaults.cpu_limit,
        defaults.memory_request,
        defaults.memory_limit,
    ]
}

fn of_container(object: &DynamicObject) -> Option<ContainerDefaults> {
    let limits = object.data["spec"]["limits"].as_array()?;
    let limit = limits.iter().find(|limit| limit["type"] == "Container")?;
    let line = |part: &str, name: &str| limit[part][name].as_str()?.parse().ok();
    let [cpu_request, cpu_limit, memory_request, memory_limit] =
        LINES.map(|(part, name)| line(part, name));
    Some(ContainerDefaults {
        cpu_request,
        cpu_limit,
        memory_request,
        memory_limit,
    })
}

impl Acting {
    fn limit_ranges<'n>(&self, profile: &'n ProfileName) -> Objects<'n> {
        self.within(LIMIT_RANGE, profile.as_str())
    }

    pub async fn container_defaults(&self, profile: &ProfileName) -> Result<DefaultsFound, Error> {
        let all = self.limit_ranges(profile).list().await?;
        let named =
            |object: &&DynamicObject| object.metadata.name.as_deref() == Some(DEFAULTS_NAME);
        if let Some(ours) = all.iter().find(named) {
            return Ok(DefaultsFound::Ours(of_container(ours).unwrap_or_default()));
        }
        let others: Vec<String> = all
            .iter()
            .filter(|object| of_container(object).is_some_and(|defaults| !defaults.is_empty()))
            .filter_map(|object| object.metadata.name.clone())
            .collect();
        Ok(if others.is_empty() {
            DefaultsFound::None
        } else {
            DefaultsFound::Others(others)
        })
    }

    /// Server-side apply of our own object; nobody else's LimitRange is touched.
    pub async fn set_container_defaults(
        &self,
        profile: &ProfileName,
        defaults: &ContainerDefaults,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let ranges = self.limit_ranges(profile);
        let found = ranges.find(DEFAULTS_NAME).await?;
        let before = found.as_ref().and_then(of_container).unwrap_or_default();
        let mut limit = Map::new();
        limit.insert("type".to_owned(), json!("Container"));
        for ((part, name), amount) in LINES.iter().zip(amounts(defaults)) {
            if let Some(amount) = amount {
                let lines = limit.entry(*part).or_insert_with(|| json!({}));
                lines[*name] = json!(amount);
            }
        }
        let object = json!({
            "apiVersion": LIMIT_RANGE.api_version(),
            "kind": LIMIT_RANGE.kind,
            "metadata": {
                "name": DEFAULTS_NAME,
                "namespace": profile.as_str(),
                "labels": { "app.kubernetes.io/managed-by": "kubeflow-admin" },
            },
            "spec": { "limits": [limit] },
        });
        ranges
            .apply(DEFAULTS_NAME, &object, Others::TakeOver, mode)
            .await?;
        Ok(Applied {
            before: found.as_ref().map(without_server_fields),
            changes: changes(profile, &before, defaults),
            ..Applied::default()
        })
    }

    /// Puts the LimitRange back, or takes ours away again.
    pub async fn restore_container_defaults(
        &self,
        profile: &ProfileName,
        before: Option<&Value>,
    ) -> Result<(), Error> {
        let ranges = self.limit_ranges(profile);
        let Some(found) = ranges.find(DEFAULTS_NAME).await? else {
            return Ok(());
        };
        let Some(before) = before else {
            return ranges.delete(&found, Mode::Apply).await;
        };
        let patch = json!({
            "metadata": { "resourceVersion": found.metadata.resource_version },
            "spec": before["spec"],
        });
        let done = ranges.merge(DEFAULTS_NAME, &patch, Mode::Apply);
        done.await.map(drop)
    }
}

fn changes(
    profile: &ProfileName,
    before: &ContainerDefaults,
    after: &ContainerDefaults,
) -> Vec<Change> {
    let text = |amount: Option<Quantity>| amount.map(|amount| amount.to_string());
    let lines = LINES
        .iter()
        .zip(amounts(before).into_iter().zip(amounts(after)));
    lines
        .filter(|(_, (before, after))| before != after)
        .map(|((part, name), (before, after))| {
            changed(
                format!("LimitRange {profile}/{DEFAULTS_NAME}: {part}.{name}"),
                text(before).as_deref(),
                text(after).as_deref(),
            )
        })
        .collect()
}
