//! What is in a profile's namespace, counted as the person who asks: what they may not see is said to be unknown.

use futures::future::join_all;
use kube::api::{ListParams, PartialObjectMeta};
use kube::core::DynamicObject;

use super::Acting;
use crate::cluster::error::{Attempt, Error};
use crate::cluster::kinds::{CLAIM, CONFIG_MAP, Kind, NOTEBOOK, POD, SECRET, grouped};
use crate::domain::{ProfileName, Quantity};

/// How much of something there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    Count(usize),
    /// Volumes: how many, and what they asked for together.
    Volumes(usize, Quantity),
    /// The part of Kubeflow that has such things is not installed.
    NotInstalled,
    /// Why it could not be counted.
    Unknown(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryLine {
    pub what: &'static str,
    pub amount: Amount,
    /// Names of the first few, so that somebody recognises them.
    pub names: Vec<String>,
}

impl InventoryLine {
    /// What there is, in words; `None` when the cluster does not know the kind.
    pub fn words(&self) -> Option<String> {
        let (count, text) = match &self.amount {
            Amount::NotInstalled => return None,
            Amount::Unknown(why) => return Some(format!("not known: {why}")),
            Amount::Count(count) => (*count, count.to_string()),
            Amount::Volumes(count, size) => (*count, format!("{count}, {size} together")),
        };
        let more = if count > self.names.len() { " …" } else { "" };
        let names = self.names.join(", ");
        Some(if names.is_empty() {
            "none".to_owned()
        } else {
            format!("{text} ({names}{more})")
        })
    }
}

/// What people miss when it is gone, in the order in which they miss it.
const KINDS: [(&str, Kind); 10] = [
    ("Volumes", CLAIM),
    ("Notebooks", NOTEBOOK),
    ("Pods", POD),
    (
        "Pipeline runs (workflows)",
        grouped("argoproj.io", "v1alpha1", "Workflow", "workflows"),
    ),
    (
        "Recurring runs",
        grouped(
            "kubeflow.org",
            "v1beta1",
            "ScheduledWorkflow",
            "scheduledworkflows",
        ),
    ),
    (
        "Models being served",
        grouped(
            "serving.kserve.io",
            "v1beta1",
            "InferenceService",
            "inferenceservices",
        ),
    ),
    (
        "Katib experiments",
        grouped("kubeflow.org", "v1beta1", "Experiment", "experiments"),
    ),
    (
        "Tensorboards",
        grouped(
            "tensorboard.kubeflow.org",
            "v1alpha1",
            "Tensorboard",
            "tensorboards",
        ),
    ),
    ("ConfigMaps", CONFIG_MAP),
    ("Secrets", SECRET),
];

/// Kubernetes and Istio put these into every namespace; nobody misses them.
const EVERYWHERE: [&str; 2] = ["kube-root-ca.crt", "istio-ca-root-cert"];

fn is_everywhere(object: &PartialObjectMeta<DynamicObject>) -> bool {
    let name = object.metadata.name.as_deref();
    name.is_some_and(|name| EVERYWHERE.contains(&name))
}

/// As many names as fit in a line.
const NAMED: usize = 5;
const PAGE: u32 = 500;

impl Acting {
    /// One request per kind, all at once. Of Secrets only the names are asked for.
    pub async fn inventory(&self, profile: &ProfileName) -> Vec<InventoryLine> {
        let lines = KINDS.map(async |(what, kind)| {
            let counted = if kind == CLAIM {
                self.volumes(profile).await
            } else {
                self.count(profile, kind).await
            };
            let (amount, names) = match counted {
                Ok(counted) => counted,
                Err(Error::MissingCrd { .. }) => (Amount::NotInstalled, Vec::new()),
                Err(error) => (Amount::Unknown(error.to_string()), Vec::new()),
            };
            InventoryLine {
                what,
                amount,
                names,
            }
        });
        join_all(lines).await
    }

    async fn count(
        &self,
        profile: &ProfileName,
        kind: Kind,
    ) -> Result<(Amount, Vec<String>), Error> {
        let api = kind.within(&self.client, profile.as_str());
        let (mut count, mut names) = (0, Vec::new());
        let mut params = ListParams::default().limit(PAGE);
        loop {
            let page = api.list_metadata(&params).await;
            let page = page.map_err(|error| Error::of(&attempt(profile, kind), error))?;
            let found = page.items.iter().filter(|one| !is_everywhere(one));
            count += found.clone().count();
            let room = NAMED.saturating_sub(names.len());
            names.extend(found.filter_map(|one| one.metadata.name.clone()).take(room));
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(&token),
                None => return Ok((Amount::Count(count), names)),
            }
        }
    }

    async fn volumes(&self, profile: &ProfileName) -> Result<(Amount, Vec<String>), Error> {
        let objects = self.within(CLAIM, profile.as_str());
        let all = objects.list().await?;
        let size = |claim: &DynamicObject| {
            let asked = &claim.data["spec"]["resources"]["requests"]["storage"];
            asked
                .as_str()
                .and_then(|text| text.parse::<Quantity>().ok())
        };
        let sum = all.iter().filter_map(size).sum();
        let names = all
            .iter()
            .take(NAMED)
            .map(|claim| {
                let name = claim.metadata.name.clone().unwrap_or_default();
                match size(claim) {
                    Some(size) => format!("{name} ({size})"),
                    None => name,
                }
            })
            .collect();
        Ok((Amount::Volumes(all.len(), sum), names))
    }
}

fn attempt(profile: &ProfileName, kind: Kind) -> Attempt<'_> {
    Attempt {
        verb: "list",
        kind,
        namespace: Some(profile.as_str()),
        name: "",
    }
}
