//! A roll-out that does not come up is taken back, and nobody else's edit is lost.

use kube::Api;
use lab::dashboard::{start_operation, wait_for_operation};
use lab::{Lab, dex_pod};

use crate::world::{
    FROM_ENVIRONMENT, SHIPPED, SHIPPED_HASH, assert_state, configuration, configure, with_entries,
    world,
};

fn two_people() -> String {
    with_entries(&format!(
        "- email: keeper@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"1\"\n{FROM_ENVIRONMENT}"
    ))
}

#[tokio::test]
async fn when_dex_does_not_come_up_the_snapshot_is_put_back_and_resume_works_once_it_can() {
    let config = two_people();
    let mut world = world(&config).await;
    dex_pod::demand(world.lab, Some("keeper@example.com"))
        .await
        .unwrap();
    let page = world.person("keeper@example.com", "Static entry").await;
    let path = format!("{}/remove", page.path);
    let form = world.admin.get(&path).await.unwrap();
    let plan = world.admin.submit(&form, &path, &[]).await.unwrap();
    let failed = world.run(&plan).await;
    assert_state(&failed, "failed");
    failed.expect_text("Dex does not come up").unwrap();
    failed
        .expect_text("What was there before was put back")
        .unwrap();
    assert_eq!(configuration(world.lab).await, config);
    assert!(world.signs_in("keeper@example.com", SHIPPED).await);
    assert!(world.signs_in("user@example.com", SHIPPED).await);

    dex_pod::demand(world.lab, None).await.unwrap();
    let done = world.go_on(&failed, "resume").await;
    assert_state(&done, "done");
    assert!(!world.signs_in("keeper@example.com", SHIPPED).await);
    let undone = world.go_on(&done, "undo").await;
    assert_state(&undone, "undone");
    assert_eq!(configuration(world.lab).await, config);
}

#[tokio::test]
async fn a_configuration_that_was_broken_before_is_told_and_the_old_pod_goes_on() {
    let config = two_people();
    let mut world = world(&config).await;
    let broken = format!("{config}connectors:\n- type: nonsense\n  id: x\n  name: X\n");
    configure(world.lab, &broken).await;
    let page = world.person("user@example.com", "Default password").await;
    let plan = world.plan(&page, "reset-password").await;
    let failed = world.run(&plan).await;
    assert_state(&failed, "failed");
    failed
        .expect_text("The configuration was broken before this change")
        .unwrap();
    failed.expect_text("still serves").unwrap();
    assert_eq!(configuration(world.lab).await, broken);
    assert!(world.signs_in("user@example.com", SHIPPED).await);

    configure(world.lab, &config).await;
    let done = world.go_on(&failed, "resume").await;
    assert_state(&done, "done");
    let new = world.password(&done).await;
    assert!(world.signs_in("user@example.com", &new).await);
}

#[tokio::test]
async fn what_is_known_to_keep_dex_from_starting_is_refused_before_anything_is_written() {
    let config = with_entries(&format!(
        "- email: number@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"1\"\n{FROM_ENVIRONMENT}"
    ));
    let mut world = world(&config).await;
    let spoiled = config.replace("userID: \"1\"", "userID: 1");
    configure(world.lab, &spoiled).await;
    let page = world.person("user@example.com", "Default password").await;
    let path = format!("{}/reset-password", page.path);
    let refused = world.admin.submit(&page, &path, &[]).await.unwrap();
    assert_eq!(refused.status, 409, "{}", refused.text());
    refused
        .expect_text("userID must be in quotation marks")
        .unwrap();
    assert_eq!(configuration(world.lab).await, spoiled);
}

#[tokio::test]
async fn nobody_elses_edit_is_lost_while_ours_is_made_and_taken_back() {
    let config = two_people();
    let mut world = world(&config).await;
    let page = world.person("keeper@example.com", "Static entry").await;
    let path = format!("{}/remove", page.path);
    let form = world.admin.get(&path).await.unwrap();
    let plan = world.admin.submit(&form, &path, &[]).await.unwrap();
    let started = start_operation(&mut world.admin, &plan).await.unwrap();
    // Somebody with a script: faster than people, not faster than a write takes.
    let mut lines = 0;
    loop {
        let text = configuration(world.lab).await;
        if !text.contains("keeper@example.com") && lines > 20 {
            break;
        }
        if replace(world.lab, &text, &format!("{text}# line {lines}\n")).await {
            lines += 1;
        }
        assert!(lines < 1000, "ours was never written");
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    }
    let done = wait_for_operation(&mut world.admin, started.path)
        .await
        .unwrap();
    assert_state(&done, "done");
    let text = configuration(world.lab).await;
    assert_eq!(text.matches("# line ").count(), lines, "{text}");
    assert!(!world.signs_in("keeper@example.com", SHIPPED).await);

    let theirs = format!("{text}# the last word\n");
    configure(world.lab, &theirs).await;
    let undone = world.go_on(&done, "undo").await;
    assert_state(&undone, "undone");
    let text = configuration(world.lab).await;
    assert!(
        text.contains("keeper@example.com") && text.ends_with("# the last word\n"),
        "{text}"
    );
    assert!(world.signs_in("keeper@example.com", SHIPPED).await);
}

/// Writes only when the text is still what it was; says whether it was.
async fn replace(lab: &Lab, old: &str, new: &str) -> bool {
    let maps: Api<k8s_openapi::api::core::v1::ConfigMap> = Api::namespaced(lab.client(), "auth");
    let mut map = maps.get("dex").await.unwrap();
    let data = map.data.as_mut().unwrap();
    if data["config.yaml"] != old {
        return false;
    }
    data.insert("config.yaml".to_owned(), new.to_owned());
    maps.replace("dex", &kube::api::PostParams::default(), &map)
        .await
        .is_ok()
}
