//! No published hole is installed.

use crate::domain::{Finding, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::data::advisories::{ADVISORIES, Advisory};
use crate::features::doctor::version::Version;
use jiff::tz::TimeZone;

pub(super) static CHECK: Check = Check {
    code: "advisory",
    title: "No published hole is installed",
    group: Group::Cluster,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "No installed version is named in an advisory that this program knows.",
    why: "The holes are public. The list is part of the program and grows with it: silence is no proof.",
    repair: "Upgrade the component; upstream’s manifests let single components be newer than the release.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let workloads = case.snapshot.workloads.all()?;
    let today = case.now().to_zoned(TimeZone::UTC).date();
    let mut findings = Vec::new();
    for advisory in ADVISORIES.iter().filter(|one| one.published <= today) {
        for workload in workloads {
            let affected = workload.containers.iter().find(|container| {
                advisory.images.contains(&container.image_name())
                    && is_affected(advisory, container.tag())
            });
            // “frontend” is anybody’s name; only ours is meant.
            let meant = advisory.images != ["frontend"] || case.places.is_ours(workload);
            if let Some(container) = affected.filter(|_| meant) {
                findings.push(finding(advisory, &workload.object(), &container.image));
            }
        }
    }
    Ok(findings)
}

fn is_affected(advisory: &Advisory, tag: &str) -> bool {
    let Some(version) = Version::parse(tag) else {
        return false;
    };
    let old_enough = advisory.fixed.is_none_or(|fixed| version.is_before(fixed));
    old_enough && advisory.since.is_none_or(|since| !version.is_before(since))
}

fn finding(advisory: &Advisory, object: &str, image: &str) -> Finding {
    let fixed = advisory.fixed.unwrap_or("no version that is known here");
    CHECK
        .finding(object, format!("{}: {}", advisory.id, advisory.says))
        .seen("product", advisory.product)
        .seen("image", image)
        .seen("fixed in", fixed)
        .seen("published", advisory.published.to_string())
        .seen("source", advisory.source)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_version_with_a_published_hole_is_found_and_the_fixed_one_is_not() {
        let at = |image: &str| {
            healthy("1.9.1")
                .image("oauth2-proxy", image)
                .image("dex", "ghcr.io/dexidp/dex:v2.45.1")
                .but(|s| s.taken_at = "2026-05-01T00:00:00Z".parse().unwrap())
                .says("advisory")
        };
        let said = at("quay.io/oauth2-proxy/oauth2-proxy:v7.13.0");
        assert!(
            said.len() == 1 && said[0].contains("CVE-2026-40575"),
            "{said:?}"
        );
        assert_eq!(
            at("quay.io/oauth2-proxy/oauth2-proxy:v7.15.2"),
            Vec::<String>::new()
        );
        assert_eq!(at("quay.io/oauth2-proxy/oauth2-proxy:v7.6.0").len(), 3);
    }

    #[test]
    fn sec_13_an_old_dex_is_found() {
        assert_eq!(healthy("1.7.0").shipped(), ["advisory"]);
        assert!(healthy("1.7.0").says("advisory")[0].contains("CVE-2022-39222"));
    }
}
