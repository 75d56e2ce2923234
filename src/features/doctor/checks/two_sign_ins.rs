//! One sign-in at the gateway.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "two-sign-ins",
    title: "One sign-in at the gateway",
    group: Group::Gateway,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Not both the old and the new sign-in are at the gateway.",
    why: "Up to 1.8 it is oidc-authservice with the EnvoyFilter authn-filter, from 1.9 oauth2-proxy. After an upgrade that only applied, both are there: people sign in twice, or go round in circles.",
    repair: "Delete the EnvoyFilter, the StatefulSet and the Service of the old one.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let namespace = case.places.here("istio-system");
    let old: Vec<String> = case
        .snapshot
        .filters
        .all_or_none()?
        .iter()
        .filter(|one| one.meta.namespace == namespace && one.authorises)
        .map(|one| one.meta.path())
        .collect();
    let new = case.workload("oauth2-proxy")?.is_some();
    Ok(if new {
        old.into_iter()
            .map(|path| {
                let (namespace, name) = path.split_once('/').unwrap_or_default();
                CHECK
                    .finding(
                        format!("EnvoyFilter {path}"),
                        "it asks the old sign-in, and oauth2-proxy is there as well",
                    )
                    .command(format!("kubectl -n {namespace} delete envoyfilter {name}"))
            })
            .collect()
    } else {
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Filter;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn the_filter_of_the_old_sign_in_beside_the_new_one_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let born = s.taken_at;
                s.filters.items_mut().push(Filter {
                    meta: meta("istio-system", "authn-filter", born),
                    authorises: true,
                    ..Filter::default()
                });
            })
            .has_only("two-sign-ins");
    }
}
