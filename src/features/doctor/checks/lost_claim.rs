//! No volume was lost.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "lost-claim",
    title: "No volume was lost",
    group: Group::Storage,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "No PersistentVolumeClaim of the installation has lost its volume.",
    why: "The claim points at a volume that does not exist any more: the data is out of reach, and its workload cannot start.",
    repair: "Find out what became of the PersistentVolume before anything else is changed; if it still exists at the storage, it can be registered again under the same name.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let claims = case.snapshot.claims.all()?;
    Ok(claims
        .iter()
        .filter(|claim| case.places.is_home(&claim.meta.namespace) && claim.phase == "Lost")
        .map(|claim| {
            CHECK
                .finding(
                    format!("PersistentVolumeClaim {}", claim.meta.path()),
                    format!("its volume {} does not exist any more", claim.volume),
                )
                .command(format!("kubectl get pv {}", claim.volume))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_lost_volume_is_found() {
        healthy("1.9.1")
            .but(|s| s.claims.items_mut()[0].phase = "Lost".to_owned())
            .has_only("lost-claim");
    }
}
