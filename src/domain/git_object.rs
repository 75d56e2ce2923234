//! Objects that a step changes while somebody else keeps them in step with Git or a chart.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Conflict, Manager, Operation, StepRecord};

/// One such object, and what has to be committed for the change to stay. Secrets are withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitObject {
    pub manager: Manager,
    /// `Profile ana`, `ConfigMap auth/dex`.
    pub object: String,
    /// Names under which the tool writes fields: its conflicts are part of the same decision.
    pub writes_as: Vec<String>,
    pub commit: Commit,
}

/// What has to be done in the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Commit {
    /// A patch of the object, as YAML; lines that are `null` go.
    Patch(String),
    /// The object has to go from there too.
    Remove,
}

impl Manager {
    /// As it is written in one word.
    pub fn key(self) -> &'static str {
        match self {
            Self::ArgoCd => "argo-cd",
            Self::Flux => "flux",
            Self::Helm => "helm",
            Self::Juju => "juju",
        }
    }

    /// When the tool undoes a change that was not made in its own place.
    pub fn takes_back(self) -> &'static str {
        match self {
            Self::ArgoCd => {
                "Argo CD puts back what Git says: at once where self-healing is on, else at the next sync."
            }
            Self::Flux => "Flux puts back what Git says at its next reconciliation.",
            Self::Helm => {
                "Helm keeps this object: the next upgrade of the release writes what the chart says."
            }
            Self::Juju => "Juju keeps this object: its charm may write it again at any event.",
        }
    }
}

impl Operation {
    /// Every conflict that the person must take over before it may start. Those with a tool that keeps the object in
    /// Git are decided together with that.
    pub fn conflicts(&self) -> Vec<&Conflict> {
        let is_the_tools = |step: &StepRecord, conflict: &Conflict| {
            let mut names = step.git.iter().flat_map(|object| &object.writes_as);
            names.any(|name| *name == conflict.manager)
        };
        let mut all = Vec::new();
        for step in &self.steps {
            let of_people = step.conflicts.iter();
            all.extend(of_people.filter(|conflict| !is_the_tools(step, conflict)));
        }
        all
    }

    /// The tools that will put back what this operation changes.
    pub fn git_managers(&self) -> BTreeSet<Manager> {
        let objects = self.steps.iter().flat_map(|step| &step.git);
        objects.map(|object| object.manager).collect()
    }
}
