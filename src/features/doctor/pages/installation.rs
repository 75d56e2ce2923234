//! What is installed: the release, Kubernetes, and every component with its state.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::{age, look, why};
use crate::access::Access;
use crate::clock::Clock;
use crate::cluster::snapshot::Snapshot;
use crate::domain::HealthVerdict;
use crate::features::doctor::check::Case;
use crate::features::doctor::components::{self, Status};
use crate::features::doctor::data::releases::Release;
use crate::features::doctor::recognise::{Recognition, Vote};
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::Address;
use crate::web::problem::Problem;
use crate::web::view::{Fact, Notice, SortHeader, Tools, When};
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
}

#[derive(Template)]
#[template(path = "doctor/installation.html")]
struct InstallationPage {
    frame: Frame,
    notices: Vec<Notice>,
    looked: When,
    again: &'static str,
    facts: Vec<Fact>,
    dissenting: Vec<DissentView>,
    tools: Tools,
    columns: Vec<SortHeader>,
    rows: Vec<RowView>,
}

struct DissentView {
    part: &'static str,
    workload: String,
    image: String,
    wanted: String,
}

struct RowView {
    title: &'static str,
    href: String,
    verdict: &'static str,
    reason: String,
    ready: String,
    versions: String,
    restarts: i64,
    age: Option<When>,
}

pub(in super::super) async fn show(
    access: Access,
    frame: Frame,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let snapshot = look(&access).await?;
    let case = Case::of(&snapshot);
    let address = Address::new(
        paths::INSTALLATION,
        &[
            ("q", &query.q),
            ("state", &query.state),
            ("sort", &query.sort),
        ],
    );
    let verdicts: Vec<(&str, &str)> = HealthVerdict::ALL
        .into_iter()
        .map(|one| (one.as_str(), one.as_str()))
        .collect();
    let mut notices = Vec::new();
    let statuses = components::all(&case).unwrap_or_else(|skip| {
        notices.push(Notice::new(
            "danger",
            "The components are not known",
            why(&skip),
        ));
        Vec::new()
    });
    let mut shown: Vec<&Status<'_>> = statuses.iter().filter(|one| matches(one, &query)).collect();
    sort(&mut shown, &query.sort);
    page::ok(&InstallationPage {
        frame: frame.titled("Installation"),
        notices,
        looked: age(&snapshot),
        again: paths::CHECKS_AGAIN,
        facts: facts(&snapshot, &case.recognition),
        dissenting: dissenting(&case.recognition),
        tools: Tools::new(paths::INSTALLATION, "Search components", &query.q, &address)
            .filter("state", "State", &verdicts, &query.state, &address)
            .keeping("sort", &query.sort),
        columns: columns(&query.sort, &address),
        rows: shown.into_iter().map(row).collect(),
    })
}

fn facts(snapshot: &Snapshot, recognition: &Recognition) -> Vec<Fact> {
    let mut facts = vec![Fact::new("Kubeflow", recognition.describe())];
    let kubernetes = if snapshot.kubernetes.is_empty() {
        "not said by the API server".to_owned()
    } else {
        snapshot.kubernetes.clone()
    };
    facts.push(
        Fact::new("Kubernetes", kubernetes).linked(paths::fill(paths::CHECK, "kubernetes-support")),
    );
    if let Some(release) = recognition.release() {
        facts.push(Fact::new(
            &format!("Kubernetes for {}", release.name),
            supported(release),
        ));
    }
    facts.push(Fact::new("Volumes", "StorageClasses and claims").linked(paths::STORAGE));
    facts
}

fn supported(release: &Release) -> String {
    let range = release.kubernetes;
    let tested = format!("tested with 1.{}", range.tested);
    match range.to {
        Some(to) => format!("1.{} to 1.{to}, {tested}", range.from),
        None => format!("1.{} and newer, {tested}", range.from),
    }
}

fn dissenting(recognition: &Recognition) -> Vec<DissentView> {
    let view = |(vote, wanted): &(Vote, &str)| DissentView {
        part: vote.marker.title(),
        workload: vote.workload.clone(),
        image: vote.image.clone(),
        wanted: (*wanted).to_owned(),
    };
    match recognition {
        Recognition::Recognised { dissenting, .. } => dissenting.iter().map(view).collect(),
        Recognition::Unknown { votes } => votes
            .iter()
            .map(|vote| view(&(vote.clone(), "not known")))
            .collect(),
        Recognition::NotInstalled => Vec::new(),
    }
}

fn columns(sort: &str, address: &Address) -> Vec<SortHeader> {
    vec![
        SortHeader::new("Component", "name", sort, address),
        SortHeader::new("State", "state", sort, address),
        SortHeader::new("Ready", "ready", sort, address).numeric(),
        SortHeader::new("Version", "version", sort, address),
        SortHeader::new("Restarts", "restarts", sort, address).numeric(),
        SortHeader::new("Age", "age", sort, address),
    ]
}

fn matches(status: &Status<'_>, query: &ListQuery) -> bool {
    let wanted = query.q.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let text = wanted.is_empty()
        || has(status.component.title)
        || status.parts.iter().any(|part| {
            let mut images = part.workload.containers.iter();
            has(&part.workload.meta.name) || images.any(|one| has(&one.image))
        });
    let state = query.state.is_empty() || status.health.verdict.as_str() == query.state;
    text && state
}

fn sort(statuses: &mut [&Status<'_>], by: &str) {
    let (key, descending) = by.strip_prefix('-').map_or((by, false), |key| (key, true));
    match key {
        "name" => statuses.sort_by_key(|one| one.component.title),
        "state" => statuses.sort_by_key(|one| one.health.verdict),
        "ready" => statuses.sort_by_key(|one| one.ready() - one.wanted()),
        "version" => statuses.sort_by_key(|one| one.versions()),
        "restarts" => statuses.sort_by_key(|one| one.restarts()),
        "age" => statuses.sort_by_key(|one| one.since()),
        // The order of the installation itself.
        _ => {}
    }
    if descending {
        statuses.reverse();
    }
}

fn row(status: &Status<'_>) -> RowView {
    RowView {
        title: status.component.title,
        href: paths::fill(paths::COMPONENT, &status.slug()),
        verdict: status.health.verdict.as_str(),
        reason: status.health.reason.clone(),
        ready: format!("{} of {}", status.ready(), status.wanted()),
        versions: status.versions().join(", "),
        restarts: status.restarts(),
        age: status.since().map(|at| When::new(at, Clock.now())),
    }
}
