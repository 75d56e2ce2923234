//! One component: its workloads and pods, its images, and what was said about them.

use askama::Template;
use axum::response::Response;

use super::{age, look, why};
use crate::access::Access;
use crate::clock::Clock;
use crate::cluster::snapshot::{Event, Meta, Pod};
use crate::features::doctor::check::Case;
use crate::features::doctor::components::{self, Part, Status};
use crate::features::doctor::trouble;
use crate::web::extract::Path;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::When;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "doctor/component.html")]
struct ComponentPage {
    frame: Frame,
    looked: When,
    verdict: &'static str,
    reason: String,
    workloads: Vec<WorkloadView>,
    missing: Vec<String>,
    last_words: Vec<WordsView>,
    events: Vec<EventView>,
    /// Why there are none; empty when they were read.
    events_unknown: String,
}

struct WorkloadView {
    object: String,
    verdict: &'static str,
    reason: String,
    ready: String,
    images: Vec<String>,
    pods: Vec<PodView>,
    log: String,
}

struct PodView {
    name: String,
    node: String,
    phase: String,
    restarts: i64,
    trouble: String,
    age: Option<When>,
}

/// The end of a log, or why it could not be read.
struct WordsView {
    container: String,
    text: String,
}

struct EventView {
    object: String,
    reason: String,
    message: String,
    count: i64,
    last: Option<When>,
}

pub(in super::super) async fn show(
    access: Access,
    frame: Frame,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let snapshot = look(&access).await?;
    let case = Case::of(&snapshot);
    let statuses = components::all(&case).unwrap_or_default();
    let status = statuses
        .iter()
        .find(|one| one.slug() == name)
        .ok_or_else(|| {
            Problem::not_found("component of this name in this installation")
                .way("See the installation", paths::INSTALLATION)
        })?;
    let last_words = last_words(&access, status).await;
    page::ok(&ComponentPage {
        last_words,
        frame: frame.titled(status.component.title),
        looked: age(&snapshot),
        verdict: status.health.verdict.as_str(),
        reason: status.health.reason.clone(),
        workloads: status
            .parts
            .iter()
            .map(|part| workload(part, &case))
            .collect(),
        missing: components::missing(&case, status.component, &status.parts)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        events: events(status, snapshot.events.visible()),
        events_unknown: match snapshot.events.all() {
            Ok(_) => String::new(),
            Err(gap) => why(&gap.into()),
        },
    })
}

/// As many logs as are read for one page: the first few say what the others would.
const MOST_WORDS: usize = 3;

async fn last_words(access: &Access, status: &Status<'_>) -> Vec<WordsView> {
    let mut words = Vec::new();
    for (pod, container) in ended(status) {
        let said = access
            .cluster()
            .last_words(access.actor(), &pod, &container)
            .await;
        words.push(WordsView {
            container: format!("{}, container {container}", pod.name),
            text: said.unwrap_or_else(|error| error.to_string()),
        });
    }
    words
}

/// Containers that end again and again.
fn ended(status: &Status<'_>) -> Vec<(Meta, String)> {
    let mut found = Vec::new();
    for pod in status.parts.iter().flat_map(|part| &part.pods) {
        for one in &pod.containers {
            if !one.ready && one.restarts > 0 && found.len() < MOST_WORDS {
                found.push((pod.meta.clone(), one.name.clone()));
            }
        }
    }
    found
}

fn workload(part: &Part<'_>, case: &Case<'_>) -> WorkloadView {
    let one = part.workload;
    WorkloadView {
        object: one.object(),
        verdict: part.health.verdict.as_str(),
        reason: part.health.reason.clone(),
        ready: format!("{} of {}", one.ready, one.wanted),
        images: one
            .containers
            .iter()
            .map(|container| container.image.clone())
            .collect(),
        pods: part.pods.iter().map(|pod| view(pod, case)).collect(),
        log: format!(
            "kubectl -n {} logs {}/{} --all-containers --tail=50",
            one.meta.namespace,
            one.kind.to_lowercase(),
            one.meta.name
        ),
    }
}

fn view(pod: &Pod, case: &Case<'_>) -> PodView {
    let trouble = trouble::of_pod(pod, case.snapshot.events.visible());
    PodView {
        name: pod.meta.name.clone(),
        node: pod.node.clone(),
        phase: pod.phase.clone(),
        restarts: pod.restarts(),
        trouble: trouble.map(|one| one.says).unwrap_or_default(),
        age: pod.meta.created_at.map(|at| When::new(at, Clock.now())),
    }
}

/// Warnings about the workloads, their pods and their replica sets, newest first.
fn events(status: &Status<'_>, all: &[Event]) -> Vec<EventView> {
    let about = |event: &&Event| {
        status.parts.iter().any(|part| {
            event.namespace == part.workload.meta.namespace
                && event.object.1.starts_with(&part.workload.meta.name)
        })
    };
    let mut found: Vec<&Event> = all.iter().filter(about).collect();
    found.sort_by_key(|event| std::cmp::Reverse(event.last_at));
    found
        .into_iter()
        .take(20)
        .map(|event| EventView {
            object: format!("{} {}", event.object.0, event.object.1),
            reason: event.reason.clone(),
            message: event.message.clone(),
            count: event.count,
            last: event.last_at.map(|at| When::new(at, Clock.now())),
        })
        .collect()
}
