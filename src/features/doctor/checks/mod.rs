//! One file per check, named after its code, with what it expects at its top. The registry is the list below; a test
//! compares it with the folder, so that no check is forgotten.

mod advisory;
mod already_there;
mod api_service;
mod binding_subjects;
mod certificate;
mod client_secret;
mod container_configuration;
mod crash;
mod default_class;
mod default_password;
mod default_secrets;
mod definition_conflict;
mod deny_all;
mod dex_configuration;
mod dex_restart;
mod dex_storage;
mod file_watches;
mod foreign_authority;
mod gateway_route;
mod gateway_sign_in;
mod hidden_login;
mod image_pull;
mod injection_label;
mod issuer;
mod kubeflow_roles;
mod kubernetes_release;
mod kubernetes_support;
mod leftover;
mod limit_range;
mod load_balancer;
mod lost_claim;
mod menu;
mod missing_definition;
mod missing_workload;
mod mixed_case;
mod mixed_versions;
mod namespace_owner;
mod no_sidecar;
mod node_health;
mod node_port;
mod not_ready;
mod out_of_memory;
mod password_cost;
mod pending_claim;
mod pipeline_access;
mod plain_http;
mod pod_capacity;
mod policy_principals;
mod profile_controller_rights;
mod profile_namespace;
mod quota_key;
mod redirect;
mod refused_pods;
mod room_for_pods;
mod several_default_classes;
mod shared_subject;
mod stored_version;
mod stuck_deletion;
mod two_installations;
mod two_sign_ins;
mod unschedulable;
mod upgrade_trap;
mod user_header;
mod webhook_backend;
mod webhook_certificate;
mod wildcard_user;

pub(super) use pending_claim::why as why_pending;

use super::check::Check;

/// Every check there is.
pub(crate) static ALL: &[&Check] = &[
    &advisory::CHECK,
    &already_there::CHECK,
    &api_service::CHECK,
    &binding_subjects::CHECK,
    &certificate::CHECK,
    &client_secret::CHECK,
    &container_configuration::CHECK,
    &crash::CHECK,
    &default_class::CHECK,
    &default_password::CHECK,
    &default_secrets::CHECK,
    &definition_conflict::CHECK,
    &deny_all::CHECK,
    &dex_configuration::CHECK,
    &dex_restart::CHECK,
    &dex_storage::CHECK,
    &file_watches::CHECK,
    &foreign_authority::CHECK,
    &gateway_route::CHECK,
    &gateway_sign_in::CHECK,
    &hidden_login::CHECK,
    &image_pull::CHECK,
    &injection_label::CHECK,
    &issuer::CHECK,
    &kubeflow_roles::CHECK,
    &kubernetes_release::CHECK,
    &kubernetes_support::CHECK,
    &leftover::CHECK,
    &limit_range::CHECK,
    &load_balancer::CHECK,
    &lost_claim::CHECK,
    &menu::CHECK,
    &missing_definition::CHECK,
    &missing_workload::CHECK,
    &mixed_case::CHECK,
    &mixed_versions::CHECK,
    &namespace_owner::CHECK,
    &no_sidecar::CHECK,
    &node_health::CHECK,
    &node_port::CHECK,
    &not_ready::CHECK,
    &out_of_memory::CHECK,
    &password_cost::CHECK,
    &pending_claim::CHECK,
    &pipeline_access::CHECK,
    &plain_http::CHECK,
    &pod_capacity::CHECK,
    &policy_principals::CHECK,
    &profile_controller_rights::CHECK,
    &profile_namespace::CHECK,
    &quota_key::CHECK,
    &redirect::CHECK,
    &refused_pods::CHECK,
    &room_for_pods::CHECK,
    &several_default_classes::CHECK,
    &shared_subject::CHECK,
    &stored_version::CHECK,
    &stuck_deletion::CHECK,
    &two_installations::CHECK,
    &two_sign_ins::CHECK,
    &unschedulable::CHECK,
    &upgrade_trap::CHECK,
    &user_header::CHECK,
    &webhook_backend::CHECK,
    &webhook_certificate::CHECK,
    &wildcard_user::CHECK,
];

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
            let found: Vec<_> = world
                .shipped()
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
