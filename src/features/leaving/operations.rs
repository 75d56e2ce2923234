//! What was decided becomes one operation, made of the steps that there are for each part of it.

use crate::access::{Access, Person};
use crate::domain::{
    AdministratorChange, Checklist, Decision, Email, Item, Kind, Line, LoginSource, Operation,
    StaticEdit, Step, Subject, several,
};
use crate::features::{profiles, users};
use crate::operation::PlanError;

/// Somebody who leaves, with everything of theirs that is decided about.
pub struct Leaver<'a> {
    pub email: &'a Email,
    pub person: &'a Person,
}

pub async fn plan(
    access: &Access,
    leavers: &[Leaver<'_>],
    checklist: &Checklist,
) -> Result<Operation, PlanError> {
    let subject = several(checklist.people());
    let steps = steps(access, leavers, checklist);
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::OffBoard, subject, steps)
        .await
}

/// Rights first and logins next, of everybody: whoever leaves undoes nothing. What others may miss comes after that, and
/// what is lost for ever comes last.
fn steps(access: &Access, leavers: &[Leaver<'_>], checklist: &Checklist) -> Vec<Step> {
    let lines = &checklist.lines;
    let mut steps = vec![Step::OffBoard(checklist.clone())];
    steps.extend(lines.iter().filter_map(rights));
    steps.extend(logins(leavers, lines));
    steps.extend(lines.iter().flat_map(part));
    steps.extend(lines.iter().flat_map(|line| handed_over(access, line)));
    steps.extend(lines.iter().flat_map(|line| deleted(access, line)));
    steps
}

fn rights(line: &Line) -> Option<Step> {
    match (&line.item, &line.decision) {
        (Item::Administrator { binding, user }, Decision::Delete) => {
            Some(Step::Administrator(AdministratorChange::Remove {
                binding: binding.clone(),
                subject: Subject::User(user.clone()),
            }))
        }
        _ => None,
    }
}

/// Static entries go in one write with one restart, however many.
fn logins(leavers: &[Leaver<'_>], lines: &[Line]) -> Vec<Step> {
    let (mut edits, mut steps, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
    for leaver in leavers {
        let goes = |wanted: fn(&Item) -> bool| {
            lines.iter().any(|line| {
                line.person == leaver.person.key
                    && wanted(&line.item)
                    && line.decision == Decision::Delete
            })
        };
        if goes(|item| matches!(item, Item::Login { .. })) {
            edits.extend(
                leaver
                    .person
                    .static_login()
                    .map(|login| StaticEdit::Remove {
                        login: login.email.clone(),
                    }),
            );
            steps.extend(leaver.person.password_object().map(|_| Step::DeleteLogin {
                email: leaver.email.clone(),
            }));
        }
        if goes(|item| matches!(item, Item::Sessions)) {
            let login = leaver.person.used_login();
            sessions.push(Step::EndSessions {
                email: leaver.email.clone(),
                user_id: login.map(|login| login.user_id.clone()).unwrap_or_default(),
            });
        }
    }
    if !edits.is_empty() {
        steps.extend(users::operations::rolled_out(edits));
        steps.push(Step::ProveDex);
    }
    steps.extend(sessions);
    steps
}

/// Whoever takes over has it before the other loses it.
fn part(line: &Line) -> Vec<Step> {
    let Item::Part {
        profile,
        user,
        role,
    } = &line.item
    else {
        return Vec::new();
    };
    let (profile, role) = (profile.clone(), *role);
    let taken = Step::RemoveContributor {
        profile: profile.clone(),
        user: user.clone(),
        role,
    };
    match &line.decision {
        Decision::Keep => Vec::new(),
        Decision::Delete => vec![taken],
        Decision::HandOver { to } => vec![
            Step::AddContributor {
                profile,
                user: to.clone(),
                role,
            },
            taken,
        ],
    }
}

fn handed_over(access: &Access, line: &Line) -> Vec<Step> {
    let (Item::Profile { name }, Decision::HandOver { to }) = (&line.item, &line.decision) else {
        return Vec::new();
    };
    let profile = access.cluster().profile(name);
    profile.map_or_else(Vec::new, |profile| {
        profiles::operations::transfer_steps(access, &profile, to, None)
    })
}

fn deleted(access: &Access, line: &Line) -> Vec<Step> {
    match (&line.item, &line.decision) {
        (Item::Profile { name }, Decision::Delete) => {
            profiles::operations::deletion_steps(access, name.clone())
        }
        _ => Vec::new(),
    }
}

/// Does a static entry go? That takes a right of its own.
pub fn edits_dex(leavers: &[Leaver<'_>], checklist: &Checklist) -> bool {
    let gone = checklist.without_login();
    leavers.iter().any(|leaver| {
        gone.iter().any(|name| name.folded() == leaver.person.key)
            && leaver
                .person
                .logins
                .iter()
                .any(|login| login.source == LoginSource::Static)
    })
}
