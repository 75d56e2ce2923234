//! Opening a stream: what it is about, since when, and whether there is room for one more.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use http::{HeaderName, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::doorbell::Doorbell;
use super::topic::Topic;
use crate::access::SignedIn;
use crate::clock::Clock;
use crate::web::app::App;
use crate::web::extract::Query;
use crate::web::problem::Problem;

/// A sign of life, so that no proxy takes the silence for the end.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Older news are on the list of operations.
const OLDEST_NEWS: SignedDuration = SignedDuration::from_mins(10);
/// Kept nowhere, like every page; and nginx and its like are told to pass events on at once.
const HEADERS: [(HeaderName, &str); 2] = [
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

#[derive(Debug, Default, Deserialize)]
pub(super) struct StreamQuery {
    #[serde(default)]
    list: String,
    #[serde(default)]
    operation: String,
    /// Id of the last event that this window has seen.
    #[serde(default)]
    since: String,
}

/// The head of the answer goes out at once, so the time limit for requests does not end the stream; bodies of this type
/// are not compressed, so nothing is held back.
pub(super) async fn open(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(query): Query<StreamQuery>,
) -> Result<Response, Problem> {
    let seat = app
        .seats()
        .take(&signed_in.session().id)
        .ok_or_else(too_many)?;
    let topic = Topic::named(&query.list, &query.operation);
    let since = since(&query.since, Clock.now());
    let doorbell = Doorbell::new(app, signed_in, (topic, since), seat);
    let events = futures::stream::unfold(doorbell, Doorbell::next).map(Ok::<_, Infallible>);
    let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok((HEADERS, stream).into_response())
}

/// A moment in the near past; now, where it is none.
fn since(text: &str, now: Timestamp) -> Timestamp {
    let told = text.parse().ok();
    let told = told.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    told.unwrap_or(now).clamp(now - OLDEST_NEWS, now)
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "KA-STREAMS",
        "Too many pages are open at once",
        "Pages still show what is there when they are loaded again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_told_from_the_near_past_only() {
        let now = Timestamp::from_second(10_000).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        for (told, since_then) in [
            ("", 10_000),
            ("9990000", 9_990),
            ("1", 9_400),
            ("99999999999", 10_000),
            ("x", 10_000),
        ] {
            assert_eq!(since(told, now), at(since_then), "{told}");
        }
    }
}
