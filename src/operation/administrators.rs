//! Who administers, and that somebody always does: checked when it is planned and again when it is done.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::run::Run;
use super::step::{StepError, Undo};
use crate::cluster::{self, Acting, Applied, Cluster, Mode};
use crate::domain::{
    AdministratorChange, Authority, Checklist, Decision, Entrants, Leaving, LoginSource, Subject,
    UserName, Via,
};
use crate::store::{self, Store};

/// Sessions that are read to learn who came in with which groups.
const SESSIONS: u32 = 10_000;

/// Who can come in: whoever has a login at Dex, and whoever is here right now by way of Dex.
pub async fn entrants(cluster: &Cluster, store: &Store) -> Result<Entrants, store::Error> {
    let logins = cluster.logins();
    // Dex looks a Password object up in lower case, so one with upper case is never found.
    let usable = logins.items.iter().filter(|login| {
        login.source == LoginSource::Static || login.email.folded() == login.email.as_str()
    });
    let mut people: BTreeSet<UserName> = usable.map(|login| login.email.clone()).collect();
    let mut groups: BTreeMap<String, BTreeSet<UserName>> = BTreeMap::new();
    let (sessions, _) = store.sessions_page("", SESSIONS, 0).await?;
    for session in sessions {
        if session.actor.via != Via::Dex {
            continue;
        }
        let user = session.actor.user;
        for group in session.actor.groups {
            let members = groups.entry(group.to_string()).or_default();
            members.insert(user.clone());
        }
        people.insert(user);
    }
    Ok(Entrants { people, groups })
}

pub(super) async fn rehearse(
    acting: &Acting,
    change: &AdministratorChange,
) -> Result<Applied, cluster::Error> {
    match change {
        AdministratorChange::Add { user } => acting.add_administrator(user, Mode::DryRun).await,
        AdministratorChange::Remove { binding, subject } => {
            acting.rehearse_removal(binding, subject).await
        }
    }
}

/// What the plan says of lines that no step is about, and of what was found in the others.
pub(super) fn decided(checklist: &Checklist) -> Applied {
    let said = checklist.lines.iter().flat_map(|line| {
        let kept = line.decision == Decision::Keep;
        let found = (!line.found.is_empty()).then(|| {
            let what = line.item.describe();
            format!("In {what}: {}.", line.found.join(", "))
        });
        kept.then(|| line.describe()).into_iter().chain(found)
    });
    Applied {
        notes: said.collect(),
        ..Applied::default()
    }
}

impl Run {
    pub(super) async fn change_administrator(
        &self,
        acting: &Acting,
        index: usize,
        change: &AdministratorChange,
    ) -> Result<String, StepError> {
        match change {
            AdministratorChange::Add { user } => {
                acting.add_administrator(user, Mode::Apply).await?;
                Ok(format!("{user} is an administrator, within a minute."))
            }
            AdministratorChange::Remove { binding, subject } => {
                let now = acting.rehearse_removal(binding, subject).await?;
                if let Some(error) = self.kept_since(&acting.seen_in_git()) {
                    return Err(error);
                }
                let accepted = &self.operation.steps[index].conflicts;
                let new = now
                    .conflicts
                    .into_iter()
                    .filter(|one| !accepted.contains(one));
                let new: Vec<_> = new.collect();
                if !new.is_empty() {
                    return Err(cluster::Error::FieldConflict(new).into());
                }
                self.take_out(acting, binding, subject).await?;
                Ok(format!(
                    "{subject} is no longer in ClusterRoleBinding {binding}."
                ))
            }
        }
    }

    async fn take_out(
        &self,
        acting: &Acting,
        binding: &str,
        subject: &Subject,
    ) -> Result<(), StepError> {
        let entrants = self.entrants().await?;
        let leaving = Leaving {
            subject: subject.clone(),
            since: self.engine.clock.now(),
        };
        let agrees = |now: &Authority| {
            let foreseen = now.clone().foreseen(leaving.since);
            now.keeps_an_administrator(&foreseen, &entrants, &[])
        };
        let removed = acting
            .remove_administrator(binding, &leaving, agrees)
            .await?;
        removed.map_err(StepError::NobodyLeft)
    }

    /// Before anything else is done about people who leave.
    pub(super) async fn check_who_stays(
        &self,
        acting: &Acting,
        checklist: &Checklist,
    ) -> Result<String, StepError> {
        let entrants = self.entrants().await?;
        let now = acting.authority().await?;
        let at = self.engine.clock.now();
        who_stays((&now, at), &entrants, checklist).map_err(StepError::NobodyLeft)?;
        let (all, kept) = (checklist.lines.len(), checklist.kept());
        Ok(format!(
            "An administrator stays. Decided: {all}, of which kept on purpose: {kept}."
        ))
    }

    async fn entrants(&self) -> Result<Entrants, store::Error> {
        let parts = &self.engine.parts;
        entrants(&parts.cluster, &parts.store).await
    }

    pub(super) async fn undo_administrator(
        &self,
        acting: &Acting,
        change: &AdministratorChange,
        found: Option<&Value>,
    ) -> Result<Undo, StepError> {
        match (change, found) {
            (AdministratorChange::Add { user }, None) => {
                let subject = Subject::User(user.clone());
                self.take_out(acting, cluster::ADMINISTRATORS, &subject)
                    .await?;
                Ok(Undo::Done(format!("{user} is no administrator again.")))
            }
            (AdministratorChange::Remove { binding, subject }, Some(before)) => {
                let role = before["role"].as_str().unwrap_or_default();
                acting.restore_administrator(binding, subject, role).await?;
                Ok(Undo::Done(format!(
                    "{subject} is in ClusterRoleBinding {binding} again."
                )))
            }
            (AdministratorChange::Add { .. }, Some(_))
            | (AdministratorChange::Remove { .. }, None) => Ok(Undo::Nothing),
        }
    }
}

/// May all of this be done, as things are now?
pub fn who_stays(
    (now, at): (&Authority, Timestamp),
    entrants: &Entrants,
    checklist: &Checklist,
) -> Result<(), String> {
    let foreseen = checklist
        .without_rights()
        .fold(now.clone().foreseen(at), |left, (binding, subject)| {
            left.without(binding, &subject)
        });
    now.keeps_an_administrator(&foreseen, entrants, &checklist.without_login())
}
