//! The activity record: one line in the store and the same line as JSON on standard output.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{
    Actor, AuditEvent, Change, ImportPart, Operation, Outcome, ReleasePart, Step, StepRecord,
    Upkeep, UserName, several,
};
use crate::store::{self, Store};

/// Appends a line. Appending the same id twice is appending it once.
pub async fn record(store: &Store, event: &AuditEvent) -> Result<(), store::Error> {
    store.audit_append(event).await?;
    tracing::info!(
        target: "activity",
        id = %event.id,
        actor = %event.actor,
        action = %event.action,
        subject = %event.subject,
        outcome = event.outcome.as_str(),
        operation = event.operation.map(tracing::field::display),
        before = event.before.as_ref().map(tracing::field::display),
        after = event.after.as_ref().map(tracing::field::display),
        note = %event.note,
    );
    Ok(())
}

/// A line of its own: it belongs to no operation, and no field of an object changed.
pub fn line(
    at: Timestamp,
    actor: &UserName,
    (action, subject): (&str, &str),
    (outcome, note): (Outcome, &str),
) -> AuditEvent {
    AuditEvent {
        id: uuid::Uuid::now_v7().to_string(),
        at,
        actor: actor.clone(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        outcome,
        operation: None,
        before: None,
        after: None,
        note: note.to_owned(),
    }
}

/// A line for an attempt that was refused before anything happened.
pub async fn record_refusal(
    store: &Store,
    actor: &Actor,
    at: Timestamp,
    action: &str,
    note: &str,
) -> Result<(), store::Error> {
    let event = line(at, &actor.user, (action, ""), (Outcome::Refused, note));
    record(store, &event).await
}

/// The line for one step. Its id is made from operation, step and outcome, so that a step which is done again after
/// a crash is recorded once.
pub(super) fn step_event(
    operation: &Operation,
    index: usize,
    outcome: Outcome,
    at: Timestamp,
) -> AuditEvent {
    let record = &operation.steps[index];
    let (before, after) = values(&record.changes);
    AuditEvent {
        id: format!("{}-{index:02}-{}", operation.id, outcome.as_str()),
        at,
        actor: operation.actor.user.clone(),
        action: action(&record.step).to_owned(),
        subject: subject(&record.step),
        outcome,
        operation: Some(operation.id),
        before,
        after,
        note: note(operation, record),
    }
}

/// How it went; and for objects that are kept elsewhere, that it was accepted to be temporary.
fn note(operation: &Operation, record: &StepRecord) -> String {
    let mut note = record.detail.clone();
    if operation.temporary.is_some() {
        for object in &record.git {
            note.push(' ');
            note.push_str(&object.object);
            note.push_str(" is kept by ");
            note.push_str(object.manager.as_str());
            note.push_str("; the change was accepted as temporary.");
        }
    }
    note
}

/// Is the step worth a line? Waiting and proving change nothing.
pub(super) fn is_recorded(step: &Step) -> bool {
    !matches!(
        step,
        Step::WaitForProfile { .. }
            | Step::WaitForQuota { .. }
            | Step::WaitForProfileGone { .. }
            | Step::WaitForDex
            | Step::Upkeep(Upkeep::WaitForOwner { .. })
            | Step::Import(ImportPart::Ready)
    )
}

fn values(changes: &[Change]) -> (Option<Value>, Option<Value>) {
    let side = |pick: fn(&Change) -> Option<&String>| {
        let map: serde_json::Map<String, Value> = changes
            .iter()
            .filter_map(|change| pick(change).map(|value| (change.field.clone(), json!(value))))
            .collect();
        (!map.is_empty()).then_some(Value::Object(map))
    };
    (
        side(|change| change.before.as_ref()),
        side(|change| change.after.as_ref()),
    )
}

fn action(step: &Step) -> &'static str {
    match step {
        Step::CreateLogin { .. } => "login.created",
        Step::SetPassword { .. } => "login.password-set",
        Step::DeleteLogin { .. } => "login.deleted",
        Step::EndSessions { .. } => "session.ended",
        Step::CreateProfile { .. } => "profile.created",
        Step::WaitForProfile { .. }
        | Step::WaitForQuota { .. }
        | Step::WaitForProfileGone { .. }
        | Step::WaitForDex => "waited",
        Step::SetQuota { .. } => "quota.set",
        Step::DeleteProfile { .. } => "profile.deleted",
        Step::AddContributor { .. } => "contributor.added",
        Step::RemoveContributor { .. } => "contributor.removed",
        Step::Repair { .. } => "installation.repaired",
        Step::SetUserId { .. } => "login.user-id-set",
        Step::CopyLogin { .. } => "login.copied",
        Step::EditDexConfig { .. } => "dex.configured",
        Step::Import(part) => part.action(),
        Step::Dated(step) => step.action(),
        Step::Release(part) => part.action(),
        Step::RestartDex => "dex.restarted",
        Step::ProveDex => "dex.proved",
        Step::ProveSignIn { .. } | Step::ProveSame { .. } => "login.proved",
        Step::Upkeep(step) => step.action(),
        Step::Administrator(change) => change.action(),
        Step::OffBoard(_) => "off-boarding.decided",
        Step::Login(step) => step.action(),
    }
}

fn subject(step: &Step) -> String {
    match step {
        Step::CreateLogin { email, .. }
        | Step::SetPassword { email, .. }
        | Step::DeleteLogin { email }
        | Step::EndSessions { email, .. }
        | Step::SetUserId { email, .. }
        | Step::CopyLogin { email }
        | Step::ProveSame { email, .. }
        | Step::ProveSignIn { email } => email.to_string(),
        Step::EditDexConfig { edits } => {
            let logins: Vec<&str> = edits.iter().map(|edit| edit.login().as_str()).collect();
            logins.join(", ")
        }
        Step::Import(_) => "a list of people".to_owned(),
        Step::Dated(step) => step.subject(),
        Step::Release(ReleasePart::Wave { wave, .. }) => format!("release: {}", wave.title()),
        Step::Release(ReleasePart::Delete { objects }) => {
            let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
            names.join(", ")
        }
        Step::Release(ReleasePart::Text(_) | ReleasePart::Whole) => "a release".to_owned(),
        Step::RestartDex | Step::WaitForDex | Step::ProveDex => "Dex".to_owned(),
        Step::CreateProfile { name, .. }
        | Step::WaitForProfile { name }
        | Step::SetQuota { name, .. }
        | Step::WaitForQuota { name, .. }
        | Step::DeleteProfile { name }
        | Step::WaitForProfileGone { name } => format!("profile {name}"),
        Step::AddContributor { profile, user, .. }
        | Step::RemoveContributor { profile, user, .. } => {
            format!("{user} in profile {profile}")
        }
        Step::Login(step) => step.email().to_string(),
        Step::Upkeep(step) => format!("profile {}", step.profile()),
        Step::Repair { repair, .. } => repair.object(),
        Step::Administrator(change) => change.subject(),
        Step::OffBoard(checklist) => several(checklist.people()),
    }
}
