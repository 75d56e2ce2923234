//! Passwords can be checked.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "password-cost",
    title: "Passwords can be checked",
    group: Group::SignIn,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "The hash of every login has a cost from 10 to 16.",
    why: "Dex loads every other hash without a word and answers each sign-in with an internal error.",
    repair: "Set a new password.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    Ok(case
        .logins()?
        .into_iter()
        .filter_map(|login| {
            let cost = login.cost.filter(|cost| !(10..=16).contains(cost))?;
            Some(CHECK.finding(
                format!("Login {}", login.email),
                format!("its hash has cost {cost}; Dex refuses that at every sign-in"),
            ))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_hash_that_dex_refuses_is_found() {
        healthy("1.9.1")
            .dex(|dex| dex.static_logins[0].cost = Some(4))
            .has_only("password-cost");
    }
}
