//! The program killed at every request that it makes for a change of Dex's configuration.

use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, Options, start_operation, wait_for_operation};
use lab::dex_pod;
use lab::proxy::{Blow, Moment, Proxy, Trap};

use crate::world::{
    ADMIN, FROM_ENVIRONMENT, PASSWORD, SHIPPED, SHIPPED_HASH, assert_state, configuration,
    password_of, with_entries, world,
};

/// A dashboard whose requests to the API server go through a proxy.
struct Killable {
    dashboard: Dashboard,
    proxy: Proxy,
    browser: Browser,
}

impl Killable {
    async fn start(lab: &lab::Lab) -> Self {
        let own = lab
            .service_account_kubeconfig("kubeflow-admin", "kubeflow-admin")
            .await
            .unwrap();
        let proxy = Proxy::start(&own, lab.directory()).await.unwrap();
        let options = Options {
            kubeconfig: Some(proxy.kubeconfig().to_owned()),
            environment: vec![("KUBEFLOW_ADMIN_TAKE_OVER_AFTER".into(), "2s".into())],
            ..Options::default()
        };
        let dashboard = Dashboard::start_with(lab, options).await.unwrap();
        let browser = dashboard.signed_in(ADMIN, PASSWORD).await.unwrap();
        Self {
            dashboard,
            proxy,
            browser,
        }
    }

    async fn plan(&mut self) -> Page {
        let person = "/kubeflow-admin/users/of/user@example.com";
        let page = self.browser.get(person).await.unwrap();
        let path = format!("{person}/reset-password");
        self.browser.submit(&page, &path, &[]).await.unwrap()
    }

    /// At the dashboard that was just started: it has not seen enough sign-ins of this account to make it wait.
    async fn signs_in(&self, email: &str, password: &str) {
        let signed_in = self.dashboard.signed_in(email, password).await;
        signed_in.unwrap();
    }

    /// Starts the plan with a trap at its `number`th request; `None` when it ended before that.
    async fn killed_at(&mut self, plan: &Page, number: u32, moment: Moment) -> Option<()> {
        let process = self.dashboard.process_id().unwrap();
        self.proxy.arm(Trap {
            process,
            blow: Blow::Kill,
            moment,
            countdown: number,
        });
        if let Ok(started) = start_operation(&mut self.browser, plan).await {
            // Either it ends, or the connection does.
            let _ = wait_for_operation(&mut self.browser, started.path).await;
        }
        self.proxy.disarm().is_none().then_some(())
    }
}

async fn kill_at_every_request(moment: Moment) {
    let config = with_entries(FROM_ENVIRONMENT);
    let world = world(&config).await;
    let mut killable = Killable::start(world.lab).await;
    for number in 0..60 {
        let plan = killable.plan().await;
        let killed = killable.killed_at(&plan, number, moment).await;
        if killed.is_some() {
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
        let password = password_of(&mut killable.browser, &ended).await;
        killable.signs_in("user@example.com", &password).await;
        assert_eq!(configuration(world.lab).await, config);
        if killed.is_none() {
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
    let mut killable = Killable::start(world.lab).await;
    let path = "/kubeflow-admin/users/of/keeper@example.com/remove";
    for number in 0..60 {
        let form = killable.browser.get(path).await.unwrap();
        let plan = killable.browser.submit(&form, path, &[]).await.unwrap();
        let killed = killable.killed_at(&plan, number, moment).await;
        if killed.is_some() {
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
        killable.signs_in("keeper@example.com", SHIPPED).await;
        if killed.is_none() {
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
