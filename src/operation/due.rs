//! Brings about what has come to its date: as the person who asked for it, with their rights as they are then.
//!
//! Of several replicas one claims a request in the store; if it dies, the claim runs out and the next one looks where it
//! had come to. The operation itself is like any other: leased, resumed, recorded, to be undone. Nothing is forced: what
//! stands in the way is noted at the request, from where the pages tell it.

use jiff::{SignedDuration, Timestamp};

use super::engine::{Consent, Engine, StartRefusal, TakenOver, Temporary};
use super::plan::PlanError;
use super::record::record_refusal;
use crate::domain::{DatedStep, EndRequest, Kind, Operation, State, Step, Until};
use crate::store;

/// A request is claimed for this long; planning and starting take a second.
const CLAIM: SignedDuration = SignedDuration::from_secs(30);
/// What was refused is tried again after this long: rights may come back.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);

impl Engine {
    /// Starts an operation for everything that is due. Returns how many.
    pub async fn end_what_is_due(&self) -> Result<usize, store::Error> {
        let now = self.clock.now();
        let mut started = 0;
        for ending in self.parts.cluster.endings().items.iter() {
            let Some(due) = ending.until.until().filter(|until| until.is_past(now)) else {
                continue;
            };
            if self.parts.stop.is_cancelled() {
                break;
            }
            let store = &self.parts.store;
            let place = (&ending.thing, due);
            // `None`: nobody asked for this date, or somebody else is at it, or it is not time to try again.
            let claimed = store.end_request_claim(place, now, now + CLAIM).await?;
            if let Some(request) = claimed {
                started += usize::from(self.end_one(request, due, now).await?);
            }
        }
        Ok(started)
    }

    async fn end_one(
        &self,
        mut request: EndRequest,
        due: Until,
        now: Timestamp,
    ) -> Result<bool, store::Error> {
        if let Some(id) = request.operation.take() {
            let known = self.parts.store.operation_find(&id).await?;
            match known.map(|operation| operation.state) {
                // Somebody died between planning and starting; rights are asked again.
                Some(State::Planned) => self.forget_plan(&id).await?,
                Some(State::Failed) => {
                    request.operation = Some(id);
                    let why = "The operation that ends it failed. Open it under Operations and resume it.";
                    self.note_trouble(request, why, now).await?;
                    return Ok(false);
                }
                // It is being done, or it was and the watches have not seen it yet.
                Some(State::Running | State::Done | State::Undoing) => return Ok(false),
                Some(State::Undone) => {
                    request.operation = Some(id);
                    let why = "Its end was undone. Set the date anew, or take it away.";
                    self.note_trouble(request, why, now).await?;
                    return Ok(false);
                }
                None => {}
            }
        }
        let step = DatedStep::End {
            thing: request.thing.clone(),
            due,
        };
        let subject = request.thing.subject();
        let planner = self.planner();
        let plan = planner.plan(
            &request.actor,
            Kind::EndOnDate,
            subject,
            vec![Step::Dated(step)],
        );
        match plan.await {
            Ok(operation) => self.begin(request, &operation, now).await,
            Err(PlanError::Store(error)) => Err(error),
            Err(PlanError::Cluster(error)) => {
                let setter = request.actor.user.clone();
                let why = format!(
                    "{setter}, who asked for it, could not bring it about: {error} Set the date anew to ask for it \
                     yourself."
                );
                self.note_trouble(request, &why, now).await?;
                Ok(false)
            }
        }
    }

    /// Starts the plan, if there is something to do and nothing in the way.
    async fn begin(
        &self,
        mut request: EndRequest,
        operation: &Operation,
        now: Timestamp,
    ) -> Result<bool, store::Error> {
        if !operation.conflicts().is_empty() {
            self.forget_plan(&operation.id).await?;
            let why = "Fields of other managers would have to be taken over, which only a person decides. Do it by hand.";
            self.note_trouble(request, why, now).await?;
            return Ok(false);
        }
        if operation.steps.iter().all(|step| step.changes.is_empty()) {
            self.forget_plan(&operation.id).await?;
            return Ok(false);
        }
        if let Some(manager) = operation.git_managers().first() {
            self.forget_plan(&operation.id).await?;
            let why = format!(
                "{} keeps what would change and would put it back, which only a person accepts. Do it by hand, or where \
                 it is kept.",
                manager.as_str()
            );
            self.note_trouble(request, &why, now).await?;
            return Ok(false);
        }
        request.operation = Some(operation.id);
        request.trouble.clear();
        let consent = Consent {
            taken_over: TakenOver::No,
            temporary: Temporary::NotAccepted,
        };
        let store = &self.parts.store;
        store.end_request_note(&request, now + CLAIM).await?;
        match self.start(&operation.id, consent).await {
            Ok(()) => Ok(true),
            Err(StartRefusal::Store(error)) => Err(error),
            Err(refusal) => {
                tracing::warn!(operation = %operation.id, %refusal, "date.not-started");
                Ok(false)
            }
        }
    }

    async fn forget_plan(&self, id: &crate::domain::OperationId) -> Result<(), store::Error> {
        match self.discard(id).await {
            Err(StartRefusal::Store(error)) => Err(error),
            // Gone, or started by somebody: then it is looked at again.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Recorded once, however often it is tried again.
    async fn note_trouble(
        &self,
        mut request: EndRequest,
        why: &str,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        if request.trouble != why {
            tracing::warn!(thing = %request.thing.key(), why, "date.not-applied");
            let store = &self.parts.store;
            let note = format!("{}: {why}", request.thing.subject());
            record_refusal(store, &request.actor, now, "date.not-applied", &note).await?;
            why.clone_into(&mut request.trouble);
        }
        let store = &self.parts.store;
        store.end_request_note(&request, now + AGAIN).await
    }
}
