//! Contributors of which something is wrong: put right, or what is left of them removed. Each becomes a plan.

use axum::response::Response;
use http::StatusCode;

use super::actions::review;
use super::operations::{Diagnosis, diagnose, plan_mend};
use crate::access::Access;
use crate::domain::{PairFix, ProfileName};
use crate::web::extract::Path;
use crate::web::form::CheckedForm;
use crate::web::paths;
use crate::web::problem::Problem;

pub(super) async fn mend(
    access: Access,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let found = find(&access, &name, fields.get("object")).await?;
    let Some(fix) = found.fix else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "KA-NO-FIX",
            "This cannot be repaired by itself",
            "It does not say for whom it is or which of Kubeflow’s roles it gives. Remove it, and add the contributor.",
        )
        .input("Nothing was changed.")
        .way(
            "Back to the profile",
            paths::fill(paths::PROFILE, name.as_str()),
        ));
    };
    let operation = plan_mend(&access, &name, &found.pair.object, &fix).await?;
    Ok(review(&operation))
}

pub(super) async fn remove(
    access: Access,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let found = find(&access, &name, fields.get("object")).await?;
    let operation = plan_mend(&access, &name, &found.pair.object, &PairFix::Remove).await?;
    Ok(review(&operation))
}

/// Only an object that was found to be a contributor's, in a namespace that is a profile's: never a name as it comes
/// from a form (SEC-24).
async fn find(access: &Access, name: &ProfileName, object: &str) -> Result<Diagnosis, Problem> {
    let back = || paths::fill(paths::PROFILE, name.as_str());
    let missing = || {
        Problem::not_found(&format!(
            "contributor {object} in {name} of which something is wrong"
        ))
        .way("Back to the profile", back())
    };
    if access.cluster().profile(name).is_none() {
        return Err(Problem::not_found(&format!("profile named {name}")));
    }
    let (_, found) = diagnose(access, name).await;
    found
        .into_iter()
        .find(|diagnosis| diagnosis.pair.object == object)
        .ok_or_else(missing)
}
