//! Why a workload does not run, in words: from its pods, else from what was said about it. Pure.

use super::check::{Case, Check, Outcome, Skip};
use crate::cluster::snapshot::{Event, Pod, Running, Workload, condition};

/// What kind of trouble it is; each has a check of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    ImagePull,
    OutOfMemory,
    Crash,
    /// Its configuration names something that is not there.
    Configuration,
    Unschedulable,
    /// It waits for a volume; the claim says why.
    Volume,
    /// A webhook, a quota or the pod security rules do not let its pods in.
    Refused,
    /// It runs and does not answer.
    NotReady,
    Starting,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) cause: Cause,
    /// The pod, or the workload when it has none.
    pub(crate) object: String,
    pub(crate) says: String,
}

/// What keeps a workload from being ready; `None` when nothing does.
pub(crate) fn of_workload(case: &Case<'_>, workload: &Workload) -> Result<Option<Trouble>, Skip> {
    if workload.wanted == 0 || workload.ready >= workload.wanted {
        return Ok(None);
    }
    let events = case.snapshot.events.visible();
    let pods = case.pods_of(workload)?;
    let worst = pods
        .iter()
        .filter_map(|pod| of_pod(pod, events))
        .min_by_key(|one| one.cause);
    Ok(Some(
        worst.unwrap_or_else(|| without_pods(workload, events)),
    ))
}

/// A finding for every workload of the installation that is in trouble for one of these causes, with the command that
/// shows more about it.
pub(crate) fn findings(
    case: &Case<'_>,
    check: &Check,
    causes: &[Cause],
    command: impl Fn(&Workload) -> String,
) -> Outcome {
    let mut findings = Vec::new();
    for workload in case.ours()? {
        if let Some(trouble) = of_workload(case, workload)?
            && causes.contains(&trouble.cause)
        {
            findings.push(
                check
                    .finding(workload.object(), trouble.says)
                    .seen("at", trouble.object)
                    .seen(
                        "ready",
                        format!("{} of {}", workload.ready, workload.wanted),
                    )
                    .command(command(workload)),
            );
        }
    }
    Ok(findings)
}

/// The command that shows the pods of a workload with their events.
pub(crate) fn describe_pods(workload: &Workload) -> String {
    format!(
        "kubectl -n {} describe pod -l {}",
        workload.meta.namespace,
        selector(workload)
    )
}

/// The selector of a workload's pods as `kubectl -l` takes it.
pub(crate) fn selector(workload: &Workload) -> String {
    let pairs = workload.selector.iter();
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}

/// No pod says anything: they were never let in, or it has only just begun.
fn without_pods(workload: &Workload, events: &[Event]) -> Trouble {
    let object = workload.object();
    let refused = condition(&workload.conditions, "ReplicaFailure")
        .filter(|one| one.status == "True")
        .map(|one| one.message.clone());
    let refused = refused.or_else(|| {
        let of_it = |event: &&Event| {
            event.namespace == workload.meta.namespace
                && event.reason == "FailedCreate"
                && event.object.1.starts_with(&workload.meta.name)
        };
        Some(events.iter().rfind(of_it)?.message.clone())
    });
    match refused {
        Some(message) => Trouble {
            cause: Cause::Refused,
            object,
            says: format!("its pods are not let in: {message}"),
        },
        None => Trouble {
            cause: Cause::Starting,
            object,
            says: format!(
                "{} of {} pods are ready, and none says why",
                workload.ready, workload.wanted
            ),
        },
    }
}

pub(crate) fn of_pod(pod: &Pod, events: &[Event]) -> Option<Trouble> {
    let ready = condition(&pod.conditions, "Ready").is_some_and(|one| one.status == "True");
    if ready || pod.is_over() || pod.meta.deleting_since.is_some() {
        return None;
    }
    let (cause, says) = unscheduled(pod)
        .or_else(|| pod.containers.iter().find_map(stopped))
        .unwrap_or_else(|| not_ready(pod, events));
    Some(Trouble {
        cause,
        object: format!("Pod {}", pod.meta.path()),
        says,
    })
}

fn unscheduled(pod: &Pod) -> Option<(Cause, String)> {
    let scheduled = condition(&pod.conditions, "PodScheduled")?;
    if scheduled.status != "False" {
        return None;
    }
    let message = &scheduled.message;
    let cause =
        if message.contains("PersistentVolumeClaim") || message.contains("persistentvolumeclaim") {
            Cause::Volume
        } else {
            Cause::Unschedulable
        };
    Some((cause, format!("no node takes it: {message}")))
}

fn stopped(container: &Running) -> Option<(Cause, String)> {
    let name = &container.name;
    let last = container.last_exit.as_ref();
    let out_of_memory = last.is_some_and(|exit| exit.reason == "OOMKilled");
    let (reason, message) = container
        .waiting
        .as_ref()
        .map_or(("", ""), |(reason, message)| {
            (reason.as_str(), message.as_str())
        });
    match reason {
        "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" | "ErrImageNeverPull" => Some((
            Cause::ImagePull,
            format!("container {name}: the image cannot be pulled ({reason}): {message}"),
        )),
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => Some((
            Cause::Configuration,
            format!("container {name} cannot be started ({reason}): {message}"),
        )),
        _ if out_of_memory && !container.ready => Some((
            Cause::OutOfMemory,
            format!(
                "container {name} was ended because it used more memory than its limit; {} restarts",
                container.restarts
            ),
        )),
        "CrashLoopBackOff" => {
            let exit = last.map_or_else(String::new, |exit| {
                let said = if exit.message.is_empty() {
                    String::new()
                } else {
                    format!(", saying: {}", exit.message.trim())
                };
                format!(" It ended with code {} ({}){said}.", exit.code, exit.reason)
            });
            Some((
                Cause::Crash,
                format!(
                    "container {name} ends again and again; {} restarts.{exit}",
                    container.restarts
                ),
            ))
        }
        _ => None,
    }
}

fn not_ready(pod: &Pod, events: &[Event]) -> (Cause, String) {
    let about = |event: &&Event| {
        event.namespace == pod.meta.namespace
            && event.object.0 == "Pod"
            && event.object.1 == pod.meta.name
    };
    let last = events
        .iter()
        .filter(about)
        .max_by_key(|event| event.last_at);
    let said = last.map_or_else(String::new, |event| {
        format!(": {} ({})", event.message.trim(), event.reason)
    });
    let running = pod.containers.iter().any(|one| one.waiting.is_none());
    if running && pod.phase == "Running" {
        (Cause::NotReady, format!("it runs and is not ready{said}"))
    } else {
        (Cause::Starting, format!("it is being started{said}"))
    }
}
