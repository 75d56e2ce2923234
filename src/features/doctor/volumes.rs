//! What can be done about a claim of the installation: made again while it has no volume, or grown when its class can.

use crate::cluster::snapshot::{Claim, Snapshot, StorageClass};
use crate::domain::{ClaimPlace, Quantity, Repair};

use super::check::Case;
use super::checks::why_pending;

/// Classes that are offered for a claim; more would be a list to choose from, not an answer.
const OFFERED: usize = 4;

pub(super) fn place(claim: &Claim) -> ClaimPlace {
    ClaimPlace {
        namespace: claim.meta.namespace.clone(),
        name: claim.meta.name.clone(),
    }
}

/// Claims in the namespaces of the installation.
pub(super) fn of_installation<'a>(case: &Case<'a>) -> Vec<&'a Claim> {
    let claims = case.snapshot.claims.visible().iter();
    claims
        .filter(|one| case.places.is_home(&one.meta.namespace))
        .collect()
}

/// Why it waits; `None` when it does not, or when waiting is right.
pub(super) fn why(case: &Case<'_>, claim: &Claim) -> Option<String> {
    (claim.phase == "Pending")
        .then(|| why_pending(case, claim))
        .flatten()
}

/// The same claim with another class, while it never had a volume.
pub(super) fn renewals(case: &Case<'_>, claim: &Claim) -> Vec<Repair> {
    if claim.phase != "Pending" || !claim.volume.is_empty() || why(case, claim).is_none() {
        return Vec::new();
    }
    let mut classes: Vec<&StorageClass> = case.snapshot.classes.visible().iter().collect();
    classes.retain(|class| claim.class.as_deref() != Some(class.meta.name.as_str()));
    classes.sort_by_key(|class| (!class.is_default(), class.meta.name.clone()));
    let renewals = classes
        .iter()
        .take(OFFERED)
        .map(|class| Repair::RecreateClaim {
            claim: place(claim),
            class: class.meta.name.clone(),
        });
    renewals.collect()
}

/// Its class says that volumes of it can grow.
pub(super) fn can_grow(snapshot: &Snapshot, claim: &Claim) -> bool {
    let classes = snapshot.classes.visible();
    let class = claim.class.as_deref().unwrap_or_default();
    claim.phase == "Bound"
        && classes
            .iter()
            .any(|one| one.meta.name == class && one.expandable)
}

/// The new size, as typed; the error is for the field.
pub(super) fn larger(claim: &Claim, typed: &str) -> Result<String, String> {
    let size: Quantity = typed.parse().map_err(|error| format!("{error}"))?;
    let now: Quantity = claim.requested.parse().unwrap_or(Quantity::ZERO);
    if size <= now {
        return Err(format!(
            "A volume never shrinks: type more than {}",
            claim.requested
        ));
    }
    Ok(typed.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_only_grows() {
        let claim = Claim {
            requested: "20Gi".to_owned(),
            ..Claim::default()
        };
        assert_eq!(larger(&claim, " 40Gi "), Ok("40Gi".to_owned()));
        for wrong in ["20Gi", "1Gi", "", "many", "-5Gi"] {
            assert!(larger(&claim, wrong).is_err(), "{wrong}");
        }
    }
}
