//! Watches: changes as they come, one JSON document a line, for as long as the client asked.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::objects::{Change, Collection};
use super::read::{as_asked, selector};
use super::select::Selector;
use super::status::Refusal;
use super::world::{Context, World};
use super::{Api, call::Call, kinds::Kind};

/// A bookmark tells the client now and then how far it has come.
const BOOKMARK_PAUSE: Duration = Duration::from_mins(1);
/// A watch ends after this long when the client names no time.
const LONGEST: Duration = Duration::from_mins(30);

/// A watch that is to begin.
pub(crate) struct Watch {
    api: Api,
    call: Call,
    kind: Arc<Kind>,
    collection: Collection,
    selector: Selector,
    /// Changes up to this one have been sent.
    seen: u64,
    waiting: VecDeque<Bytes>,
    ends: Instant,
    next_bookmark: Instant,
}

impl World {
    /// Where the watch starts: after a version, or with everything that is there.
    pub(crate) fn watch(&self, api: &Api, context: &Context<'_>) -> Result<Watch, Refusal> {
        let options = &context.call.options;
        let asked = options.get("resourceVersion");
        let seconds: Option<u64> = options.get("timeoutSeconds").parse().ok();
        let now = Instant::now();
        let mut watch = Watch {
            api: api.clone(),
            call: context.call.clone(),
            kind: context.kind.clone(),
            collection: context.collection(),
            selector: selector(context)?,
            seen: asked.parse().unwrap_or(0),
            waiting: VecDeque::new(),
            ends: now + seconds.map_or(LONGEST, Duration::from_secs),
            next_bookmark: now + BOOKMARK_PAUSE,
        };
        let from_now = asked.is_empty() || asked == "0" || options.is_set("sendInitialEvents");
        if from_now {
            watch.send_what_is_there(self, context);
        } else if self.objects.since(watch.seen).is_none() {
            let message = format!(
                "too old resource version: {} ({})",
                watch.seen,
                self.objects.version()
            );
            return Err(Refusal::expired(&message));
        }
        Ok(watch)
    }
}

impl Watch {
    fn send_what_is_there(&mut self, world: &World, context: &Context<'_>) {
        self.seen = world.objects.version();
        for object in world
            .objects
            .all(&self.collection, &self.selector.namespace)
        {
            if self.selector.matches(&object) {
                self.send("ADDED", &as_asked(context, context.shown(&object)));
            }
        }
        if self.call.options.is_set("sendInitialEvents") {
            self.send_bookmark(true_annotations());
        }
    }

    fn send(&mut self, event: &str, object: &Value) {
        let line = format!("{}\n", json!({ "type": event, "object": object }));
        self.waiting.push_back(Bytes::from(line));
    }

    fn send_bookmark(&mut self, annotations: Value) {
        let mut object = json!({
            "kind": self.kind.kind,
            "apiVersion": super::kinds::api_version(&self.call.group, &self.call.version),
            "metadata": { "resourceVersion": self.seen.to_string() },
        });
        if !annotations.is_null() {
            object["metadata"]["annotations"] = annotations;
        }
        self.send("BOOKMARK", &object);
    }

    /// Takes up what has changed since; false when some of it is forgotten.
    fn catch_up(&mut self) -> bool {
        let api = self.api.clone();
        let world = api.world();
        let changes: Option<Vec<Change>> = world.objects.since(self.seen).map(|changes| {
            changes
                .filter(|change| change.collection == self.collection)
                .cloned()
                .collect()
        });
        let newest = world.objects.version();
        drop(world);
        let Some(changes) = changes else {
            let refusal =
                Refusal::expired("The resourceVersion for the provided watch is too old.");
            self.send("ERROR", &refusal.status());
            return false;
        };
        for change in changes {
            self.take(&change);
        }
        self.seen = newest;
        true
    }

    /// An object that no longer matches is deleted for whoever selects.
    fn take(&mut self, change: &Change) {
        let matching = |side: &Option<Arc<Value>>| {
            side.as_ref()
                .filter(|object| self.selector.matches(object))
                .cloned()
        };
        let (before, after) = (matching(&change.before), matching(&change.after));
        let (event, object) = match (before, after) {
            (None, None) => return,
            (None, Some(object)) => ("ADDED", object),
            (Some(_), Some(object)) => ("MODIFIED", object),
            (Some(before), None) => ("DELETED", change.after.clone().unwrap_or(before)),
        };
        let mut shown = (*object).clone();
        shown["metadata"]["resourceVersion"] = change.version.to_string().into();
        shown["apiVersion"] =
            super::kinds::api_version(&self.call.group, &self.call.version).into();
        shown["kind"] = self.kind.kind.clone().into();
        self.send(event, &shown);
    }

    async fn next(mut self) -> Option<(Result<Bytes, std::convert::Infallible>, Self)> {
        loop {
            if let Some(line) = self.waiting.pop_front() {
                return Some((Ok(line), self));
            }
            let mut news = self.api.changes();
            news.mark_unchanged();
            if !self.catch_up() {
                self.ends = Instant::now();
                continue;
            }
            if !self.waiting.is_empty() {
                continue;
            }
            let now = Instant::now();
            if now >= self.ends {
                return None;
            }
            if now >= self.next_bookmark {
                self.next_bookmark = now + BOOKMARK_PAUSE;
                if self.call.options.is_set("allowWatchBookmarks") {
                    self.send_bookmark(Value::Null);
                    continue;
                }
            }
            tokio::select! {
                told = news.changed() => if told.is_err() { return None },
                () = tokio::time::sleep_until(self.ends.min(self.next_bookmark)) => {}
            }
        }
    }

    /// The lines of the answer's body.
    pub(crate) fn lines(
        self,
    ) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Send {
        futures::stream::unfold(self, Self::next)
    }
}

fn true_annotations() -> Value {
    json!({ "k8s.io/initial-events-end": "true" })
}
