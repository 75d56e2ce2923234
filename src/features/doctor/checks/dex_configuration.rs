//! Dex can start with its configuration.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage, not_applicable};

pub(super) static CHECK: Check = Check {
    code: "dex-configuration",
    title: "Dex can start with its configuration",
    group: Group::SignIn,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The configuration of Dex is one that Dex starts with, and its password database is on.",
    why: "Dex reads its file once, at its start. A mistake shows only then, and up to 1.10 nobody can sign in any more; typically a userID or user name without quotation marks.",
    repair: "Correct the ConfigMap before Dex is restarted.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let Some(dex) = case.snapshot.dex.found("get the Dex configuration")? else {
        return Err(not_applicable("there is no configuration of Dex"));
    };
    let object = format!("ConfigMap {}/{}", dex.namespace, dex.name);
    Ok(dex
        .problems
        .iter()
        .map(|problem| CHECK.finding(object.clone(), problem.clone()))
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn what_keeps_dex_from_starting_is_found() {
        healthy("1.9.1")
            .dex(|dex| {
                dex.problems =
                    vec!["Static user a@b.c: userID must be in quotation marks.".to_owned()];
            })
            .has_only("dex-configuration");
    }
}
