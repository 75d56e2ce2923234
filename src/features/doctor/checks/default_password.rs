//! The shipped password is not in use.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "default-password",
    title: "The shipped password is not in use",
    group: Group::SignIn,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "No login has the password that every Kubeflow ships, 12341234.",
    why: "It is printed in the README. Whoever reaches the page signs in as user@example.com and runs code in the cluster.",
    repair: "Set another password for this login, or remove it once somebody else can sign in.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let setup = case.snapshot.dex.found("get the Dex configuration")?;
    let stored = case.snapshot.logins.all_or_none();
    if let (None, Err(gap)) = (setup, &stored) {
        return Err(gap.clone().into());
    }
    let fixed = setup
        .map(|one| one.static_logins.as_slice())
        .unwrap_or_default();
    let logins = fixed.iter().chain(stored.unwrap_or_default());
    Ok(logins
        .filter(|login| login.default_password)
        .map(|login| {
            CHECK.finding(
                format!("Login {}", login.email),
                "it still has the password 12341234",
            )
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Look;
    use crate::domain::LoginSource;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn the_shipped_password_is_found_wherever_the_login_is_kept() {
        healthy("1.9.1")
            .but(|s| {
                let Look::Found(dex) = &mut s.dex else {
                    panic!()
                };
                dex.static_logins[0].default_password = true;
            })
            .has_only("default-password");
        healthy("1.9.1")
            .but(|s| {
                let mut stored = login("ben@example.com", LoginSource::PasswordObject);
                stored.default_password = true;
                s.logins.items_mut().push(stored);
            })
            .has_only("default-password");
    }
}
