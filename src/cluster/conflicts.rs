//! Who else owns a field: conflicts of server-side apply, and owners by `managedFields`. Pure.

use std::collections::BTreeSet;

use kube::api::DynamicObject;
use kube::core::Status;

use super::error::Error;
use super::kinds::{FIELD_MANAGER, PROFILE_CONTROLLER};
use crate::domain::Conflict;

/// The conflicts that a 409 lists; empty when the 409 is about something else.
pub(crate) fn from_status(status: &Status) -> Vec<Conflict> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let found: BTreeSet<_> = causes
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| Conflict {
            manager: manager_in(&cause.message).to_owned(),
            field: cause.field.clone(),
        })
        .collect();
    found.into_iter().collect()
}

/// `conflict with "kubectl-edit" using v1 at …`: the part in quotation marks.
fn manager_in(message: &str) -> &str {
    message.split('"').nth(1).unwrap_or(message)
}

/// # Errors
/// The conflicts that nobody accepted: nothing is taken over in part.
pub(crate) fn all_accepted(conflicts: &[Conflict], accepted: &[Conflict]) -> Result<(), Error> {
    let open = conflicts.iter().filter(|one| !accepted.contains(one));
    let open: Vec<Conflict> = open.cloned().collect();
    if open.is_empty() {
        Ok(())
    } else {
        Err(Error::FieldConflict(open))
    }
}

/// Only what a person must decide. Our own earlier writes are ours, and the profile controller never decides a
/// value: it copies what others asked for.
pub(crate) fn of_others(conflicts: Vec<Conflict>) -> Vec<Conflict> {
    conflicts
        .into_iter()
        .filter(|conflict| is_other(&conflict.manager))
        .collect()
}

fn is_other(manager: &str) -> bool {
    manager != FIELD_MANAGER && !PROFILE_CONTROLLER.contains(&manager)
}

/// Other managers that own the field under this path of `managedFields` keys, such as `f:spec`, `f:owner`.
pub(crate) fn owners(object: &DynamicObject, path: &[&str], field: &str) -> Vec<Conflict> {
    let entries = object.metadata.managed_fields.iter().flatten();
    let found: BTreeSet<_> = entries
        .filter(|entry| {
            let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
            fields.is_some_and(|fields| {
                path.iter()
                    .try_fold(fields, |at, key| at.get(*key))
                    .is_some()
            })
        })
        .filter_map(|entry| entry.manager.clone())
        .filter(|manager| is_other(manager))
        .map(|manager| Conflict {
            manager,
            field: field.to_owned(),
        })
        .collect();
    found.into_iter().collect()
}

/// In words: `.spec.x (kubectl-edit), .spec.y (helm)`.
pub(crate) fn sentence(conflicts: &[Conflict]) -> String {
    let parts: Vec<_> = conflicts
        .iter()
        .map(|conflict| format!("{} ({})", conflict.field, conflict.manager))
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn conflict(manager: &str, field: &str) -> Conflict {
        Conflict {
            manager: manager.to_owned(),
            field: field.to_owned(),
        }
    }

    /// As kube-apiserver v1.34 answers an unforced apply over fields of kubectl.
    fn refusal() -> Status {
        serde_json::from_value(json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "Apply failed with 2 conflicts: conflicts with \"kubectl-client-side-apply\" using kubeflow.org/v1:\n- .spec.resourceQuotaSpec.hard.cpu\n- .spec.resourceQuotaSpec.hard.memory",
            "reason": "Conflict",
            "details": {"causes": [
                {"reason": "FieldManagerConflict", "message": "conflict with \"kubectl-client-side-apply\" using kubeflow.org/v1", "field": ".spec.resourceQuotaSpec.hard.cpu"},
                {"reason": "FieldManagerConflict", "message": "conflict with \"profile-controller\" using kubeflow.org/v1 at 2026-01-02T03:04:05Z", "field": ".spec.resourceQuotaSpec.hard.memory"}
            ]},
            "code": 409
        }))
        .unwrap()
    }

    #[test]
    fn a_refused_apply_names_manager_and_field() {
        assert_eq!(
            from_status(&refusal()),
            [
                conflict(
                    "kubectl-client-side-apply",
                    ".spec.resourceQuotaSpec.hard.cpu"
                ),
                conflict("profile-controller", ".spec.resourceQuotaSpec.hard.memory"),
            ]
        );
    }

    #[test]
    fn the_profile_controller_and_we_ourselves_are_nobody_to_ask() {
        let mut found = from_status(&refusal());
        found.push(conflict("kubeflow-admin", ".spec.x"));
        assert_eq!(
            of_others(found),
            [conflict(
                "kubectl-client-side-apply",
                ".spec.resourceQuotaSpec.hard.cpu"
            )]
        );
    }

    #[test]
    fn a_stale_version_is_no_field_conflict() {
        let status = Status {
            reason: "Conflict".to_owned(),
            ..refusal()
        };
        let status = Status {
            details: None,
            ..status
        };
        assert!(from_status(&status).is_empty());
    }

    #[test]
    fn managed_fields_tell_whom_a_key_belongs_to() {
        let object: DynamicObject = serde_json::from_value(json!({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile",
            "metadata": {"name": "ana", "managedFields": [
                {"manager": "kubectl-client-side-apply", "operation": "Update", "fieldsType": "FieldsV1",
                 "fieldsV1": {"f:spec": {"f:resourceQuotaSpec": {"f:hard": {"f:cpu": {}}}}}},
                {"manager": "kubeflow-admin", "operation": "Apply", "fieldsType": "FieldsV1",
                 "fieldsV1": {"f:spec": {"f:resourceQuotaSpec": {"f:hard": {"f:cpu": {}, "f:memory": {}}}}}}
            ]}
        }))
        .unwrap();
        let of = |key: &str| {
            owners(
                &object,
                &["f:spec", "f:resourceQuotaSpec", "f:hard", key],
                "x",
            )
        };
        assert_eq!(of("f:cpu"), [conflict("kubectl-client-side-apply", "x")]);
        assert_eq!(of("f:memory"), []);
        assert_eq!(of("f:pods"), []);
    }
}
