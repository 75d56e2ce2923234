//! Nothing crashes.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::trouble::{self, Cause};

pub(super) static CHECK: Check = Check {
    code: "crash",
    title: "Nothing crashes",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "No container of the installation ends again and again.",
    why: "It starts, ends, and Kubernetes waits longer before each new try.",
    repair: "Its last words say why; the command shows them.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    trouble::findings(case, &CHECK, &[Cause::Crash], |workload| {
        format!(
            "kubectl -n {} logs --previous -l {} --all-containers --tail=20",
            workload.meta.namespace,
            trouble::selector(workload)
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Exit;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_container_that_ends_again_and_again_is_found_with_its_last_words() {
        let world = healthy("1.9.1").broken_pod("ml-pipeline", |pod| {
            let container = &mut pod.containers[0];
            container.restarts = 12;
            container.waiting = Some(("CrashLoopBackOff".to_owned(), "back-off".to_owned()));
            container.last_exit = Some(Exit {
                reason: "Error".to_owned(),
                code: 2,
                message: "no database\n".to_owned(),
                at: None,
            });
        });
        world.has_only("crash");
        assert!(world.says("crash")[0].contains("ended with code 2 (Error), saying: no database"));
    }
}
