//! What applying the text would do, looked up before anything is done: each object that can be tried is tried by a
//! server-side dry run.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use futures::{StreamExt as _, stream as futures_stream};
use serde_json::Value;

use super::address::{addressed, to_delete};
use super::compare::changed_fields;
use super::stream::{Manifest, Wrong};
use super::traps::{self, Trap, advice};
use super::waves::Turn;
use crate::cluster::{Acting, Error, Mode, Owners, Refusal, Served, Target};
use crate::domain::{Conflict, Fate, ObjectRef, Wave};

/// Requests on their way at the same time.
pub(super) const AT_ONCE: usize = 16;
/// How often an object is looked for, and the pause between.
const QUESTIONS: u32 = 3;
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(1);

/// What a person decided before.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Field managers whose fields are taken over.
    pub take_over: BTreeSet<String>,
    /// Objects that go first.
    pub delete: Vec<ObjectRef>,
}

#[derive(Clone)]
pub struct Planned {
    pub manifest: Manifest,
    pub target: Target,
    pub wave: Wave,
    pub(super) turn: Turn,
    pub fate: Fate,
}

/// An object that is left out because this Kubernetes does not serve its kind any more.
#[derive(Debug, Clone)]
pub struct LeftOut {
    pub object: ObjectRef,
    pub line: usize,
    pub why: String,
}

pub struct Plan {
    /// In the order of the waves.
    pub objects: Vec<Planned>,
    pub left_out: Vec<LeftOut>,
    pub traps: Vec<Trap>,
    pub deletions: Vec<Target>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("the text cannot be applied to this cluster")]
    Wrong(Vec<Wrong>),
    #[error(transparent)]
    Cluster(#[from] Error),
    #[error("{object} cannot be looked at: {why}")]
    Unseen { object: String, why: String },
}

impl Planned {
    /// An object of a plan that was kept, as it is still to be done.
    pub fn again(manifest: Manifest, target: Target, wave: Wave, fate: Fate) -> Self {
        Self {
            turn: Turn::of(&target.object),
            manifest,
            target,
            wave,
            fate,
        }
    }
}

impl Plan {
    /// Waves that write or wait for something, with the number of objects that each writes.
    pub fn waves(&self) -> Vec<(Wave, usize)> {
        let counted = Wave::ALL.into_iter().map(|wave| {
            let writes = |one: &&Planned| one.wave == wave && one.fate != Fate::Unchanged;
            (wave, self.objects.iter().filter(writes).count())
        });
        counted
            .filter(|(wave, count)| {
                *count > 0 || !super::conditions::of(*wave, &self.objects).is_empty()
            })
            .collect()
    }

    /// How many objects share a fate.
    pub fn count(&self, wanted: fn(&Fate) -> bool) -> usize {
        self.objects.iter().filter(|one| wanted(&one.fate)).count()
    }

    /// Nothing stands in the way that trying would not mend.
    pub fn may_start(&self) -> bool {
        let stops = |fate: &Fate| matches!(fate, Fate::Conflict(_) | Fate::Refused(_));
        !self.objects.iter().any(|one| stops(&one.fate))
    }
}

/// Looks at the cluster and changes nothing.
pub async fn plan(
    acting: &Acting,
    manifests: Vec<Manifest>,
    choices: &Choices,
) -> Result<Plan, PlanError> {
    let names = manifests
        .iter()
        .map(|one| &one.object)
        .chain(&choices.delete);
    let versions: BTreeSet<_> = names.map(ObjectRef::api_version).collect();
    let served = acting.served(&versions).await?;
    let deletions = to_delete(&served, &choices.delete)?;
    let (mut objects, left_out) = addressed(manifests, &served, acting.default_namespace())?;
    let looked = Looked {
        acting,
        served: &served,
        absent: absent_namespaces(acting, &objects).await?,
        take_over: &choices.take_over,
        doomed: deletions.iter().map(|one| one.object.clone()).collect(),
    };
    looked.refuse_nowhere(&objects)?;
    let asked: Vec<_> = objects.iter().map(|one| looked.fate(one)).collect();
    let fates: Vec<_> = futures_stream::iter(asked)
        .buffered(AT_ONCE)
        .collect()
        .await;
    for (one, fate) in objects.iter_mut().zip(fates) {
        one.fate = fate?;
    }
    let traps = looked.traps(&objects).await?;
    Ok(Plan {
        objects,
        left_out,
        traps,
        deletions,
    })
}

/// How objects to be deleted are addressed.
pub async fn targets(acting: &Acting, objects: &[ObjectRef]) -> Result<Vec<Target>, PlanError> {
    let versions = objects.iter().map(ObjectRef::api_version).collect();
    let served = acting.served(&versions).await?;
    to_delete(&served, objects)
}

async fn absent_namespaces(
    acting: &Acting,
    objects: &[Planned],
) -> Result<HashSet<String>, PlanError> {
    let used: BTreeSet<_> = objects
        .iter()
        .filter_map(|one| one.target.object.namespace.clone())
        .collect();
    let mut absent = HashSet::new();
    for name in used {
        let object = ObjectRef {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            namespace: None,
            name: name.clone(),
        };
        let target = Target {
            object,
            plural: "namespaces".to_owned(),
        };
        if seen(acting, &target).await?.is_none() {
            absent.insert(name);
        }
    }
    Ok(absent)
}

fn unseen(object: &ObjectRef, refusal: &Refusal) -> PlanError {
    PlanError::Unseen {
        object: object.to_string(),
        why: refusal.to_string(),
    }
}

/// Whoever does not answer is asked again a few times: a plan is hundreds of questions.
async fn seen(acting: &Acting, target: &Target) -> Result<Option<Value>, PlanError> {
    let mut left = QUESTIONS;
    loop {
        left -= 1;
        match acting.look(target).await {
            Err(Refusal::Passing(_)) if left > 0 => tokio::time::sleep(BETWEEN_QUESTIONS).await,
            found => return found.map_err(|refusal| unseen(&target.object, &refusal)),
        }
    }
}

/// What is known of the cluster while objects are looked at.
struct Looked<'a> {
    acting: &'a Acting,
    served: &'a Served,
    absent: HashSet<String>,
    take_over: &'a BTreeSet<String>,
    doomed: HashSet<ObjectRef>,
}

impl Looked<'_> {
    /// Objects in a namespace that neither exists nor comes with the text.
    fn refuse_nowhere(&self, objects: &[Planned]) -> Result<(), PlanError> {
        let made: HashSet<_> = objects
            .iter()
            .filter(|one| one.wave == Wave::Namespaces)
            .map(|one| one.target.object.name.as_str())
            .collect();
        let nowhere = objects.iter().filter_map(|one| {
            let namespace = one.target.object.namespace.as_deref()?;
            let lost = self.absent.contains(namespace) && !made.contains(namespace);
            let says = format!(
                "there is no namespace {namespace}, neither in the cluster nor in the text"
            );
            lost.then(|| Wrong::new(one.manifest.line, one.target.object.to_string(), says))
        });
        let wrong: Vec<_> = nowhere.collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(PlanError::Wrong(wrong))
        }
    }

    async fn fate(&self, planned: &Planned) -> Result<Fate, PlanError> {
        let object = &planned.target.object;
        let nowhere = object
            .namespace
            .as_ref()
            .is_some_and(|one| self.absent.contains(one));
        if nowhere
            || self.served.find(&planned.manifest.object).is_none()
            || self.doomed.contains(object)
        {
            return Ok(Fate::New);
        }
        let before = seen(self.acting, &planned.target).await?;
        let tried = self.try_out(planned, Owners::Respect).await;
        let tried = match tried {
            Err(Refusal::Conflict(found)) if self.are_taken(&found) => {
                self.try_out(planned, Owners::TakeOver).await
            }
            other => other,
        };
        Ok(match (before, tried) {
            (None, Ok(_)) => Fate::New,
            (Some(before), Ok(after)) => match changed_fields(&before, &after) {
                none if none.is_empty() => Fate::Unchanged,
                some => Fate::Changed(some),
            },
            (_, Err(Refusal::Conflict(found))) => Fate::Conflict(found),
            (_, Err(Refusal::Passing(why))) => Fate::Untried(why),
            (_, Err(Refusal::Lasting(why))) => Fate::Refused(with_advice(object, &why)),
        })
    }

    async fn try_out(&self, planned: &Planned, owners: Owners) -> Result<Value, Refusal> {
        self.acting
            .apply_any(
                &planned.target,
                &planned.manifest.body,
                Mode::DryRun,
                owners,
            )
            .await
    }

    fn are_taken(&self, conflicts: &[Conflict]) -> bool {
        are_taken(self.take_over, conflicts)
    }

    async fn traps(&self, objects: &[Planned]) -> Result<Vec<Trap>, PlanError> {
        let suspects = traps::suspects(objects.iter().map(|one| &one.target.object));
        let mut found = Vec::new();
        let mut known: BTreeMap<(String, Option<String>), Vec<String>> = BTreeMap::new();
        for suspect in suspects {
            let namespace = suspect.object.namespace.clone();
            let nowhere = namespace
                .as_ref()
                .is_some_and(|one| self.absent.contains(one));
            if nowhere || self.doomed.contains(&suspect.object) {
                continue;
            }
            let target = Target {
                object: suspect.object,
                plural: suspect.plural.to_owned(),
            };
            let place = (target.plural.clone(), namespace);
            if !known.contains_key(&place) {
                let all = self.acting.neighbours(&target, "").await;
                let all = all.map_err(|refusal| unseen(&target.object, &refusal))?;
                let names = all
                    .iter()
                    .filter_map(|one| one["metadata"]["name"].as_str());
                known.insert(place.clone(), names.map(str::to_owned).collect());
            }
            if known[&place].contains(&target.object.name) {
                found.push(Trap {
                    object: target.object,
                    says: suspect.says.to_owned(),
                });
            }
        }
        Ok(found)
    }
}

/// Everybody who owns something was named by the person.
pub(super) fn are_taken(take_over: &BTreeSet<String>, conflicts: &[Conflict]) -> bool {
    conflicts.iter().all(|one| take_over.contains(&one.manager))
}

pub(super) fn with_advice(object: &ObjectRef, why: &str) -> String {
    match advice(object, why) {
        "" => why.to_owned(),
        more => format!("{why}. {more}"),
    }
}

#[cfg(test)]
mod tests;
