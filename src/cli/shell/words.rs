//! An operation in words and in fields: the plan, its progress, the receipt.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::output::Item;
use crate::domain::{Change, Commit, GitObject, Operation, State, StepRecord, StepState};

pub(in crate::cli) const COLUMNS: [&str; 5] = ["ID", "STATE", "WHAT", "SUBJECT", "SINCE"];

pub(in crate::cli) fn item(operation: &Operation) -> Item {
    Item {
        name: operation.id.to_string(),
        cells: vec![
            operation.id.to_string(),
            operation.state.as_str().to_owned(),
            operation.kind.title().to_owned(),
            operation.subject.clone(),
            moment(operation.created_at),
        ],
        value: fields(operation),
    }
}

fn fields(operation: &Operation) -> Value {
    let steps: Vec<Value> = operation.steps.iter().map(step_fields).collect();
    json!({
        "id": operation.id.to_string(),
        "operation": operation.kind.as_str(),
        "subject": operation.subject,
        "state": operation.state.as_str(),
        "createdAt": moment(operation.created_at),
        "updatedAt": moment(operation.updated_at),
        "steps": steps,
    })
}

/// To the second, as Kubernetes writes it.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn step_fields(record: &StepRecord) -> Value {
    let changes: Vec<Value> = record
        .changes
        .iter()
        .map(|change| json!({ "field": change.field, "before": change.before, "after": change.after }))
        .collect();
    let conflicts: Vec<Value> = record
        .conflicts
        .iter()
        .map(|conflict| json!({ "manager": conflict.manager, "field": conflict.field }))
        .collect();
    let kept: Vec<Value> = record
        .git
        .iter()
        .map(|one| json!({ "manager": one.manager.as_str(), "object": one.object, "patch": patch(one) }))
        .collect();
    json!({
        "does": record.step.describe(),
        "state": state(record.state),
        "detail": record.detail,
        "changes": changes,
        "conflicts": conflicts,
        "keptElsewhere": kept,
        "notes": record.notes,
    })
}

pub(super) fn state(state: StepState) -> &'static str {
    match state {
        StepState::Waiting => "waiting",
        StepState::Running => "running",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Undone => "undone",
    }
}

/// What would happen, step by step.
pub(super) fn plan(operation: &Operation) -> String {
    let mut lines = vec![format!("{}: {}", operation.kind.title(), operation.subject)];
    for (index, record) in operation.steps.iter().enumerate() {
        lines.push(format!("{:>3}. {}", index + 1, record.step.describe()));
        lines.extend(
            record
                .changes
                .iter()
                .map(|one| format!("       {}", change(one))),
        );
        lines.extend(record.notes.iter().map(|note| format!("       {note}")));
        lines.extend(
            record.conflicts.iter().map(|conflict| {
                format!("       {} is owned by {}", conflict.field, conflict.manager)
            }),
        );
        lines.extend(record.git.iter().flat_map(kept_elsewhere));
        if !record.step.is_reversible() {
            lines.push("       Irreversible.".to_owned());
        }
    }
    lines.join("\n") + "\n"
}

/// Whose it is, when that is put back, and what to commit instead.
fn kept_elsewhere(one: &GitObject) -> Vec<String> {
    let mut lines = vec![format!(
        "       {} is kept by {}. {}",
        one.object,
        one.manager.as_str(),
        one.manager.takes_back()
    )];
    match patch(one) {
        Some(patch) => {
            lines.push("       To commit there:".to_owned());
            lines.extend(patch.lines().map(|line| format!("         {line}")));
        }
        None => lines.push("       It has to go from there as well.".to_owned()),
    }
    lines
}

/// `None`: the object has to go.
fn patch(one: &GitObject) -> Option<&str> {
    match &one.commit {
        Commit::Patch(patch) => Some(patch),
        Commit::Remove => None,
    }
}

fn change(change: &Change) -> String {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{}: {before} -> {after}", change.field),
        (None, Some(after)) => format!("{}: + {after}", change.field),
        (Some(before), None) => format!("{}: - {before}", change.field),
        (None, None) => change.field.clone(),
    }
}

/// A line about a step that has just changed; `None` for one that is only waited for.
pub(super) fn progress(record: &StepRecord) -> Option<String> {
    let what = record.step.describe();
    match record.state {
        StepState::Waiting => None,
        StepState::Running => Some(format!("  ...     {what}")),
        StepState::Done => Some(format!("  done    {}", detail_or(record, &what))),
        StepState::Failed => Some(format!("  FAILED  {what}: {}", record.detail)),
        StepState::Undone => Some(format!("  undone  {}", detail_or(record, &what))),
    }
}

fn detail_or(record: &StepRecord, what: &str) -> String {
    if record.detail.is_empty() {
        what.to_owned()
    } else {
        record.detail.clone()
    }
}

/// How it ended, and the next step when it did not end well.
pub(super) fn receipt(operation: &Operation) -> String {
    let (id, title, subject) = (operation.id, operation.kind.title(), &operation.subject);
    match operation.state {
        State::Done => format!("Done: {title}: {subject} (operation {id}).\n"),
        State::Undone => format!("Undone: {title}: {subject} (operation {id}).\n"),
        State::Planned => format!("Planned: {title}: {subject}. Nothing was changed.\n"),
        State::Failed | State::Running | State::Undoing => format!(
            "Not done: {title}: {subject}. What stands is above. Go on with: kubeflow-admin operation resume {id}\n\
             Take it back with: kubeflow-admin operation undo {id}\n"
        ),
    }
}
