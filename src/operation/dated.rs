//! How the steps about things with a date are tried, done and taken back, and who is noted to have asked for a date.
//!
//! Who asks is noted before the date is written, and counts only once the object says the same date. So whatever dies in
//! between leaves a note that nothing goes by.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::run::Run;
use super::step::{StepError, Undo};
use crate::cluster::{self, Acting, Applied, Mode};
use crate::domain::{Dated, DatedStep, EndRequest, Step, Until, Upkeep};

/// Key of the former request in what is stored before a step.
const REQUEST: &str = "request";

/// The dry run.
pub(super) async fn rehearse(acting: &Acting, step: &DatedStep) -> Result<Applied, cluster::Error> {
    apply(acting, step, Mode::DryRun).await
}

async fn apply(acting: &Acting, step: &DatedStep, mode: Mode) -> Result<Applied, cluster::Error> {
    match step {
        DatedStep::LetIn {
            profile,
            user,
            role,
            until,
        } => acting.let_in((profile, user, *role), *until, mode).await,
        DatedStep::End { thing, due } => acting.end(thing, *due, mode).await,
    }
}

/// The date that a step sets on a thing; `None` within takes it away.
fn asked(step: &Step) -> Option<(Dated, Option<Until>)> {
    if let Step::Dated(DatedStep::LetIn {
        profile,
        user,
        role,
        until,
    }) = step
    {
        let thing = Dated::Contributor {
            profile: profile.clone(),
            user: user.clone(),
            role: *role,
        };
        return Some((thing, *until));
    }
    if let Step::Upkeep(Upkeep::Freeze { profile, until, .. }) = step {
        let profile = profile.clone();
        return Some((Dated::Freeze { profile }, *until));
    }
    None
}

/// The former date of what has ended, for putting it back. One that has passed would end it again at once.
pub(super) fn former_until(found: Option<&Value>, now: Timestamp) -> Option<Until> {
    let until: Until = found?["until"].as_str()?.parse().ok()?;
    (!until.is_past(now)).then_some(until)
}

impl Run {
    /// Adds who had asked for a date before, so that undoing can put it back.
    pub(super) async fn note_former_request(
        &self,
        step: &Step,
        before: &mut Value,
    ) -> Result<(), StepError> {
        let Some((thing, _)) = asked(step) else {
            return Ok(());
        };
        if let Some(request) = self.engine.parts.store.end_request_find(&thing).await? {
            before[REQUEST] = json!(request);
        }
        Ok(())
    }

    /// Notes that the person of this operation asks for the date that a step is about to write.
    pub(super) async fn note_request(&self, step: &Step) -> Result<(), StepError> {
        let store = &self.engine.parts.store;
        match asked(step) {
            Some((thing, Some(until))) => {
                let request = EndRequest {
                    thing,
                    until,
                    actor: self.operation.actor.clone(),
                    operation: None,
                    trouble: String::new(),
                };
                Ok(store.end_request_put(&request).await?)
            }
            Some((thing, None)) => Ok(store.end_request_forget(&thing).await?),
            None => Ok(()),
        }
    }

    /// Whoever had asked before is the one who asks again.
    pub(super) async fn restore_request(
        &self,
        step: &Step,
        before: &Value,
    ) -> Result<(), StepError> {
        let Some((thing, _)) = asked(step) else {
            return Ok(());
        };
        let store = &self.engine.parts.store;
        let former = before.get(REQUEST).cloned();
        match former.and_then(|value| serde_json::from_value::<EndRequest>(value).ok()) {
            Some(request) => Ok(store.end_request_put(&request).await?),
            None => Ok(store.end_request_forget(&thing).await?),
        }
    }

    pub(super) async fn write_dated(
        &self,
        acting: &Acting,
        step: &DatedStep,
    ) -> Result<String, StepError> {
        let applied = apply(acting, step, Mode::Apply).await?;
        if let Some(why_not) = applied.notes.first() {
            return Ok(why_not.clone());
        }
        match step {
            DatedStep::LetIn {
                profile,
                user,
                role,
                until: Some(until),
            } => {
                let until = until.in_words();
                Ok(format!("{user} has {role} in {profile} until {until}."))
            }
            DatedStep::LetIn {
                profile,
                user,
                role,
                until: None,
            } => Ok(format!("{user} has {role} in {profile}, without an end.")),
            DatedStep::End { thing, .. } => {
                self.engine.parts.store.end_request_forget(thing).await?;
                Ok(match thing {
                    Dated::Contributor {
                        profile,
                        user,
                        role,
                    } => format!("{user} no longer has {role} in {profile}: both halves are gone."),
                    Dated::Freeze { profile } => format!("New pods start in {profile} again."),
                })
            }
        }
    }

    pub(super) async fn undo_dated(
        &self,
        acting: &Acting,
        step: &DatedStep,
        found: Option<&Value>,
    ) -> Result<Undo, StepError> {
        match step {
            DatedStep::LetIn {
                profile,
                user,
                role,
                ..
            } => {
                let place = (profile, user, *role);
                let Some(found) = found else {
                    acting
                        .remove_contributor(profile, user, *role, Mode::Apply)
                        .await?;
                    return Ok(Undo::Done(format!("{user} is no longer in {profile}.")));
                };
                let until = found["until"].as_str().and_then(|text| text.parse().ok());
                acting.let_in(place, until, Mode::Apply).await?;
                Ok(Undo::Done(format!("{user} in {profile} ends as before.")))
            }
            DatedStep::End { thing, .. } => {
                let Some(found) = found else {
                    return Ok(Undo::Nothing);
                };
                let until = former_until(Some(found), self.engine.clock.now());
                Ok(begin_again(acting, thing, (found, until)).await?)
            }
        }
    }
}

/// What has ended is there again.
async fn begin_again(
    acting: &Acting,
    thing: &Dated,
    (found, until): (&Value, Option<Until>),
) -> Result<Undo, cluster::Error> {
    let what = match thing {
        Dated::Contributor {
            profile,
            user,
            role,
        } => {
            let place = (profile, user, *role);
            acting.let_in(place, until, Mode::Apply).await?;
            format!("{user} is in {profile} again")
        }
        Dated::Freeze { profile } => {
            let reason = found["reason"].as_str().unwrap_or_default();
            acting.freeze(profile, reason, until, Mode::Apply).await?;
            format!("Profile {profile} is frozen again")
        }
    };
    Ok(Undo::Done(match until {
        Some(until) => format!("{what}, until {}.", until.in_words()),
        None => format!("{what}, without an end: its date has passed."),
    }))
}
