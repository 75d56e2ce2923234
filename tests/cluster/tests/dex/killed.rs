//! The program killed at every request that it makes for a change of Dex's configuration.

use lab::browser::{Browser, Page};
use lab::dashboard::{password_of, wait_for_operation};
use lab::dex_pod;
use lab::killable::Killable;
use lab::proxy::Moment;

use crate::world::{
    ADMIN, FROM_ENVIRONMENT, PASSWORD, SHIPPED, SHIPPED_HASH, assert_state, configuration,
    with_entries, world,
};

async fn plan(browser: &mut Browser) -> Page {
    let person = "/kubeflow-admin/users/of/user@example.com";
    let page = browser.get(person).await.unwrap();
    let path = format!("{person}/reset-password");
    browser.submit(&page, &path, &[]).await.unwrap()
}

/// At the dashboard that was just started: it has not seen enough sign-ins of this account to make it wait.
async fn signs_in(killable: &Killable, email: &str, password: &str) {
    let signed_in = killable.dashboard.signed_in(email, password).await;
    signed_in.unwrap();
}

async fn kill_at_every_request(moment: Moment) {
    let config = with_entries(FROM_ENVIRONMENT);
    let world = world(&config).await;
    let mut killable = Killable::start(world.lab, ADMIN, PASSWORD).await.unwrap();
    for number in 0..60 {
        let plan = plan(&mut killable.browser).await;
        let killed = killable.killed_at(&plan, number, moment).await.unwrap();
        if killed {
            killable.dashboard.start_again().await.unwrap();
        }
        let ended = wait_for_operation(&mut killable.browser, plan.path.clone()).await;
        let ended = ended.unwrap_or_else(|why| {
            panic!(
                "killed at {number}: {why:#}\n{}",
                killable.dashboard.log_text()
            )
        });
        assert_state(&ended, "done");
        let password = password_of(&mut killable.browser, &ended).await.unwrap();
        signs_in(&killable, "user@example.com", &password).await;
        assert_eq!(configuration(world.lab).await, config);
        if !killed {
            assert!(number > 5, "only {number} requests were seen");
            return;
        }
    }
    panic!("an operation of more than 60 requests");
}

#[tokio::test]
async fn killed_before_any_request_a_change_of_dex_is_finished_by_the_next_start() {
    kill_at_every_request(Moment::BeforeRequest).await;
}

#[tokio::test]
async fn killed_before_any_answer_a_change_of_dex_is_finished_by_the_next_start() {
    kill_at_every_request(Moment::BeforeAnswer).await;
}

/// Whoever takes over must not take the healthy old Dex for the success of the new one.
async fn kill_while_it_is_put_back(moment: Moment) {
    let entries = format!(
        "- email: keeper@example.com\n  hash: {SHIPPED_HASH}\n  userID: \"1\"\n{FROM_ENVIRONMENT}"
    );
    let config = with_entries(&entries);
    let mut world = world(&config).await;
    world.person("keeper@example.com", "Static entry").await;
    dex_pod::demand(world.lab, Some("keeper@example.com"))
        .await
        .unwrap();
    let mut killable = Killable::start(world.lab, ADMIN, PASSWORD).await.unwrap();
    let path = "/kubeflow-admin/users/of/keeper@example.com/remove";
    for number in 0..60 {
        let form = killable.browser.get(path).await.unwrap();
        let plan = killable.browser.submit(&form, path, &[]).await.unwrap();
        let killed = killable.killed_at(&plan, number, moment).await.unwrap();
        if killed {
            killable.dashboard.start_again().await.unwrap();
        }
        let ended = wait_for_operation(&mut killable.browser, plan.path.clone()).await;
        let ended = ended.unwrap_or_else(|why| {
            panic!(
                "killed at {number}: {why:#}\n{}",
                killable.dashboard.log_text()
            )
        });
        assert_state(&ended, "failed");
        ended
            .expect_text("What was there before was put back")
            .unwrap();
        assert_eq!(configuration(world.lab).await, config, "killed at {number}");
        signs_in(&killable, "keeper@example.com", SHIPPED).await;
        if !killed {
            assert!(number > 8, "only {number} requests were seen");
            dex_pod::demand(world.lab, None).await.unwrap();
            return;
        }
    }
    panic!("an operation of more than 60 requests");
}

#[tokio::test]
async fn killed_before_any_request_a_failed_change_of_dex_is_still_put_back() {
    kill_while_it_is_put_back(Moment::BeforeRequest).await;
}

#[tokio::test]
async fn killed_before_any_answer_a_failed_change_of_dex_is_still_put_back() {
    kill_while_it_is_put_back(Moment::BeforeAnswer).await;
}
