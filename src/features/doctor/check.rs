//! What a check is: what it expects, in words, and a pure function over a snapshot.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::data::releases::Release;
use super::places::Places;
use super::recognise::Recognition;
use crate::cluster::snapshot::{Gap, Look, Pod, SecretDigests, Snapshot, Workload};
use crate::domain::{Finding, Login, Severity};

/// What a check is about; the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Cluster,
    Storage,
    Components,
    Admission,
    SignIn,
    Gateway,
    Profiles,
}

impl Group {
    pub(crate) const ALL: [Self; 7] = [
        Self::Cluster,
        Self::Storage,
        Self::Components,
        Self::Admission,
        Self::SignIn,
        Self::Gateway,
        Self::Profiles,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Storage => "Storage",
            Self::Components => "Components",
            Self::Admission => "Webhooks and certificates",
            Self::SignIn => "Sign-in",
            Self::Gateway => "Gateway",
            Self::Profiles => "Profiles",
        }
    }
}

/// When a check is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Of an installation that is there.
    Installed,
    /// Of a cluster that shall take a release.
    Before,
    Both,
}

/// Why a check has nothing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Skip {
    Gap(Gap),
    /// What it is about is not in this installation.
    NotApplicable(String),
}

impl From<Gap> for Skip {
    fn from(gap: Gap) -> Self {
        Self::Gap(gap)
    }
}

/// Findings, none when all is well; or why it cannot be told.
pub(crate) type Outcome = Result<Vec<Finding>, Skip>;

/// One check. Each has a file of its own, named after its code.
pub(crate) struct Check {
    /// Stable: people silence, search and script by it.
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) group: Group,
    /// How bad a finding is, unless the check knows better.
    pub(crate) severity: Severity,
    pub(crate) stage: Stage,
    /// What it looks like when all is well.
    pub(crate) expected: &'static str,
    pub(crate) why: &'static str,
    pub(crate) repair: &'static str,
    pub(crate) run: fn(&Case<'_>) -> Outcome,
}

impl Check {
    pub(crate) fn finding(&self, object: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding::new(self.severity, object, says)
    }
}

/// What checks look at: the snapshot, and what was worked out from it once for all of them.
pub(crate) struct Case<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) places: Places,
    pub(crate) recognition: Recognition,
    /// The release that shall be installed.
    pub(crate) wanted: Option<&'static Release>,
}

impl<'a> Case<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let workloads = snapshot.workloads.visible();
        let places = Places::of(workloads);
        let recognition = Recognition::of(workloads, &places);
        Self {
            snapshot,
            places,
            recognition,
            wanted: None,
        }
    }

    #[must_use]
    pub(crate) fn before(mut self, wanted: &'static Release) -> Self {
        self.wanted = Some(wanted);
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.snapshot.taken_at
    }

    /// The release that the question is about: the one to be installed, else the one that is there.
    pub(crate) fn release(&self) -> Option<&'static Release> {
        self.wanted.or(self.recognition.release())
    }

    /// Workloads that are part of the installation.
    pub(crate) fn ours(&self) -> Result<impl Iterator<Item = &'a Workload>, Skip> {
        let all = self.snapshot.workloads.all()?;
        Ok(all.iter().filter(|one| self.places.is_ours(one)))
    }

    /// A workload of the installation by its upstream name.
    pub(crate) fn workload(&self, name: &str) -> Result<Option<&'a Workload>, Skip> {
        Ok(self.ours()?.find(|one| one.meta.name == name))
    }

    /// Pods of a workload, by its selector.
    pub(crate) fn pods_of(&self, workload: &Workload) -> Result<Vec<&'a Pod>, Skip> {
        let all = self.snapshot.pods.all()?;
        Ok(all.iter().filter(|pod| selects(workload, pod)).collect())
    }

    /// Logins of Dex: entries of the configuration, and Password objects as far as they may be listed.
    pub(crate) fn logins(&self) -> Result<Vec<&'a Login>, Skip> {
        let setup = self.snapshot.dex.found("get the Dex configuration")?;
        let fixed = setup
            .map(|one| one.static_logins.as_slice())
            .unwrap_or_default();
        let stored = self.snapshot.logins.all_or_none()?;
        Ok(fixed.iter().chain(stored).collect())
    }

    /// A ConfigMap that a workload of the installation names.
    pub(crate) fn config_map(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<Option<&'a BTreeMap<String, String>>, Skip> {
        let key = (namespace.to_owned(), name.to_owned());
        let what = format!("get configmaps {namespace}/{name}");
        let look = self.snapshot.config_maps.get(&key);
        Ok(look.unwrap_or(&Look::Missing).found(&what)?)
    }

    pub(crate) fn secret(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<Option<&'a SecretDigests>, Skip> {
        let key = (namespace.to_owned(), name.to_owned());
        let what = format!("get secrets {namespace}/{name}");
        let look = self.snapshot.secrets.get(&key);
        Ok(look.unwrap_or(&Look::Missing).found(&what)?)
    }

    /// How many endpoints behind a Service are ready; `None` when there is no such Service.
    pub(crate) fn ready_behind(&self, namespace: &str, name: &str) -> Result<Option<usize>, Skip> {
        let services = self.snapshot.services.all()?;
        let endpoints = self.snapshot.endpoints.all()?;
        let exists = services
            .iter()
            .any(|one| one.meta.namespace == namespace && one.meta.name == name);
        let behind = endpoints
            .iter()
            .filter(|one| one.meta.namespace == namespace && one.service == name);
        Ok(exists.then(|| behind.map(|one| one.ready).sum()))
    }
}

fn selects(workload: &Workload, pod: &Pod) -> bool {
    workload.meta.namespace == pod.meta.namespace
        && !workload.selector.is_empty()
        && workload
            .selector
            .iter()
            .all(|(key, value)| pod.meta.label(key) == Some(value))
}

/// For a check about something that this installation does not have.
pub(crate) fn not_applicable(why: impl Into<String>) -> Skip {
    Skip::NotApplicable(why.into())
}
