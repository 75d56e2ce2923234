//! The components of the installation as they are: there or not, ready or not, and since when. Pure.

use jiff::Timestamp;

use super::check::{Case, Skip};
use super::data::components::{COMPONENTS, Component, IDLE_BY_DESIGN, Presence};
use super::trouble;
use super::version::Version;
use crate::cluster::snapshot::{Pod, Workload};
use crate::domain::{Health, HealthVerdict};

/// One workload with what is behind it.
pub(crate) struct Part<'a> {
    pub(crate) workload: &'a Workload,
    pub(crate) restarts: i64,
    pub(crate) health: Health,
    pub(crate) pods: Vec<&'a Pod>,
}

pub(crate) struct Status<'a> {
    pub(crate) component: &'static Component,
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) health: Health,
}

impl Status<'_> {
    pub(crate) fn wanted(&self) -> i64 {
        self.parts.iter().map(|part| part.workload.wanted).sum()
    }

    pub(crate) fn ready(&self) -> i64 {
        self.parts.iter().map(|part| part.workload.ready).sum()
    }

    pub(crate) fn restarts(&self) -> i64 {
        self.parts.iter().map(|part| part.restarts).sum()
    }

    pub(crate) fn since(&self) -> Option<Timestamp> {
        let created = self
            .parts
            .iter()
            .filter_map(|part| part.workload.meta.created_at);
        created.min()
    }

    /// Tags of the main containers, each once.
    pub(crate) fn versions(&self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for part in &self.parts {
            let tag = part.workload.containers.first().map_or("", |one| one.tag());
            if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        tags
    }

    pub(crate) fn slug(&self) -> String {
        slug(self.component)
    }
}

pub(crate) fn slug(component: &Component) -> String {
    component.title.to_lowercase().replace(' ', "-")
}

/// Every component of the release, and whatever else of Kubeflow is there.
pub(crate) fn all<'a>(case: &Case<'a>) -> Result<Vec<Status<'a>>, Skip> {
    let ours: Vec<&Workload> = case.ours()?.collect();
    let mut found = Vec::new();
    for component in &COMPONENTS {
        let parts: Vec<Part<'_>> = ours
            .iter()
            .filter(|one| {
                case.places
                    .component(one)
                    .is_some_and(|(of, _)| of.title == component.title)
            })
            .map(|workload| part(case, workload))
            .collect();
        let missing = missing(case, component, &parts);
        let is_expected = component.presence == Presence::Always && expects(case, component);
        if parts.is_empty() && !is_expected {
            continue;
        }
        let health = health(&parts, &missing);
        found.push(Status {
            component,
            parts,
            health,
        });
    }
    Ok(found)
}

/// Does the recognised release have any workload of it?
fn expects(case: &Case<'_>, component: &Component) -> bool {
    let Some(version) = version(case) else {
        return false;
    };
    let mut workloads = component.workloads.iter();
    workloads.any(|one| {
        version.is_since(one.since) && one.until.is_none_or(|line| version.is_until(line))
    })
}

fn version(case: &Case<'_>) -> Option<Version> {
    Version::parse(case.recognition.release()?.name)
}

/// Workloads that the release has, and this installation has not.
pub(crate) fn missing(
    case: &Case<'_>,
    component: &Component,
    parts: &[Part<'_>],
) -> Vec<&'static str> {
    let Some(version) = version(case) else {
        return Vec::new();
    };
    component
        .workloads
        .iter()
        .filter(|one| {
            version.is_since(one.since) && one.until.is_none_or(|line| version.is_until(line))
        })
        .filter(|one| parts.iter().all(|part| part.workload.meta.name != one.name))
        .map(|one| one.name)
        .collect()
}

fn part<'a>(case: &Case<'a>, workload: &'a Workload) -> Part<'a> {
    let pods = case.pods_of(workload).unwrap_or_default();
    Part {
        workload,
        restarts: pods.iter().map(|pod| pod.restarts()).sum(),
        health: part_health(case, workload),
        pods,
    }
}

fn part_health(case: &Case<'_>, workload: &Workload) -> Health {
    if IDLE_BY_DESIGN.contains(&workload.meta.name.as_str()) && workload.wanted == 0 {
        return Health::healthy();
    }
    if workload.wanted == 0 {
        return Health::new(HealthVerdict::Unknown, "It is set to no replicas.", "");
    }
    match trouble::of_workload(case, workload) {
        Ok(None) => Health::healthy(),
        Ok(Some(trouble)) => {
            let verdict = if trouble.cause == trouble::Cause::Starting {
                HealthVerdict::Progressing
            } else {
                HealthVerdict::Broken
            };
            Health::new(verdict, format!("{}: {}", trouble.object, trouble.says), "")
        }
        Err(_) => Health::new(
            HealthVerdict::Broken,
            format!(
                "{} of {} are ready; the pods may not be listed.",
                workload.ready, workload.wanted
            ),
            "",
        ),
    }
}

fn health(parts: &[Part<'_>], missing: &[&str]) -> Health {
    if parts.is_empty() {
        return Health::new(HealthVerdict::Unknown, "It is not installed.", "");
    }
    let worst = parts
        .iter()
        .map(|part| &part.health)
        .filter(|health| {
            health.verdict != HealthVerdict::Healthy && health.verdict != HealthVerdict::Unknown
        })
        .min_by_key(|health| health.verdict);
    match worst {
        Some(worst) => worst.clone(),
        None if !missing.is_empty() => Health::new(
            HealthVerdict::Warning,
            format!("Not all of it is there: {} is missing.", missing.join(", ")),
            "",
        ),
        None => Health::healthy(),
    }
}
