//! What every handler may reach by state: the gate and the sign-in desk, and nothing behind them.

use std::panic::resume_unwind;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::seats::Seats;
use crate::access::{Desk, Gate};
use crate::config::Http;
use crate::identity::throttle::Throttle;

/// Shared by all requests. Cluster and store are not in here: they come with `Access` (SEC-02).
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    gate: Gate,
    desk: Arc<Desk>,
    http: Http,
    throttle: Arc<Throttle>,
    banner: &'static str,
    seats: Seats,
    tasks: TaskTracker,
}

impl App {
    /// `banner` is a sentence that every page says, or empty.
    pub fn new(
        gate: Gate,
        desk: Arc<Desk>,
        (http, throttle): (Http, Arc<Throttle>),
        tasks: TaskTracker,
        banner: &'static str,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                gate,
                desk,
                http,
                throttle,
                banner,
                seats: Seats::default(),
                tasks,
            }),
        }
    }

    pub fn banner(&self) -> &'static str {
        self.inner.banner
    }

    pub fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    pub fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    pub fn http(&self) -> &Http {
        &self.inner.http
    }

    pub fn throttle(&self) -> &Throttle {
        &self.inner.throttle
    }

    /// Does the work even if the browser hangs up meanwhile; the program waits for it before it stops.
    pub async fn to_the_end<W>(&self, work: W) -> W::Output
    where
        W: Future<Output: Send> + Send + 'static,
    {
        match self.inner.tasks.spawn(work).await {
            Ok(done) => done,
            Err(error) => resume_unwind(error.into_panic()),
        }
    }

    pub fn seats(&self) -> &Seats {
        &self.inner.seats
    }
}
