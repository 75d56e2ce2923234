//! What a plan says about objects that are kept in Git or a chart, and what the person has to accept first.

use crate::domain::{Commit, GitObject, Manager, Operation};
use crate::web::fields::{CheckField, FormErrors};
use crate::web::view::{Fact, When};
use crate::web::words;

/// One block per tool, with one box to tick for everything that it keeps.
pub(super) struct GitView {
    pub(super) manager: &'static str,
    pub(super) takes_back: &'static str,
    pub(super) objects: Vec<ObjectView>,
    pub(super) temporary: CheckField,
}

#[derive(PartialEq, Eq)]
pub(super) struct ObjectView {
    pub(super) object: String,
    pub(super) what: &'static str,
    /// YAML; empty when the object has to go.
    pub(super) patch: String,
}

pub(super) fn views(operation: &Operation, errors: &FormErrors) -> Vec<GitView> {
    let managers = operation.git_managers();
    managers
        .into_iter()
        .map(|manager| GitView {
            manager: manager.as_str(),
            takes_back: manager.takes_back(),
            objects: objects(operation, manager),
            temporary: temporary(manager, errors),
        })
        .collect()
}

/// Each change once, however many steps make it.
fn objects(operation: &Operation, manager: Manager) -> Vec<ObjectView> {
    let all = operation.steps.iter().flat_map(|step| &step.git);
    let mut views = Vec::new();
    for one in all.filter(|one| one.manager == manager).map(view) {
        if !views.contains(&one) {
            views.push(one);
        }
    }
    views
}

fn view(object: &GitObject) -> ObjectView {
    let (what, patch) = match &object.commit {
        Commit::Patch(patch) => (words::commit(object.manager), patch.clone()),
        Commit::Remove => (words::COMMIT_REMOVAL, String::new()),
    };
    ObjectView {
        object: object.object.clone(),
        what,
        patch,
    }
}

fn temporary(manager: Manager, errors: &FormErrors) -> CheckField {
    let label = format!(
        "Change it here all the same: temporary, {} will put it back",
        manager.as_str()
    );
    let mut field = CheckField::new("temporary", &label, false).sending(manager.as_str());
    field.id = field_id(manager);
    field.error = errors.at(&field.id);
    field
}

fn field_id(manager: Manager) -> String {
    format!("temporary-{}", manager.key())
}

/// An error at every box.
pub(super) fn missing(operation: &Operation) -> FormErrors {
    let mut errors = FormErrors::default();
    for manager in operation.git_managers() {
        errors.add(&field_id(manager), words::NOT_TEMPORARY);
    }
    errors
}

/// For the page of an operation that was started in spite of Git.
pub(super) fn accepted(operation: &Operation) -> Option<Fact> {
    let at = operation.temporary?;
    let managers: Vec<&str> = operation
        .git_managers()
        .into_iter()
        .map(Manager::as_str)
        .collect();
    let value = format!(
        "{} will put it back; accepted {}",
        managers.join(" and "),
        When::new(at, at).exact
    );
    Some(Fact::new("Temporary", value))
}
