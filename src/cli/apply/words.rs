//! What `apply` prints: the plan, what happens, the end of it. Never a value of an object.

use std::collections::BTreeMap;

use crate::domain::{Fate, Wave};
use crate::install::plan::{Plan, Planned};
use crate::install::run::{Ending, Event};
use crate::install::stream::Wrong;

/// Things that are waited for and named; the rest is counted.
const NAMED: usize = 6;

pub(super) fn wrong(found: &[Wrong]) -> String {
    let lines: Vec<_> = found.iter().map(|one| format!("  {one}")).collect();
    lines.join("\n")
}

pub(super) fn plan(plan: &Plan) -> Vec<String> {
    let mut lines = vec![format!("{} objects:", plan.objects.len())];
    for wave in Wave::ALL {
        let objects: Vec<_> = plan.objects.iter().filter(|one| one.wave == wave).collect();
        if !objects.is_empty() {
            lines.push(format!("  {:<40} {}", wave.title(), counts(&objects)));
        }
    }
    lines.extend(plan.objects.iter().filter_map(noteworthy));
    for one in &plan.left_out {
        lines.push(format!(
            "left out   {} (line {}): {}",
            one.object, one.line, one.why
        ));
    }
    for one in &plan.traps {
        lines.push(format!("mind       {}: {}", one.object, one.says));
    }
    for one in &plan.deletions {
        lines.push(format!("delete     {}", one.object));
    }
    lines
}

fn counts(objects: &[&Planned]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in objects {
        *counts.entry(one.fate.word()).or_default() += 1;
    }
    let parts: Vec<_> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

/// A line for what is more than new or the same.
fn noteworthy(planned: &Planned) -> Option<String> {
    let (object, line) = (&planned.target.object, planned.manifest.line);
    match &planned.fate {
        Fate::New | Fate::Unchanged => None,
        Fate::Changed(fields) => Some(format!("changed    {object}: {}", fields.join(", "))),
        Fate::Untried(why) => Some(format!("not tried  {object}: {why}")),
        Fate::Refused(why) => Some(format!("refused    {object} (line {line}): {why}")),
        Fate::Conflict(found) => {
            let fields: Vec<_> = found
                .iter()
                .map(|one| format!("{} ({})", one.field, one.manager))
                .collect();
            Some(format!(
                "conflict   {object} (line {line}): owned by others: {}; --take-over MANAGER takes the fields over",
                fields.join(", ")
            ))
        }
    }
}

pub(super) fn event(event: &Event) -> Vec<String> {
    match event {
        Event::Wave { wave, objects } => vec![format!("== {}: {objects} to apply", wave.title())],
        Event::Deleted(object) => vec![format!("deleted    {object}")],
        Event::Applied(object) => vec![format!("applied    {object}")],
        Event::Again { object, why } => vec![format!("again      {object}: {why}")],
        Event::Failed { object, why } => vec![format!("FAILED     {object}: {why}")],
        Event::Waiting(open) => {
            let mut lines: Vec<_> = open
                .iter()
                .take(NAMED)
                .map(|one| format!("waiting    for {one}"))
                .collect();
            if open.len() > NAMED {
                lines.push(format!("waiting    and for {} more", open.len() - NAMED));
            }
            lines
        }
    }
}

/// What is said at the end.
#[derive(Debug, Default)]
pub(super) struct Summary {
    applied: usize,
    failed: Vec<String>,
}

impl Summary {
    pub(super) fn take(&mut self, happened: &Event) {
        match happened {
            Event::Applied(_) => self.applied += 1,
            Event::Failed { .. } => self.failed.extend(event(happened)),
            Event::Wave { .. } | Event::Deleted(_) | Event::Again { .. } | Event::Waiting(_) => {}
        }
    }

    pub(super) fn words(&self, ending: Ending, plan: &Plan) -> Vec<String> {
        let unchanged = plan.count(|fate| *fate == Fate::Unchanged);
        let counted = format!("{} applied, {unchanged} were as wanted", self.applied);
        let mut lines = vec![match ending {
            Ending::Complete => format!("Every object is applied: {counted}."),
            Ending::WithFailures => format!("Some objects were refused: {counted}."),
            Ending::Stopped => format!(
                "Stopped, because others need what did not come: {counted}. The same command goes on."
            ),
            Ending::Paused => format!("Paused: {counted}. The same command goes on."),
        }];
        lines.extend(self.failed.iter().cloned());
        lines
    }
}
