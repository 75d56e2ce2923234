//! What a person may do, asked of the API server and remembered for at most a minute.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::cluster::{self, Cluster};
use crate::domain::{Actor, Permission, ResourceRule, Verdict};

/// Rights are asked for again after this long (SEC-21).
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
/// More people than this at once are not remembered; the oldest go first.
const MOST: usize = 10_000;

/// The answers to every rule that any permission needs.
#[derive(Debug, Clone)]
pub struct Rights {
    answers: BTreeMap<ResourceRule, Verdict>,
    asked_at: Timestamp,
}

impl Rights {
    pub fn allows(&self, permission: Permission) -> bool {
        permission.rules().iter().all(|rule| {
            self.answers
                .get(rule)
                .is_some_and(|verdict| verdict.allowed)
        })
    }

    /// The first rule that is not allowed, with the API server's reason.
    pub fn missing(&self, permission: Permission) -> Option<(ResourceRule, Verdict)> {
        permission.rules().iter().find_map(|rule| {
            let verdict = self.answers.get(rule).cloned().unwrap_or(Verdict {
                allowed: false,
                reason: String::new(),
            });
            (!verdict.allowed).then_some((*rule, verdict))
        })
    }

    /// Every permission with one verdict: the refusal that stands in the way, or the reason of the first rule.
    pub fn all(&self) -> Vec<(Permission, Verdict)> {
        let verdict = |permission: Permission| match self.missing(permission) {
            Some((rule, verdict)) if verdict.reason.is_empty() => Verdict {
                allowed: false,
                reason: format!("no role allows to {}", rule.describe()),
            },
            Some((_, verdict)) => verdict,
            None => permission
                .rules()
                .first()
                .and_then(|rule| self.answers.get(rule).cloned())
                .unwrap_or(Verdict {
                    allowed: true,
                    reason: "everybody who is signed in".to_owned(),
                }),
        };
        Permission::ALL
            .into_iter()
            .map(|permission| (permission, verdict(permission)))
            .collect()
    }

    pub(super) async fn ask(
        cluster: &Cluster,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Self, cluster::Error> {
        let rules: std::collections::BTreeSet<ResourceRule> = Permission::ALL
            .into_iter()
            .flat_map(|permission| permission.rules().iter().copied())
            .collect();
        let questions = rules
            .into_iter()
            .map(async |rule| Ok((rule, cluster.may(actor, &rule).await?)));
        let answers = join_all(questions)
            .await
            .into_iter()
            .collect::<Result<_, cluster::Error>>()?;
        Ok(Self {
            answers,
            asked_at: now,
        })
    }
}

type Key = (String, Vec<String>, u8);

/// The memory of [`Rights`], by identity.
#[derive(Default)]
pub(super) struct RightsCache {
    known: Mutex<HashMap<Key, Arc<Rights>>>,
}

impl RightsCache {
    /// Rights of an actor, at most [`REMEMBERED`] old. One round of reviews, all at once, when they are older.
    pub(super) async fn of(
        &self,
        cluster: &Cluster,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Arc<Rights>, cluster::Error> {
        let groups = actor.groups.iter().map(ToString::to_string).collect();
        let key = (actor.user.to_string(), groups, actor.via as u8);
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some(rights) =
            known.filter(|rights| now.duration_since(rights.asked_at) < REMEMBERED)
        {
            return Ok(rights);
        }
        let rights = Arc::new(Rights::ask(cluster, actor, now).await?);
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, rights| now.duration_since(rights.asked_at) < REMEMBERED);
        }
        all.insert(key, rights.clone());
        Ok(rights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(allowed: impl Fn(&ResourceRule) -> bool) -> Rights {
        let rules = Permission::ALL
            .into_iter()
            .flat_map(|p| p.rules().iter().copied());
        Rights {
            answers: rules
                .map(|r| {
                    (
                        r,
                        Verdict {
                            allowed: allowed(&r),
                            reason: String::new(),
                        },
                    )
                })
                .collect(),
            asked_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn sec_29_whoever_may_only_list_may_write_nothing() {
        let reader = rights(|rule| rule.verb == "list");
        for permission in Permission::ALL {
            assert_eq!(
                reader.allows(permission),
                !permission.is_write(),
                "{permission:?}"
            );
        }
    }

    #[test]
    fn one_missing_rule_is_enough_to_refuse_and_is_named() {
        let almost = rights(|rule| rule.verb != "delete");
        assert!(!almost.allows(Permission::WriteUsers));
        let (rule, _) = almost.missing(Permission::WriteUsers).unwrap();
        assert_eq!(
            rule.describe(),
            "delete passwords.dex.coreos.com in namespace auth"
        );
    }

    #[test]
    fn an_unanswered_question_is_a_refusal() {
        let nothing = Rights {
            answers: BTreeMap::new(),
            asked_at: Timestamp::UNIX_EPOCH,
        };
        assert!(!nothing.allows(Permission::ReadProfiles));
        assert!(nothing.allows(Permission::Own));
    }
}
