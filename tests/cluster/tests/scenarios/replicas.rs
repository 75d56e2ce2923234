//! Two dashboards on one PostgreSQL: whatever happens to the one that works on an operation, the other ends it.

use std::time::Duration;

use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, Options, password_of, start_operation, wait_for_operation};
use lab::proxy::{Blow, Moment, Proxy, Trap};
use tokio::time::Instant;

use crate::postgres;
use crate::world::{ADMIN, PASSWORD, plan_user, world};

struct Pair {
    /// The one that begins; its requests to the API server go through the proxy.
    first: Dashboard,
    proxy: Proxy,
    admin: Browser,
    second: Dashboard,
    onlooker: Browser,
}

impl Pair {
    /// `None`, with a line that says so, where `PostgreSQL` is not installed.
    async fn start(take_over_after: &str) -> Option<Self> {
        let (lab, _) = world().await;
        let database = postgres::new_database().await?;
        let own = lab
            .service_account_kubeconfig("kubeflow-admin", "kubeflow-admin")
            .await
            .unwrap();
        let proxy = Proxy::start(&own, lab.directory()).await.unwrap();
        let options = |kubeconfig| Options {
            database: Some(database.clone()),
            kubeconfig,
            environment: vec![(
                "KUBEFLOW_ADMIN_TAKE_OVER_AFTER".to_owned(),
                take_over_after.to_owned(),
            )],
        };
        let through_proxy = options(Some(proxy.kubeconfig().to_owned()));
        let first = Dashboard::start_with(lab, through_proxy).await.unwrap();
        let second = Dashboard::start_with(lab, options(None)).await.unwrap();
        let admin = first.signed_in(ADMIN, PASSWORD).await.unwrap();
        let onlooker = second.signed_in(ADMIN, PASSWORD).await.unwrap();
        Some(Self {
            first,
            proxy,
            admin,
            second,
            onlooker,
        })
    }

    /// Starts “add user” at the first and strikes it in the middle; gives the end as the second shows it, and how
    /// long that took from the start.
    async fn struck(&mut self, name: &str, blow: Blow) -> (Page, Duration) {
        let email = format!("{name}@example.com");
        let plan = plan_user(&mut self.admin, &email, name).await;
        assert_ne!(plan.status, 422, "{}", plan.text());
        self.proxy.arm(Trap {
            process: self.first.process_id().unwrap(),
            blow,
            moment: Moment::BeforeAnswer,
            countdown: 2,
        });
        let began = Instant::now();
        // The one that is asked may be gone before it answers.
        let _ = start_operation(&mut self.admin, &plan).await;
        let ended = wait_for_operation(&mut self.onlooker, plan.path.clone())
            .await
            .unwrap_or_else(|why| panic!("{why:#}\n{}", self.second.log_text()));
        assert!(self.proxy.disarm().is_none(), "it was never struck");
        (ended, began.elapsed())
    }

    /// Done, by the second, once, and the password that it shows signs in.
    async fn check_whole(&mut self, ended: &Page, email: &str) {
        assert!(
            ended.body.contains("data-state=\"done\""),
            "{}",
            ended.text()
        );
        let log = self.second.log_text();
        assert!(log.contains("operation.taken-over"), "{log}");
        let password = password_of(&mut self.onlooker, ended).await.unwrap();
        self.second.signed_in(email, &password).await.unwrap();
        let activity = format!(
            "/kubeflow-admin/activity?operation={}",
            ended.last_segment()
        );
        let lines = self.onlooker.get(&activity).await.unwrap().text();
        for action in ["Login created", "Created: profile", "Sign-in proved"] {
            assert_eq!(lines.matches(action).count(), 1, "{action}: {lines}");
        }
    }
}

#[tokio::test]
async fn a_replica_that_is_told_to_stop_hands_its_operation_over_at_once() {
    let Some(mut pair) = Pair::start("10m").await else {
        return;
    };
    let (ended, took) = pair.struck("handed", Blow::Terminate).await;
    // Without the hand-over it would be ten minutes.
    assert!(took < Duration::from_secs(45), "{took:?}");
    let status = pair.first.wait_until_ended().await.unwrap();
    let log = pair.first.log_text();
    assert!(status.success(), "{status}: {log}");
    assert!(log.contains("operation.handed-over"), "{log}");
    assert!(log.contains("server.stopped"), "{log}");
    pair.check_whole(&ended, "handed@example.com").await;
}

#[tokio::test]
async fn a_replica_that_is_killed_is_replaced_when_its_lease_ends() {
    let Some(mut pair) = Pair::start("3s").await else {
        return;
    };
    let (ended, took) = pair.struck("orphaned", Blow::Kill).await;
    assert!(
        took > Duration::from_secs(2),
        "the lease still held: {took:?}"
    );
    pair.check_whole(&ended, "orphaned@example.com").await;
}
