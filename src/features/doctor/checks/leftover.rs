//! Nothing is left of older releases.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};
use crate::features::doctor::version::Version;

pub(super) static CHECK: Check = Check {
    code: "leftover",
    title: "Nothing is left of older releases",
    group: Group::Components,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "No workload is there that the recognised release does not have any more.",
    why: "An upgrade that only applies leaves behind what the new release dropped. It goes on running with old versions; a webhook of it can block others once it is broken.",
    repair: "Make sure that nothing uses it any more, then delete it together with its webhook configurations.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(version) = case
        .recognition
        .release()
        .and_then(|one| Version::parse(one.name))
    else {
        return Err(not_applicable("the release is not known"));
    };
    let mut findings = Vec::new();
    for workload in case.ours()? {
        let Some((_, expected)) = case.places.component(workload) else {
            continue;
        };
        let dropped = expected.until.filter(|line| !version.is_until(line));
        // From 1.7 on the controller of KServe is a Deployment.
        let old_kind = expected.name == "kserve-controller-manager"
            && workload.kind == "StatefulSet"
            && version.is_since("1.7");
        let says = match dropped {
            Some(line) => format!("the last releases that have it are those of {line}"),
            None if old_kind => "since 1.7 it is a Deployment; this is the one before".to_owned(),
            None => continue,
        };
        findings.push(CHECK.finding(workload.object(), says).command(format!(
            "kubectl -n {} get {} {}",
            workload.meta.namespace,
            workload.kind.to_lowercase(),
            workload.meta.name
        )));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn what_an_upgrade_left_behind_is_found() {
        healthy("1.11.0")
            .but(|s| {
                let mut old = s.workloads.items_mut()[0].clone();
                old.meta.name = "training-operator".to_owned();
                old.selector.clear();
                s.workloads.items_mut().push(old);
            })
            .has_only("leftover");
    }
}
