//! A dashboard that can be killed at any of its requests to the API server.

use anyhow::{Context as _, Result};

use crate::Lab;
use crate::browser::{Browser, Page};
use crate::dashboard::{Dashboard, Options, start_operation, wait_for_operation};
use crate::proxy::{Blow, Moment, Proxy, Trap};

/// A dashboard whose requests to the API server go through a proxy, and somebody who is signed in to it.
pub struct Killable {
    pub dashboard: Dashboard,
    proxy: Proxy,
    pub browser: Browser,
}

impl Killable {
    /// Its ServiceAccount must be there: it is once any dashboard was started.
    pub async fn start(lab: &Lab, email: &str, password: &str) -> Result<Self> {
        let own = lab
            .service_account_kubeconfig("kubeflow-admin", "kubeflow-admin")
            .await?;
        let proxy = Proxy::start(&own, lab.directory()).await?;
        let options = Options {
            kubeconfig: Some(proxy.kubeconfig().to_owned()),
            environment: vec![("KUBEFLOW_ADMIN_TAKE_OVER_AFTER".into(), "2s".into())],
            ..Options::default()
        };
        let dashboard = Dashboard::start_with(lab, options).await?;
        let browser = dashboard.signed_in(email, password).await?;
        Ok(Self {
            dashboard,
            proxy,
            browser,
        })
    }

    /// From now on it is killed at its `number`th request in somebody's name.
    pub fn arm(&self, number: u32, moment: Moment) -> Result<()> {
        self.proxy.arm(Trap {
            process: self.dashboard.process_id().context("it was not started")?,
            blow: Blow::Kill,
            moment,
            countdown: number,
        });
        Ok(())
    }

    /// Takes the trap away.
    pub fn disarm(&self) {
        self.proxy.disarm();
    }

    /// Starts the plan with a trap at its `number`th request and says whether it was killed there; it was not when the
    /// operation ended before that.
    pub async fn killed_at(&mut self, plan: &Page, number: u32, moment: Moment) -> Result<bool> {
        self.arm(number, moment)?;
        if let Ok(started) = start_operation(&mut self.browser, plan).await {
            // Either it ends, or the connection does.
            let _ = wait_for_operation(&mut self.browser, started.path).await;
        }
        Ok(self.proxy.disarm().is_none())
    }
}
