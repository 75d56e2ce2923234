//! Dex has its storage.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "dex-storage",
    title: "Dex has its storage",
    group: Group::SignIn,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Dex has made the kinds in which it keeps logins and clients.",
    why: "Dex makes them itself at its first start. Without them it has never been up.",
    repair: "Look at the log of Dex; it needs the right to create CustomResourceDefinitions.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(workload) = case.workload("dex")? else {
        return Err(not_applicable("Dex is not a workload of this cluster"));
    };
    let definitions = case.snapshot.definitions.all()?;
    let known = definitions
        .iter()
        .any(|one| one.meta.name == "passwords.dex.coreos.com");
    Ok(if known {
        Vec::new()
    } else {
        vec![
            CHECK
                .finding(
                    "CustomResourceDefinition passwords.dex.coreos.com",
                    "it is not there: Dex has never started",
                )
                .command(format!(
                    "kubectl -n {} logs deployment/{}",
                    workload.meta.namespace, workload.meta.name
                )),
        ]
    })
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_dex_that_never_started_is_found() {
        healthy("1.9.1")
            .but(|s| {
                s.definitions
                    .items_mut()
                    .retain(|one| one.meta.name != "passwords.dex.coreos.com");
            })
            .has_only("dex-storage");
    }
}
