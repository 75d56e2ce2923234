//! Kubernetes is supported.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::data::kubernetes::MINORS;
use crate::features::doctor::version::Version;
use jiff::tz::TimeZone;

pub(super) static CHECK: Check = Check {
    code: "kubernetes-support",
    title: "Kubernetes is supported",
    group: Group::Cluster,
    severity: Severity::Warning,
    stage: Stage::Both,
    expected: "The minor version of Kubernetes still gets fixes.",
    why: "After its end of life nobody repairs holes in it.",
    repair: "Upgrade the cluster, one minor version at a time, to one that this release of Kubeflow works on.",
    run,
};

/// Said this long before the end.
const NOTICE_DAYS: i64 = 30;

fn run(case: &Case<'_>) -> Outcome {
    let text = &case.snapshot.kubernetes;
    let Some(version) = Version::parse(text) else {
        return Err(not_applicable("the API server does not say its version"));
    };
    let (_, minor) = version.minor();
    let today = case.now().to_zoned(TimeZone::UTC).date();
    let object = format!("Kubernetes {text}");
    let Some(known) = MINORS.iter().find(|one| one.minor == minor) else {
        let oldest = MINORS.first().map_or(0, |one| one.minor);
        return Ok(if minor < oldest {
            vec![CHECK.finding(object, "it has been out of support for years")]
        } else {
            Vec::new()
        });
    };
    let left = (known.end_of_life - today).get_days();
    let ends = known.end_of_life;
    Ok(match i64::from(left) {
        ..=0 => vec![CHECK.finding(
            object,
            format!("it has been out of support since about {ends}"),
        )],
        1..=NOTICE_DAYS => vec![CHECK.finding(object, format!("its support ends about {ends}"))],
        _ => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_kubernetes_past_its_end_is_found_and_one_near_it() {
        let world = healthy("1.9.1")
            .but(|s| s.kubernetes = "v1.29.4-gke.1043002".to_owned())
            .but(|s| s.taken_at = "2025-03-01T00:00:00Z".parse().unwrap());
        assert!(
            world.says("kubernetes-support")[0].contains("out of support since about 2025-02-28")
        );
        let world = world.but(|s| s.taken_at = "2025-02-15T00:00:00Z".parse().unwrap());
        assert!(world.says("kubernetes-support")[0].contains("ends about"));
        let world = world.but(|s| s.kubernetes = "v1.99.0".to_owned());
        assert!(world.says("kubernetes-support").is_empty());
    }
}
