//! Nothing runs out of memory.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::trouble::{self, Cause};

pub(super) static CHECK: Check = Check {
    code: "out-of-memory",
    title: "Nothing runs out of memory",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "No container of the installation is ended for using more memory than its limit.",
    why: "It is ended without warning and loses what it was doing; it will be again.",
    repair: "Raise its memory limit, in the manifests if Git is the truth.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    trouble::findings(case, &CHECK, &[Cause::OutOfMemory], trouble::describe_pods)
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Exit;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_container_that_needs_more_memory_is_found() {
        healthy("1.9.1")
            .broken_pod("ml-pipeline", |pod| {
                let container = &mut pod.containers[0];
                container.waiting = Some(("CrashLoopBackOff".to_owned(), "back-off".to_owned()));
                container.last_exit = Some(Exit {
                    reason: "OOMKilled".to_owned(),
                    code: 137,
                    ..Exit::default()
                });
            })
            .has_only("out-of-memory");
    }
}
