//! Applies a plan wave by wave, waits between them, and tells what it does.
//!
//! Owns patience: what may pass is tried again with growing pauses up to a limit, what never will is named at once.
//! Nothing is kept: whoever was interrupted, even by `kill -9`, plans again, and what is done already is unchanged.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::conditions::{self, Condition, What};
use super::plan::{AT_ONCE, Plan, Planned, are_taken, with_advice};
use super::waves::Turn;
use crate::cluster::{Acting, Mode, Owners, Refusal, Target};
use crate::domain::{Fate, ObjectRef, Wave};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// Once something waited this long, people are told again what for.
const REMIND: Duration = Duration::from_secs(15);

/// Something that happened, for whoever looks on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Wave {
        wave: Wave,
        objects: usize,
    },
    Deleted(ObjectRef),
    Applied(ObjectRef),
    /// It will be tried again.
    Again {
        object: ObjectRef,
        why: String,
    },
    Failed {
        object: ObjectRef,
        why: String,
    },
    /// What is still waited for.
    Waiting(Vec<String>),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every object is applied and everything waited for is true.
    Complete,
    /// Everything was tried; some objects were refused.
    WithFailures,
    /// Something that others need did not come; the rest was not begun.
    Stopped,
    /// As asked; the same command goes on.
    Paused,
}

pub struct Runner<'a> {
    pub acting: &'a Acting,
    pub take_over: &'a BTreeSet<String>,
    /// How long an object is tried, and a wave waited for.
    pub patience: Duration,
    pub stop: &'a CancellationToken,
    pub events: UnboundedSender<Event>,
}

impl Runner<'_> {
    pub async fn run(&self, plan: &Plan) -> Ending {
        let mut ending = self.delete(&plan.deletions).await;
        for wave in Wave::ALL {
            if matches!(ending, Ending::Stopped | Ending::Paused) {
                break;
            }
            let of_wave = self.wave(wave, &plan.objects).await;
            if of_wave != Ending::Complete {
                ending = of_wave;
            }
        }
        ending
    }

    /// One wave out of all objects of a plan, and what is waited for at its end.
    pub async fn wave(&self, wave: Wave, plan: &[Planned]) -> Ending {
        let objects = due(wave, plan);
        let conditions = conditions::of(wave, plan);
        if objects.is_empty() && conditions.is_empty() {
            return Ending::Complete;
        }
        self.tell(Event::Wave {
            wave,
            objects: objects.len(),
        });
        let refused = !self.apply_wave(&objects).await;
        let needed = [Wave::Namespaces, Wave::Definitions].contains(&wave);
        if self.stop.is_cancelled() || (refused && needed) || !self.wait(conditions).await {
            return self.interrupted();
        }
        if refused {
            Ending::WithFailures
        } else {
            Ending::Complete
        }
    }

    fn interrupted(&self) -> Ending {
        if self.stop.is_cancelled() {
            Ending::Paused
        } else {
            Ending::Stopped
        }
    }

    fn tell(&self, event: Event) {
        // Whoever looked on may have gone; the work is the same.
        let _ = self.events.send(event);
    }

    /// Were all of them taken?
    async fn apply_wave(&self, objects: &[&Planned]) -> bool {
        let mut good = true;
        for turn in [Turn::First, Turn::Then] {
            let now = objects.iter().filter(|one| one.turn == turn);
            let now: Vec<_> = now.map(|one| self.apply(one)).collect();
            let done: Vec<bool> = stream::iter(now).buffer_unordered(AT_ONCE).collect().await;
            good &= done.into_iter().all(|one| one);
        }
        good
    }

    async fn apply(&self, planned: &Planned) -> bool {
        let object = &planned.target.object;
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut told = String::new();
        let mut owners = Owners::Respect;
        while !self.stop.is_cancelled() {
            let body = &planned.manifest.body;
            let why = match self
                .acting
                .apply_any(&planned.target, body, Mode::Apply, owners)
                .await
            {
                Ok(_) => {
                    self.tell(Event::Applied(object.clone()));
                    return true;
                }
                Err(Refusal::Conflict(found))
                    if owners == Owners::Respect && are_taken(self.take_over, &found) =>
                {
                    owners = Owners::TakeOver;
                    continue;
                }
                Err(Refusal::Passing(why)) if begun.elapsed() < self.patience => why,
                Err(other) => {
                    let why = with_advice(object, &other.to_string());
                    self.tell(Event::Failed {
                        object: object.clone(),
                        why,
                    });
                    return false;
                }
            };
            if why != told {
                told.clone_from(&why);
                self.tell(Event::Again {
                    object: object.clone(),
                    why,
                });
            }
            pause = self.rest(pause).await;
        }
        false
    }

    /// Sleeps unless told to stop; gives the next pause.
    async fn rest(&self, pause: Duration) -> Duration {
        let sleep = tokio::time::sleep(pause);
        self.stop.run_until_cancelled(sleep).await;
        (pause * 2).min(LONGEST_PAUSE)
    }

    /// Until everything is true; `false` when it did not come in time or nobody wants to wait any more.
    async fn wait(&self, mut open: Vec<Condition>) -> bool {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut told = (0, begun);
        loop {
            open = self.still_open(open).await;
            if open.is_empty() {
                return true;
            }
            if self.stop.is_cancelled() {
                return false;
            }
            if begun.elapsed() > self.patience {
                let long = format!("not within {} s", self.patience.as_secs());
                for one in &open {
                    let why = format!("waited for {}: {long}", one.words());
                    self.tell(Event::Failed {
                        object: one.target.object.clone(),
                        why,
                    });
                }
                return false;
            }
            if told.0 != open.len() || told.1.elapsed() > REMIND {
                told = (open.len(), Instant::now());
                self.tell(Event::Waiting(open.iter().map(Condition::words).collect()));
            }
            pause = self.rest(pause).await.min(Duration::from_secs(2));
        }
    }

    async fn still_open(&self, conditions: Vec<Condition>) -> Vec<Condition> {
        let asked = conditions.into_iter().map(|one| async move {
            let holds = self.holds(&one).await;
            (one, holds)
        });
        let asked: Vec<_> = asked.collect();
        let checked: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        checked
            .into_iter()
            .filter(|(_, holds)| !holds)
            .map(|(one, _)| one)
            .collect()
    }

    /// Whoever cannot be asked now is asked again.
    async fn holds(&self, condition: &Condition) -> bool {
        let found = match condition.what {
            What::Answered => {
                let service = &condition.target.object;
                let labels = format!("kubernetes.io/service-name={}", service.name);
                self.acting.neighbours(&slices_of(service), &labels).await
            }
            What::Established | What::Available | What::Issued | What::Trusted | What::Exists => {
                let found = self.acting.look(&condition.target).await;
                found.map(|one| one.into_iter().collect())
            }
        };
        found.is_ok_and(|found| condition.holds(&found))
    }

    /// Deletes what was asked for and sees it go.
    pub async fn delete(&self, targets: &[Target]) -> Ending {
        for target in targets {
            let begun = Instant::now();
            let mut pause = FIRST_PAUSE;
            loop {
                let why = match self.acting.look(target).await {
                    Ok(None) => break,
                    Ok(Some(found)) => {
                        let uid = found["metadata"]["uid"].as_str().unwrap_or_default();
                        let asked = self.acting.delete_any(target, uid).await;
                        asked
                            .err()
                            .map_or_else(|| "it is still there".to_owned(), |why| why.to_string())
                    }
                    Err(refusal) => refusal.to_string(),
                };
                if begun.elapsed() > self.patience || self.stop.is_cancelled() {
                    self.tell(Event::Failed {
                        object: target.object.clone(),
                        why,
                    });
                    return self.interrupted();
                }
                pause = self.rest(pause).await;
            }
            self.tell(Event::Deleted(target.object.clone()));
        }
        Ending::Complete
    }
}

/// What a wave has still to write.
fn due(wave: Wave, plan: &[Planned]) -> Vec<&Planned> {
    let of_wave = |one: &&Planned| one.wave == wave && one.fate != Fate::Unchanged;
    plan.iter().filter(of_wave).collect()
}

fn slices_of(service: &ObjectRef) -> Target {
    let object = ObjectRef {
        group: "discovery.k8s.io".to_owned(),
        version: "v1".to_owned(),
        kind: "EndpointSlice".to_owned(),
        namespace: service.namespace.clone(),
        name: service.name.clone(),
    };
    Target {
        object,
        plural: "endpointslices".to_owned(),
    }
}
