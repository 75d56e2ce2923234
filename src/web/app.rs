//! What every handler may reach by state: the gate and the sign-in desk, and nothing behind them.

use std::sync::Arc;

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
}

impl App {
    /// `banner` is a sentence that every page says, or empty.
    pub fn new(
        gate: Gate,
        desk: Arc<Desk>,
        (http, throttle): (Http, Arc<Throttle>),
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

    pub fn seats(&self) -> &Seats {
        &self.inner.seats
    }
}
