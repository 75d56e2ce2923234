//! From a text to a stored plan.

use std::collections::BTreeMap;

use super::{GivenText, ReleaseChoices, ReleaseRefusal};
use crate::domain::{
    Actor, Conflict, Fate, Kind, Operation, OperationId, ReleaseBody, ReleasePart, ReleaseRow,
    ReleaseText, Remark, RowState, State, Step, StepRecord, Wave,
};
use crate::install::plan::{Choices, Plan, PlanError, Planned, plan};
use crate::operation::engine::Engine;

/// Objects that are named on the page of the plan; the list of objects has all.
const NAMED: usize = 8;

impl Engine {
    /// Looks what the text would do as this person, stores the plan and returns it. Changes nothing in the cluster.
    /// Goes on when nobody waits for it any more: the plan is then among the operations.
    pub async fn plan_release(
        &self,
        actor: &Actor,
        text: GivenText,
        choices: ReleaseChoices,
    ) -> Result<Operation, ReleaseRefusal> {
        let (engine, actor) = (self.clone(), actor.clone());
        let planning = async move { engine.plan_text(&actor, text, choices).await };
        match self.parts.tasks.spawn(planning).await {
            Ok(planned) => planned,
            Err(_) => Err(ReleaseRefusal::Interrupted),
        }
    }

    async fn plan_text(
        &self,
        actor: &Actor,
        text: GivenText,
        choices: ReleaseChoices,
    ) -> Result<Operation, ReleaseRefusal> {
        let acting = self.parts.cluster.acting_as(actor);
        let acting = acting.map_err(PlanError::from)?;
        let wanted = Choices {
            delete: choices.delete.clone(),
            ..Choices::default()
        };
        let looked = plan(&acting, text.manifests, &wanted).await?;
        let mut about = about(&looked, text.left_out);
        about.name = text.name;
        about.sha256 = text.sha256;
        about.leave_out = choices.leave_out;
        let now = self.clock.now();
        let operation = Operation {
            id: OperationId(uuid::Uuid::now_v7()),
            kind: Kind::ApplyRelease,
            subject: about.name.clone(),
            actor: actor.clone(),
            state: State::Planned,
            steps: steps(&looked, about, choices),
            created_at: now,
            updated_at: now,
            temporary: None,
        };
        self.keep_only_one(actor).await?;
        self.keep(&operation, looked).await?;
        Ok(operation)
    }

    /// A text may be large: a person has one plan of this kind at a time.
    async fn keep_only_one(&self, actor: &Actor) -> Result<(), ReleaseRefusal> {
        let store = &self.parts.store;
        let older = store
            .operations_planned_of(&actor.user, Kind::ApplyRelease)
            .await?;
        for id in older {
            if let Err(refusal) = self.discard(&id).await {
                tracing::info!(operation = %id, %refusal, "release.plan-kept");
            }
        }
        Ok(())
    }

    async fn keep(&self, operation: &Operation, looked: Plan) -> Result<(), ReleaseRefusal> {
        let (mut rows, mut stored, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for (number, one) in looked.objects.into_iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let secret = one.target.object.is_secret();
            let Planned {
                manifest,
                target,
                wave,
                fate,
                ..
            } = one;
            let place = if secret { &mut held } else { &mut stored };
            place.push(ReleaseBody {
                number,
                body: manifest.body,
            });
            rows.push(ReleaseRow {
                number,
                written: manifest.object,
                object: target.object,
                plural: target.plural,
                wave,
                line: manifest.line,
                fate,
                state: RowState::Waiting,
                detail: String::new(),
            });
        }
        let (store, id, now) = (&self.parts.store, operation.id, operation.created_at);
        // Rows first: a plan without its rows would do nothing and call that done.
        store.release_insert(&id, &rows, &stored, now).await?;
        store.operation_insert(operation).await?;
        self.texts.keep(id, held, now);
        Ok(())
    }
}

/// What the plan says of the text; `earlier` are objects that a plan before it left out.
fn about(plan: &Plan, earlier: Vec<Remark>) -> ReleaseText {
    let left_out = plan.left_out.iter().map(|one| Remark {
        object: one.object.clone(),
        says: one.why.clone(),
    });
    let traps = plan.traps.iter().map(|one| Remark {
        object: one.object.clone(),
        says: one.says.clone(),
    });
    ReleaseText {
        name: String::new(),
        sha256: String::new(),
        objects: number(plan.objects.len()),
        refused: number(plan.count(|fate| matches!(fate, Fate::Refused(_)))),
        left_out: earlier.into_iter().chain(left_out).collect(),
        leave_out: false,
        traps: traps.collect(),
    }
}

fn steps(plan: &Plan, about: ReleaseText, choices: ReleaseChoices) -> Vec<StepRecord> {
    let mut notes = refused(plan);
    let remarks = |word: &str, all: &[Remark]| -> Vec<String> {
        let all = all.iter().take(NAMED);
        all.map(|one| format!("{word}: {}: {}.", one.object, one.says))
            .collect()
    };
    notes.extend(remarks("Left out", &about.left_out));
    notes.extend(remarks("Mind", &about.traps));
    let mut first = StepRecord::new(Step::Release(ReleasePart::Text(about)));
    first.notes = notes;
    let mut steps = vec![first];
    if !choices.delete.is_empty() {
        let objects = choices.delete;
        steps.push(StepRecord::new(Step::Release(ReleasePart::Delete {
            objects,
        })));
    }
    for (wave, objects) in plan.waves() {
        let objects = number(objects);
        let mut record = StepRecord::new(Step::Release(ReleasePart::Wave { wave, objects }));
        record.notes = vec![counts(plan, wave)];
        record.conflicts = conflicts(plan, wave);
        steps.push(record);
    }
    steps.push(StepRecord::new(Step::Release(ReleasePart::Whole)));
    steps
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The first objects that would never be taken, each with its line and the reason.
fn refused(plan: &Plan) -> Vec<String> {
    let found = plan.objects.iter().filter_map(|one| match &one.fate {
        Fate::Refused(why) => Some(format!(
            "Refused: {} (line {}): {why}",
            one.target.object, one.manifest.line
        )),
        Fate::New | Fate::Changed(_) | Fate::Unchanged | Fate::Conflict(_) | Fate::Untried(_) => {
            None
        }
    });
    found.take(NAMED).collect()
}

/// Such as `14 new, 3 changed, 9 unchanged.`
fn counts(plan: &Plan, wave: Wave) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in plan.objects.iter().filter(|one| one.wave == wave) {
        *counts.entry(one.fate.word()).or_default() += 1;
    }
    let parts: Vec<String> = Fate::WORDS
        .iter()
        .filter_map(|word| Some(format!("{} {word}", counts.get(word)?)))
        .collect();
    format!("{}.", parts.join(", "))
}

/// By manager, the first objects and fields of a wave that others own.
fn conflicts(plan: &Plan, wave: Wave) -> Vec<Conflict> {
    let mut by_manager: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in plan.objects.iter().filter(|one| one.wave == wave) {
        let Fate::Conflict(found) = &one.fate else {
            continue;
        };
        for conflict in found {
            let field = format!("{}: {}", one.target.object, conflict.field);
            by_manager.entry(&conflict.manager).or_default().push(field);
        }
    }
    let mut found = Vec::new();
    for (manager, fields) in by_manager {
        let more = fields.len().saturating_sub(NAMED);
        let mut named: Vec<String> = fields.into_iter().take(NAMED).collect();
        if more > 0 {
            named.push(format!("{}: and {more} more fields", wave.title()));
        }
        found.extend(named.into_iter().map(|field| Conflict {
            manager: manager.to_owned(),
            field,
        }));
    }
    found
}
