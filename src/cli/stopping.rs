//! How `serve` ends when it is told to: nothing new is taken, what is on its way gets a moment, operations are handed
//! over, and all of it is bounded, so that it is over before Kubernetes loses patience (30 seconds).

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::store::Store;

/// Requests that are not answered by then are cut off.
const REQUESTS: Duration = Duration::from_secs(10);
/// So are jobs and operations; a lease that could not be given back runs out by itself.
const TASKS: Duration = Duration::from_secs(10);
const DATABASE: Duration = Duration::from_secs(5);

/// The signals that end the program. Listened for from the start: process 1 of a container has no defaults, and
/// would otherwise ignore what it is told while it starts.
pub(super) struct Orders {
    terminate: Signal,
    interrupt: Signal,
}

impl Orders {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn come(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until told to stop, then ends what is open.
pub(super) async fn serve(
    listener: TcpListener,
    service: Router,
    mut orders: Orders,
    stop: &CancellationToken,
) -> std::io::Result<()> {
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service)
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .into_future();
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended,
        () = orders.come() => {}
    }
    tracing::info!("server.stopping");
    stop.cancel();
    let ended = tokio::time::timeout(REQUESTS, serving).await;
    ended.unwrap_or_else(|_| {
        tracing::warn!("server.requests-cut-off");
        Ok(())
    })
}

/// Waits for jobs and operations, and lets go of the database.
pub(super) async fn finish(tasks: &TaskTracker, store: &Store) {
    tasks.close();
    if tokio::time::timeout(TASKS, tasks.wait()).await.is_err() {
        tracing::warn!(left = tasks.len(), "server.tasks-cut-off");
    }
    if tokio::time::timeout(DATABASE, store.close()).await.is_err() {
        tracing::warn!("server.database-not-closed");
    }
    tracing::info!("server.stopped");
}
