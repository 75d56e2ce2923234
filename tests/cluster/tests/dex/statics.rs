//! Static logins: new passwords, removal, findings with their fix.

use k8s_openapi::api::{apps::v1::Deployment, core::v1::Secret};
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use lab::dashboard::Dashboard;
use lab::{Lab, dex_pod};
use serde_json::json;

use crate::world::{
    ADMIN, FROM_ENVIRONMENT, PASSWORD, SHIPPED, SHIPPED_HASH, assert_state, configuration,
    configure, restarts, with_entries, world,
};

#[tokio::test]
async fn the_shipped_user_gets_a_new_password_with_one_restart_and_undo_brings_the_old_one_back() {
    let config = with_entries(FROM_ENVIRONMENT);
    let mut world = world(&config).await;
    assert!(world.signs_in("user@example.com", SHIPPED).await);
    let page = world.person("user@example.com", "Default password").await;
    let plan = world.plan(&page, "reset-password").await;
    plan.expect_text("DEX_USER_PASSWORD of user@example.com")
        .unwrap();
    plan.expect_text("put back by itself").unwrap();
    let before = restarts(world.lab).await;
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    assert_eq!(restarts(world.lab).await, before + 1);
    let new = world.password(&done).await;
    assert!(world.signs_in("user@example.com", &new).await);
    assert!(!world.signs_in("user@example.com", SHIPPED).await);
    assert_eq!(
        configuration(world.lab).await,
        config,
        "the text was touched"
    );

    let page = world.person("user@example.com", "Static entry").await;
    assert!(!page.text().contains("12341234"), "{}", page.text());

    let undone = world.go_on(&done, "undo").await;
    assert_state(&undone, "undone");
    assert!(world.signs_in("user@example.com", SHIPPED).await);
    assert!(!world.signs_in("user@example.com", &new).await);
}

#[tokio::test]
async fn an_inline_hash_is_replaced_and_nothing_else_is_touched() {
    let entry = format!(
        "- email: old@example.com   # since 2021\n  # from the wiki\n  hash: {SHIPPED_HASH}\n  username: old\n  userID: \"7\"\n"
    );
    let config = with_entries(&entry);
    let mut world = world(&config).await;
    let page = world.person("old@example.com", "Default password").await;
    let plan = world.plan(&page, "reset-password").await;
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    let new = world.password(&done).await;
    assert!(world.signs_in("old@example.com", &new).await);
    let after = configuration(world.lab).await;
    let differing: Vec<(&str, &str)> = config
        .lines()
        .zip(after.lines())
        .filter(|(old, new)| old != new)
        .collect();
    assert_eq!(differing.len(), 1, "{after}");
    assert!(differing[0].1.starts_with("  hash: \"$2b$12$"), "{after}");
    for page in [plan, done] {
        assert!(!page.body.contains("$2"), "a hash is shown");
    }
}

#[tokio::test]
async fn a_removed_static_user_is_gone_and_comments_stay() {
    let entries = format!(
        "# Ana, keep\n- email: ana@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"1\"\n# Bob leaves\n- email: bob@example.com\n  \
         hash: {SHIPPED_HASH}\n  # his note\n  userID: \"2\"\n"
    );
    let mut world = world(&with_entries(&entries)).await;
    let page = world.person("bob@example.com", "Static entry").await;
    let path = format!("{}/remove", page.path);
    let form = world.admin.get(&path).await.unwrap();
    let plan = world.admin.submit(&form, &path, &[]).await.unwrap();
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    assert!(!world.signs_in("bob@example.com", SHIPPED).await);
    assert!(world.signs_in("ana@example.com", SHIPPED).await);
    let kept = "# Ana, keep\n- email: ana@example.com\n  hash: HASH\n  userID: \"1\"\n# Bob leaves\n  # his note\n";
    let kept = with_entries(&kept.replace("HASH", SHIPPED_HASH));
    assert_eq!(configuration(world.lab).await, kept);
    let undone = world.go_on(&done, "undo").await;
    assert_state(&undone, "undone");
    assert_eq!(configuration(world.lab).await, with_entries(&entries));
    assert!(world.signs_in("bob@example.com", SHIPPED).await);
}

#[tokio::test]
async fn several_static_users_are_removed_with_one_restart() {
    let entries = format!(
        "- email: crowd-one@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"1\"\n- email: crowd-two@example.com\n  hash: {SHIPPED_HASH}\n  \
         userID: \"2\"\n- email: stays@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"3\"\n"
    );
    let mut world = world(&with_entries(&entries)).await;
    world.person("crowd-two@example.com", "Static entry").await;
    let before = restarts(world.lab).await;
    let path = "/kubeflow-admin/users/remove";
    let chosen = format!("{path}?user=crowd-one@example.com&user=crowd-two@example.com");
    let review = world.admin.get(&chosen).await.unwrap();
    let fields = [
        ("user", "crowd-one@example.com"),
        ("user", "crowd-two@example.com"),
        ("confirm", "remove 2 users"),
    ];
    let plan = world.admin.submit(&review, path, &fields).await.unwrap();
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    assert_eq!(restarts(world.lab).await, before + 1);
    assert!(!world.signs_in("crowd-one@example.com", SHIPPED).await);
    assert!(!world.signs_in("crowd-two@example.com", SHIPPED).await);
    assert!(world.signs_in("stays@example.com", SHIPPED).await);
}

#[tokio::test]
async fn findings_come_with_a_fix_that_mends_them() {
    let entries = format!(
        "- email: twice@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"3\"\n- email: Twice@Example.com\n  hash: {SHIPPED_HASH}\n  \
         userID: \"\"\n- email: shared@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"4\"\n- email: other@example.com\n  \
         hash: {SHIPPED_HASH}\n  userID: \"4\"\n"
    );
    let mut world = world(&with_entries(&entries)).await;
    for (person, label, code) in [
        ("twice@example.com", "Two logins", "duplicate"),
        ("twice@example.com", "Upper case in e-mail", "upper-case"),
        ("twice@example.com", "No user ID", "no-user-id"),
        ("shared@example.com", "Shared user ID", "shared-user-id"),
    ] {
        let page = world.person(person, label).await;
        let plan = world.plan(&page, &format!("fix/{code}")).await;
        let done = world.run(&plan).await;
        assert_state(&done, "done");
        assert!(world.signs_in(person, SHIPPED).await, "{label}");
        for _ in 0..100 {
            if !world.person(person, "E-mail").await.text().contains(label) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let page = world.person(person, "E-mail").await;
        assert!(!page.text().contains(label), "{}", page.text());
    }
    let other = world.person("other@example.com", "E-mail").await;
    assert!(!other.text().contains("Shared user ID"));
}

#[tokio::test]
async fn what_cannot_be_edited_safely_is_refused_and_nothing_changes() {
    let config = with_entries(&format!(
        "- &ana\n  email: ana@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"1\"\n"
    ));
    let mut world = world(&config).await;
    let page = world.person("ana@example.com", "Static entry").await;
    let path = format!("{}/reset-password", page.path);
    let refused = world.admin.submit(&page, &path, &[]).await.unwrap();
    assert_eq!(refused.status, 409);
    refused
        .expect_text("anchors, aliases, tags or merge keys")
        .unwrap();
    refused.expect_text("Nothing was changed").unwrap();
    assert_eq!(configuration(world.lab).await, config);
}

#[tokio::test]
async fn a_configuration_in_a_secret_is_edited_there() {
    let config = with_entries(FROM_ENVIRONMENT);
    let mut world = world(&config).await;
    let entries = format!("- email: hidden@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"5\"\n");
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "dex-config", "namespace": "auth" },
        "stringData": { "config.yaml": with_entries(&entries) },
    });
    world.lab.apply_yaml(&secret.to_string()).await.unwrap();
    configure(world.lab, "issuer: nobody-reads-this\n").await;
    world.lab.apply_yaml(ROLES).await.unwrap();
    world.lab.apply_yaml(EDITOR).await.unwrap();
    mount(
        world.lab,
        json!({ "configMap": null, "secret": { "secretName": "dex-config" } }),
    )
    .await;
    // The next look at Secrets is a minute away; a start looks at once.
    let dashboard = Dashboard::start(world.lab).await.unwrap();
    world.admin = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
    let page = world.person("hidden@example.com", "Default password").await;
    let plan = world.plan(&page, "reset-password").await;
    plan.expect_text("Secret dex-config: staticPasswords: hidden@example.com: hash")
        .unwrap();
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    let new = world.password(&done).await;
    assert!(world.signs_in("hidden@example.com", &new).await);
    assert_eq!(
        configuration(world.lab).await,
        "issuer: nobody-reads-this\n"
    );
    let undone = world.go_on(&done, "undo").await;
    assert_state(&undone, "undone");

    configure(world.lab, &config).await;
    let secrets: Api<Secret> = Api::namespaced(world.lab.client(), "auth");
    secrets
        .delete("dex-config", &DeleteParams::default())
        .await
        .unwrap();
    mount(
        world.lab,
        json!({ "secret": null, "configMap": { "name": "dex" } }),
    )
    .await;
}

const ROLES: &str = include_str!("../../../../deploy/components/dex-config-secret/roles.yaml");
const EDITOR: &str = "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: test-editor, namespace: auth}, \
     roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-dex-config-editor}, \
     subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: admin@example.com}]}";

async fn mount(lab: &Lab, mut volume: serde_json::Value) {
    volume["name"] = json!("config");
    let patch = json!({ "spec": { "template": { "spec": { "volumes": [volume] } } } });
    let deployments: Api<Deployment> = Api::namespaced(lab.client(), "auth");
    deployments
        .patch("dex", &PatchParams::default(), &Patch::Strategic(patch))
        .await
        .unwrap();
    dex_pod::demand(lab, None).await.unwrap();
}
