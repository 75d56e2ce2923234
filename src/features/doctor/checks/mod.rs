//! One file per check, named after its code, with what it expects at its top. The registry is the list below; a test
//! compares it with the folder, so that no check is forgotten.

use super::check::Check;
use crate::cluster::snapshot::Workload;

macro_rules! checks {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// Every check there is.
        pub(crate) static ALL: &[&Check] = &[$(&$name::CHECK),+];
    };
}

checks! {
    advisory,
    already_there,
    api_service,
    binding_subjects,
    certificate,
    client_secret,
    container_configuration,
    crash,
    default_class,
    default_password,
    default_secrets,
    definition_conflict,
    deny_all,
    dex_configuration,
    dex_restart,
    dex_storage,
    file_watches,
    foreign_authority,
    gateway_route,
    gateway_sign_in,
    hidden_login,
    image_pull,
    injection_label,
    issuer,
    kubeflow_roles,
    kubernetes_release,
    kubernetes_support,
    leftover,
    limit_range,
    load_balancer,
    lost_claim,
    menu,
    missing_definition,
    missing_workload,
    mixed_case,
    mixed_versions,
    namespace_owner,
    no_sidecar,
    node_health,
    node_port,
    not_ready,
    out_of_memory,
    password_cost,
    pending_claim,
    pipeline_access,
    plain_http,
    pod_capacity,
    policy_principals,
    profile_controller_rights,
    profile_namespace,
    quota_key,
    redirect,
    refused_pods,
    room_for_pods,
    several_default_classes,
    shared_subject,
    stored_version,
    stuck_deletion,
    two_installations,
    two_sign_ins,
    unschedulable,
    upgrade_trap,
    user_header,
    webhook_backend,
    webhook_certificate,
    wildcard_user,
}

/// The selector of a workload's pods as `kubectl -l` takes it.
fn selector(workload: &Workload) -> String {
    let pairs = workload.selector.iter();
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::features::doctor::data::releases::RELEASES;
    use crate::features::doctor::docs;
    use crate::features::doctor::fixtures::healthy;

    /// Whose versions have published holes, whatever else is right.
    const HONEST: [&str; 1] = ["advisory"];

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/features/doctor/checks")
    }

    #[test]
    fn the_registry_is_the_folder() {
        let files: BTreeSet<String> = std::fs::read_dir(folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name != "mod.rs")
            .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
            .collect();
        let codes: BTreeSet<String> = ALL.iter().map(|check| check.code.to_owned()).collect();
        assert_eq!(codes, files);
        assert_eq!(codes.len(), ALL.len(), "a code is there twice");
    }

    #[test]
    fn every_check_has_its_own_test_and_says_what_it_is_about() {
        for check in ALL {
            let file = folder().join(format!("{}.rs", check.code.replace('-', "_")));
            let text = std::fs::read_to_string(file).unwrap();
            assert!(text.contains("#[test]"), "{} has no test", check.code);
            for part in [check.title, check.expected, check.why, check.repair] {
                assert!(!part.is_empty(), "{}", check.code);
            }
            assert!(
                check.expected.ends_with('.'),
                "{}: {}",
                check.code,
                check.expected
            );
        }
    }

    #[test]
    fn a_healthy_installation_of_any_release_has_no_finding() {
        for release in RELEASES.iter().filter(|one| one.tags.len() > 2) {
            let world = healthy(release.name);
            let found = world.found();
            let found: Vec<_> = found
                .iter()
                .filter(|code| !HONEST.contains(code))
                .map(|code| (code, world.says(code)))
                .collect();
            assert!(found.is_empty(), "{}: {found:#?}", release.name);
        }
    }

    #[test]
    fn the_documentation_of_the_checks_is_theirs() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
        let wanted = docs::page();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &wanted).unwrap();
        }
        let is = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            is == wanted,
            "docs/checks.md is not what the checks say: run this test with UPDATE_DOCS=1"
        );
    }
}
