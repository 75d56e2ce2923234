//! Operations survive everything: killed at every request, they are finished or undone, once.

use lab::browser::Page;
use lab::dashboard::{password_of, undo_operation, wait_for_operation};
use lab::killable::Killable;
use lab::proxy::Moment;

use crate::world::{ADMIN, PASSWORD, plan_user, world};

async fn kill_at_every_request(moment: Moment, tag: &str) {
    let (lab, _) = world().await;
    let mut world = Killable::start(lab, ADMIN, PASSWORD).await.unwrap();
    for number in 0..200 {
        let (email, profile) = (
            format!("{tag}{number}@example.com"),
            format!("{tag}{number}"),
        );
        let plan = plan_user(&mut world.browser, &email, &profile).await;
        let killed = world.killed_at(&plan, number, moment).await.unwrap();
        if killed {
            world.dashboard.start_again().await.unwrap();
        }
        let path = plan.path.clone();
        let waited = wait_for_operation(&mut world.browser, path.clone()).await;
        let mut ended = waited.unwrap_or_else(|why| {
            panic!(
                "killed at {number}: {why:#}\n{}",
                world.dashboard.log_text()
            )
        });
        if ended.body.contains("data-state=\"failed\"") {
            world
                .browser
                .submit(&ended, &format!("{path}/resume"), &[])
                .await
                .unwrap();
            ended = wait_for_operation(&mut world.browser, path.clone())
                .await
                .unwrap();
        }
        assert!(
            ended.body.contains("data-state=\"done\""),
            "killed at {number}: {}",
            ended.text()
        );
        check_whole(&mut world, &ended, &email).await;
        if !killed {
            assert!(number > 5, "only {number} requests were seen");
            return;
        }
    }
    panic!("an operation of more than 200 requests");
}

/// The password works, and every line of the record is there once.
async fn check_whole(world: &mut Killable, ended: &Page, email: &str) {
    let password = password_of(&mut world.browser, ended).await.unwrap();
    world.dashboard.signed_in(email, &password).await.unwrap();
    let activity = format!(
        "/kubeflow-admin/activity?operation={}",
        ended.last_segment()
    );
    let lines = world.browser.get(&activity).await.unwrap();
    for action in ["Login created", "Created: profile", "Sign-in proved"] {
        assert_eq!(
            lines.text().matches(action).count(),
            1,
            "{action} for {email}: {}",
            lines.text()
        );
    }
}

#[tokio::test]
async fn killed_before_any_request_an_operation_is_finished_by_the_next_start() {
    kill_at_every_request(Moment::BeforeRequest, "early").await;
}

#[tokio::test]
async fn killed_before_any_answer_an_operation_is_finished_by_the_next_start() {
    kill_at_every_request(Moment::BeforeAnswer, "late").await;
}

#[tokio::test]
async fn an_operation_that_was_killed_can_be_undone() {
    let (lab, _) = world().await;
    let mut world = Killable::start(lab, ADMIN, PASSWORD).await.unwrap();
    let plan = plan_user(&mut world.browser, "halfway@example.com", "halfway").await;
    let killed = world.killed_at(&plan, 3, Moment::BeforeAnswer).await;
    assert!(killed.unwrap(), "it ended before that");
    world.dashboard.start_again().await.unwrap();
    let ended = wait_for_operation(&mut world.browser, plan.path.clone())
        .await
        .unwrap();
    undo_operation(&mut world.browser, &ended).await.unwrap();
    let people = world
        .browser
        .get("/kubeflow-admin/users?q=halfway")
        .await
        .unwrap();
    assert!(
        !people.text().contains("halfway@example.com"),
        "{}",
        people.text()
    );
}
