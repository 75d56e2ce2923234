//! Making somebody an administrator, and taking it from them: one binding per step.

use crate::access::Access;
use crate::domain::{
    AdministratorChange, Authority, Entrants, Kind, Operation, Step, Subject, UserName,
};
use crate::operation::PlanError;

pub async fn plan_add(access: &Access, user: UserName) -> Result<Operation, PlanError> {
    let subject = user.to_string();
    let steps = vec![Step::Administrator(AdministratorChange::Add { user })];
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::AddAdministrator, subject, steps)
        .await
}

pub async fn plan_remove(
    access: &Access,
    subject: &Subject,
    bindings: &[String],
) -> Result<Operation, PlanError> {
    let steps = bindings
        .iter()
        .map(|binding| {
            Step::Administrator(AdministratorChange::Remove {
                binding: binding.clone(),
                subject: subject.clone(),
            })
        })
        .collect();
    let planner = access.engine().planner();
    planner
        .plan(
            access.actor(),
            Kind::RemoveAdministrator,
            subject.name().to_owned(),
            steps,
        )
        .await
}

/// Why it cannot be taken from them, if it cannot; asked again when it is done.
pub fn refusal(
    access: &Access,
    (authority, entrants): (&Authority, &Entrants),
    subject: &Subject,
    bindings: &[String],
) -> Option<String> {
    if matches!(subject, Subject::User(name) if *name == access.actor().user) {
        return Some("You cannot take it from yourself: ask another administrator".to_owned());
    }
    if is_of_kubernetes(subject) {
        return Some("Kubernetes itself needs this: it is not taken away from here".to_owned());
    }
    let left = bindings
        .iter()
        .fold(access.foreseen(authority), |left, binding| {
            left.without(binding, subject)
        });
    authority.keeps_an_administrator(&left, entrants, &[]).err()
}

/// Names that the control plane and its certificates go by.
pub fn is_of_kubernetes(subject: &Subject) -> bool {
    subject.name().starts_with("system:")
}
