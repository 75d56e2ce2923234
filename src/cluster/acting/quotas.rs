//! `spec.resourceQuotaSpec.hard` of a profile, line by line, with respect for who owns which line.

use std::collections::BTreeSet;

use kube::api::DynamicObject;
use serde_json::{Map, Value, json};

use super::{Acting, Applied, QuotaChange};
use crate::cluster::applied;
use crate::cluster::conflicts::{all_accepted, of_others, owners};
use crate::cluster::error::Error;
use crate::cluster::facts::quota;
use crate::cluster::kinds::PROFILE;
use crate::cluster::objects::{Mode, Others};
use crate::domain::{Change, Conflict, ProfileName, ResourceName};

impl Acting {
    /// Brings the lines of a quota to what is wanted. A dry run lists the lines that other managers own; for real,
    /// they are taken over only when every one of them was accepted.
    pub async fn set_quota(&self, change: &QuotaChange<'_>, mode: Mode) -> Result<Applied, Error> {
        let found = self.profiles().get(change.name.as_str()).await?;
        let before = found.data["spec"]["resourceQuotaSpec"]["hard"].clone();
        let conflicts = self.conflicts_of(&found, change).await?;
        if mode == Mode::Apply {
            all_accepted(&conflicts, change.accepted)?;
        }
        self.write_lines(&found, change, mode).await?;
        Ok(Applied {
            before: Some(json!({ "hard": before })),
            changes: changes(change, &before),
            conflicts,
            notes: self.consequences(change).await,
            ..Applied::default()
        })
    }

    /// What stops being possible when a line goes below what is used, by the quota that is in force now.
    async fn consequences(&self, change: &QuotaChange<'_>) -> Vec<String> {
        match self.cluster.quota_now(change.name).await {
            Ok(now) => change.quota.consequences(&now.used),
            Err(error) => vec![format!("What is used now could not be read: {error}")],
        }
    }

    /// Who else owns a line that would get another value, or that would go.
    async fn conflicts_of(
        &self,
        found: &DynamicObject,
        change: &QuotaChange<'_>,
    ) -> Result<Vec<Conflict>, Error> {
        let object = configuration(found, change);
        let mut all: BTreeSet<Conflict> = match self
            .profiles()
            .apply(change.name.as_str(), &object, Others::Respect, Mode::DryRun)
            .await
        {
            Ok(_) => BTreeSet::new(),
            Err(Error::FieldConflict(conflicts)) => of_others(conflicts).into_iter().collect(),
            Err(error) => return Err(error),
        };
        for name in change.remove {
            let key = format!("f:{name}");
            let field = format!(".spec.resourceQuotaSpec.hard.{name}");
            all.extend(owners(
                found,
                &["f:spec", "f:resourceQuotaSpec", "f:hard", &key],
                &field,
            ));
        }
        Ok(all.into_iter().collect())
    }

    /// Lines that go, by a merge patch on exactly the version that was read; then lines that stay or come, by
    /// server-side apply.
    async fn write_lines(
        &self,
        found: &DynamicObject,
        change: &QuotaChange<'_>,
        mode: Mode,
    ) -> Result<(), Error> {
        let name = change.name.as_str();
        let there = &found.data["spec"]["resourceQuotaSpec"]["hard"];
        let gone: Map<String, Value> = change
            .remove
            .iter()
            .filter(|resource| there.get(resource.as_str()).is_some())
            .map(|resource| (resource.to_string(), Value::Null))
            .collect();
        if !gone.is_empty() {
            let patch = json!({
                "metadata": { "resourceVersion": found.metadata.resource_version },
                "spec": { "resourceQuotaSpec": { "hard": gone } },
            });
            self.profiles().merge(name, &patch, mode).await?;
        }
        if !change.quota.is_empty() {
            self.profiles()
                .apply(name, &configuration(found, change), Others::TakeOver, mode)
                .await?;
        }
        Ok(())
    }

    /// Puts the lines back as they were, whoever changed them since.
    pub async fn restore_quota(&self, name: &ProfileName, before: &Value) -> Result<(), Error> {
        let found = self.profiles().get(name.as_str()).await?;
        let mut lines = before["hard"].as_object().cloned().unwrap_or_default();
        let there = found.data["spec"]["resourceQuotaSpec"]["hard"].as_object();
        for resource in there.into_iter().flat_map(Map::keys) {
            lines.entry(resource.clone()).or_insert(Value::Null);
        }
        let patch = json!({
            "metadata": { "resourceVersion": found.metadata.resource_version },
            "spec": { "resourceQuotaSpec": { "hard": lines } },
        });
        self.profiles()
            .merge(name.as_str(), &patch, Mode::Apply)
            .await
            .map(drop)
    }
}

/// Exactly the lines that are wanted, and what else we applied before, for this very object. A line whose value stays keeps its text, so that `1000m`
/// against `1` is no conflict.
fn configuration(found: &DynamicObject, change: &QuotaChange<'_>) -> Value {
    let there = &found.data["spec"]["resourceQuotaSpec"]["hard"];
    let current = quota(there);
    let line = |name: &ResourceName, amount| match current.get(name) {
        Some(same) if same == amount => there[name.as_str()].clone(),
        Some(_) | None => Value::String(amount.to_string()),
    };
    let hard: Map<String, Value> = change
        .quota
        .iter()
        .map(|(name, amount)| (name.to_string(), line(name, amount)))
        .collect();
    // A profile that we made: its owner was applied by us as well, and left out it would be taken away.
    let mut object = applied::by_us(found);
    object["apiVersion"] = PROFILE.api_version().into();
    object["kind"] = PROFILE.kind.into();
    object["metadata"]["name"] = change.name.as_str().into();
    object["metadata"]["uid"] = found.metadata.uid.clone().into();
    object["spec"]["resourceQuotaSpec"]["hard"] = hard.into();
    object
}

/// Lines that differ by value.
fn changes(change: &QuotaChange<'_>, before: &Value) -> Vec<Change> {
    let current = quota(before);
    let field = |name: &ResourceName| {
        format!(
            "Profile {}: spec.resourceQuotaSpec.hard.{name}",
            change.name
        )
    };
    let mut changes: Vec<Change> = change
        .quota
        .iter()
        .filter(|(name, amount)| current.get(name) != Some(*amount))
        .map(|(name, amount)| Change {
            field: field(name),
            before: current.get(name).map(|amount| amount.to_string()),
            after: Some(amount.to_string()),
        })
        .collect();
    changes.extend(
        change
            .remove
            .iter()
            .filter(|name| current.get(name).is_some())
            .map(|name| Change {
                field: field(name),
                before: current.get(name).map(|amount| amount.to_string()),
                after: None,
            }),
    );
    changes
}
