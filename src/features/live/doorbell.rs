//! One stream: waits for something to happen, makes sure that the person may still know, and rings.

use std::collections::VecDeque;
use std::time::Duration;

use axum::response::sse::Event;
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::watch::Receiver;
use tokio_util::sync::CancellationToken;

use super::topic::{self, Sight, Topic};
use crate::access::SignedIn;
use crate::domain::Operation;
use crate::web::app::App;
use crate::web::seats::Seat;
use crate::web::view::OperationRow;

/// Session and rights are looked at this often when nothing happens (SEC-21), and so is what other replicas did.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Changes come in bursts; a page is told once.
const BURST: Duration = Duration::from_millis(300);

/// Why nothing more comes.
enum End {
    /// The session is over or the right is gone: the page should say so and not come back by itself.
    NoLongerAllowed,
    /// The program stops, or something does not answer: the page comes back in a moment.
    ForNow,
}

pub(super) struct Doorbell {
    app: App,
    signed_in: SignedIn,
    topic: Topic,
    seen: Option<Sight>,
    /// End of the last operation that this page was told about.
    since: Timestamp,
    ready: VecDeque<Event>,
    over: bool,
    stop: CancellationToken,
    cluster: Receiver<u64>,
    operations: Receiver<u64>,
    _seat: Seat,
}

impl Doorbell {
    pub(super) fn new(
        app: App,
        signed_in: SignedIn,
        (topic, since): (Topic, Timestamp),
        seat: Seat,
    ) -> Self {
        Self {
            topic,
            seen: None,
            since,
            ready: VecDeque::new(),
            over: false,
            stop: signed_in.engine().stop().clone(),
            cluster: signed_in.cluster_changes(),
            operations: signed_in.engine().changes(),
            app,
            signed_in,
            _seat: seat,
        }
    }

    /// The next event, whenever that is; `None` when the stream is over.
    pub(super) async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((event, self));
            }
            if self.over {
                return None;
            }
            if self.seen.is_some() {
                self.wait().await;
            }
            if let Err(end) = self.look().await {
                self.over = true;
                if matches!(end, End::NoLongerAllowed) {
                    self.ready.push_back(self.event("ended", "ended"));
                }
            }
        }
    }

    async fn wait(&mut self) {
        let happened = async {
            tokio::select! {
                _ = self.cluster.changed() => {}
                _ = self.operations.changed() => {}
            }
            tokio::time::sleep(BURST).await;
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = happened => {}
        }
        self.cluster.mark_unchanged();
        self.operations.mark_unchanged();
    }

    async fn look(&mut self) -> Result<(), End> {
        if self.stop.is_cancelled() {
            return Err(End::ForNow);
        }
        let again = self.app.gate().again(&self.signed_in).await;
        self.signed_in = again
            .map_err(|_| End::ForNow)?
            .ok_or(End::NoLongerAllowed)?;
        let ended = self.signed_in.operations_ended_since(self.since).await;
        for operation in ended.map_err(|_| End::ForNow)? {
            self.since = operation.updated_at;
            self.ready.push_back(self.news(&operation));
        }
        let sight = topic::look(&self.signed_in, self.topic).await;
        let sight = sight
            .map_err(|_| End::ForNow)?
            .map_err(|_| End::NoLongerAllowed)?;
        match &self.seen {
            None => self.ready.push_front(self.event("ready", "ready")),
            Some(seen) if *seen != sight => self.ready.push_back(self.event("changed", "changed")),
            Some(_) => {}
        }
        self.seen = Some(sight);
        Ok(())
    }

    /// One's own operation has ended; the page of that operation says it better than a toast.
    fn news(&self, operation: &Operation) -> Event {
        let row = OperationRow::new(operation, operation.updated_at);
        let title = format!("{} {}", row.title, row.subject);
        let data = json!({ "title": title, "state": row.state, "href": row.href });
        self.event("finished", &data.to_string())
    }

    /// The id is what a page hands over when it opens its next stream, so that no news are lost in between.
    fn event(&self, name: &str, data: &str) -> Event {
        let id = self.since.as_millisecond().to_string();
        Event::default().event(name).id(id).data(data)
    }
}
