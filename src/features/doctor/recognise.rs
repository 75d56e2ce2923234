//! Which Kubeflow is this? A vote over the versions that are found, with who votes against. Pure.

use std::cmp::Ordering;

use super::data::releases::{Marker, RELEASES, Release};
use super::places::Places;
use crate::cluster::snapshot::{Container, Workload};

/// What a marker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vote {
    pub(crate) marker: Marker,
    /// The workload and its image, as found.
    pub(crate) workload: String,
    pub(crate) image: String,
    /// Without `v` and without upstream's suffixes; empty when the image is pinned by digest alone.
    pub(crate) tag: String,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confidence {
    /// Nearly everything that can be read agrees.
    High,
    /// Most of it agrees; parts were upgraded on their own, or few can be read.
    Medium,
    /// The nearest of those that are known.
    Low,
}

impl Confidence {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::High => "certain",
            Self::Medium => "probable",
            Self::Low => "nearest known release",
        }
    }
}

/// What the vote came to.
#[derive(Clone)]
pub(crate) enum Recognition {
    Recognised {
        release: &'static Release,
        confidence: Confidence,
        agreeing: Vec<Vote>,
        /// With the tag that the release would have.
        dissenting: Vec<(Vote, &'static str)>,
    },
    /// Something of Kubeflow runs, and no version of it is in the tables.
    Unknown { votes: Vec<Vote> },
    /// Neither a dashboard nor a profile controller.
    NotInstalled,
}

impl Recognition {
    /// After the word Kubeflow.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Recognised {
                release,
                confidence,
                agreeing,
                dissenting,
            } => format!(
                "{} ({}: {} of {} versions agree)",
                release.name,
                confidence.describe(),
                agreeing.len(),
                agreeing.len() + dissenting.len()
            ),
            Self::Unknown { votes } => format!(
                "of an unknown release ({} versions found, none of them known)",
                votes.len()
            ),
            Self::NotInstalled => {
                "not found: there is no Central Dashboard and no profile controller".to_owned()
            }
        }
    }

    pub(crate) fn of(workloads: &[Workload], places: &Places) -> Self {
        if !places.has_kubeflow() {
            return Self::NotInstalled;
        }
        let votes = votes(workloads, places);
        let mut best: Option<(f64, &'static Release)> = None;
        for release in &RELEASES {
            let score = score(release, &votes);
            // Of equals the newer one: RELEASES is in order.
            if score > 0.0 && best.is_none_or(|(old, _)| score.total_cmp(&old) != Ordering::Less) {
                best = Some((score, release));
            }
        }
        let Some((_, release)) = best else {
            return Self::Unknown { votes };
        };
        let (agreeing, dissenting) = sides(release, votes);
        Self::Recognised {
            confidence: confidence(agreeing.len(), dissenting.len()),
            release,
            agreeing,
            dissenting,
        }
    }

    pub(crate) fn release(&self) -> Option<&'static Release> {
        match self {
            Self::Recognised { release, .. } => Some(release),
            Self::Unknown { .. } | Self::NotInstalled => None,
        }
    }
}

/// One vote per marker that is there.
fn votes(workloads: &[Workload], places: &Places) -> Vec<Vote> {
    let mut found = Vec::new();
    for marker in Marker::ALL {
        let by_image = |one: &&Workload| image_of(one, marker).is_some();
        let by_name = |one: &&Workload| {
            marker.workloads().contains(&one.meta.name.as_str()) && places.is_ours(one)
        };
        let workload = workloads
            .iter()
            .find(|one| by_name(one) && by_image(one))
            .or_else(|| workloads.iter().find(by_name))
            .or_else(|| workloads.iter().find(by_image));
        let Some(workload) = workload else { continue };
        let container = image_of(workload, marker).or_else(|| workload.containers.first());
        let Some(container) = container else { continue };
        found.push(Vote {
            marker,
            workload: workload.object(),
            image: container.image.clone(),
            tag: normal(container.tag()).to_owned(),
        });
    }
    found
}

fn image_of(workload: &Workload, marker: Marker) -> Option<&Container> {
    let images = marker.images();
    workload
        .containers
        .iter()
        .find(|one| images.contains(&one.image_name()))
}

fn normal(tag: &str) -> &str {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    tag.strip_suffix("-license-compliance").unwrap_or(tag)
}

fn tag_of(release: &Release, marker: Marker) -> Option<&'static str> {
    let tags = release.tags.iter();
    tags.copied()
        .find_map(|(one, tag)| (one == marker).then_some(tag))
}

/// The share of the votes that agree; one more in the divisor, so that one lucky match is no majority.
fn score(release: &Release, votes: &[Vote]) -> f64 {
    let (mut agreeing, mut known) = (0.0, 1.0);
    for vote in votes.iter().filter(|vote| !vote.tag.is_empty()) {
        if let Some(tag) = tag_of(release, vote.marker) {
            known += 1.0;
            if tag == vote.tag {
                agreeing += 1.0;
            }
        }
    }
    agreeing / known
}

fn sides(release: &'static Release, votes: Vec<Vote>) -> (Vec<Vote>, Vec<(Vote, &'static str)>) {
    let (mut agreeing, mut dissenting) = (Vec::new(), Vec::new());
    for vote in votes.into_iter().filter(|vote| !vote.tag.is_empty()) {
        match tag_of(release, vote.marker) {
            Some(tag) if tag == vote.tag => agreeing.push(vote),
            Some(tag) => dissenting.push((vote, tag)),
            None => {}
        }
    }
    (agreeing, dissenting)
}

fn confidence(agreeing: usize, dissenting: usize) -> Confidence {
    match (agreeing, dissenting) {
        (3.., 0) => Confidence::High,
        (agreeing, dissenting) if agreeing >= 6 * dissenting && agreeing >= 4 => Confidence::High,
        (agreeing, dissenting) if agreeing >= 2 && agreeing > dissenting => Confidence::Medium,
        _ => Confidence::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::doctor::fixtures::healthy;

    fn recognised(world: &crate::cluster::snapshot::Snapshot) -> (String, Confidence, Vec<Marker>) {
        let workloads = world.workloads.visible();
        match Recognition::of(workloads, &Places::of(workloads)) {
            Recognition::Recognised {
                release,
                confidence,
                dissenting,
                ..
            } => (
                release.name.to_owned(),
                confidence,
                dissenting.iter().map(|(vote, _)| vote.marker).collect(),
            ),
            Recognition::Unknown { .. } => ("unknown".to_owned(), Confidence::Low, Vec::new()),
            Recognition::NotInstalled => ("none".to_owned(), Confidence::Low, Vec::new()),
        }
    }

    #[test]
    fn every_release_whose_tags_are_known_is_recognised() {
        for release in RELEASES.iter().filter(|one| one.tags.len() > 2) {
            let found = recognised(&healthy(release.name).snapshot());
            assert_eq!(
                found,
                (release.name.to_owned(), Confidence::High, Vec::new())
            );
        }
    }

    #[test]
    fn a_part_that_was_upgraded_alone_is_named_and_does_not_decide() {
        let world = healthy("1.9.1").image("ml-pipeline", "ghcr.io/kubeflow/kfp-api-server:2.15.0");
        assert_eq!(
            recognised(&world.snapshot()),
            (
                "1.9.1".to_owned(),
                Confidence::High,
                vec![Marker::Pipelines]
            )
        );
    }

    #[test]
    fn mirrors_and_digests_change_nothing() {
        let world = healthy("1.8.1")
            .image(
                "ml-pipeline",
                "registry.example/mirror/api-server:2.0.5@sha256:00",
            )
            .image("dex", "registry.example/dex@sha256:00");
        assert_eq!(recognised(&world.snapshot()).0, "1.8.1");
    }

    #[test]
    fn pipelines_alone_is_no_kubeflow() {
        let world = healthy("1.9.1")
            .without("centraldashboard")
            .without("profiles-deployment");
        assert_eq!(recognised(&world.snapshot()).0, "none");
    }

    #[test]
    fn a_version_that_nobody_knows_is_unknown_and_not_the_newest() {
        let mut world = healthy("26.03");
        for marker in Marker::ALL {
            for name in marker.workloads() {
                world = world.image(name, "registry.example/own/thing:99.1");
            }
        }
        assert_eq!(recognised(&world.snapshot()).0, "unknown");
    }
}
