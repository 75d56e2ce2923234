//! Contributors of a profile of which something is wrong, for its page.

use crate::access::Access;
use crate::domain::{Permission, ProfileName, Refusal};
use crate::features::contributors::operations::{Diagnosis, diagnose};
use crate::web::paths;

pub(super) struct RepairRow {
    pub object: String,
    pub person: String,
    pub verdict: &'static str,
    pub reasons: Vec<String>,
    /// Posted; empty when there is no repair but removal, or when it is not this person's to do.
    pub mend_action: String,
    pub remove_action: String,
}

/// What did not start because of a quota, in words; or why that is not known.
pub(super) async fn refusals(access: &Access, name: &ProfileName) -> (Vec<Refusal>, String) {
    let found = match access.cluster().acting_as(access.actor()) {
        Ok(acting) => acting.refusals(name).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(found) => (found, String::new()),
        Err(error) => (
            Vec::new(),
            format!("What was refused because of the quota is not known: {error}"),
        ),
    }
}

pub(super) async fn repairs(access: &Access, name: &ProfileName) -> Vec<RepairRow> {
    let (gateway, found) = diagnose(access, name).await;
    let allowed = access.may(Permission::WriteContributors);
    let action = |path: &str| {
        if allowed {
            paths::fill(path, name.as_str())
        } else {
            String::new()
        }
    };
    let row = |one: Diagnosis| {
        let broken = one
            .findings
            .iter()
            .any(crate::domain::PairFinding::is_broken);
        let removal_is_the_fix = one.fix == Some(crate::domain::PairFix::Remove);
        RepairRow {
            person: one
                .pair
                .person()
                .map(|person| person.to_string())
                .unwrap_or_default(),
            verdict: if broken { "Broken" } else { "Warning" },
            reasons: one
                .findings
                .iter()
                .map(|finding| finding.explain(&gateway))
                .collect(),
            mend_action: if one.fix.is_some() && !removal_is_the_fix {
                action(paths::PAIR_MEND)
            } else {
                String::new()
            },
            remove_action: action(paths::PAIR_REMOVE),
            object: one.pair.object,
        }
    };
    found.into_iter().map(row).collect()
}
