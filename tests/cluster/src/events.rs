//! A stream of server-sent events, read as it comes.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// One event, as a page gets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerEvent {
    pub name: String,
    pub data: String,
    pub id: String,
}

/// A stream that is open until its server ends it.
#[derive(Debug)]
pub struct EventStream {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Incoming,
    unread: String,
}

impl EventStream {
    /// Waits for the head of the answer only.
    pub async fn open(request: http::request::Builder) -> Result<Self> {
        let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let answer = client.request(request.body(Empty::new())?).await?;
        let (head, body) = answer.into_parts();
        Ok(Self {
            status: head.status,
            headers: head.headers,
            body,
            unread: String::new(),
        })
    }

    /// The next event; `None` when the stream is over. Signs of life are passed over.
    pub async fn next(&mut self) -> Result<Option<ServerEvent>> {
        loop {
            while let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (event, rest) = (parse(block), rest.to_owned());
                self.unread = rest;
                if event != ServerEvent::default() {
                    return Ok(Some(event));
                }
            }
            let Some(frame) = self.body.frame().await else {
                return Ok(None);
            };
            if let Ok(bytes) = frame?.into_data() {
                self.unread.push_str(std::str::from_utf8(&bytes)?);
            }
        }
    }

    /// The next event of this name within `limit`; others are passed over.
    pub async fn wait_for(&mut self, name: &str, limit: Duration) -> Result<ServerEvent> {
        let wanted = async {
            while let Some(event) = self.next().await? {
                if event.name == name {
                    return Ok(event);
                }
            }
            bail!("the stream ended without an event {name}")
        };
        tokio::time::timeout(limit, wanted)
            .await
            .with_context(|| format!("no event {name} within {limit:?}"))?
    }

    /// Fails when the stream is not over within `limit`.
    pub async fn wait_for_end(&mut self, limit: Duration) -> Result<()> {
        let end = async {
            // A server that goes away may cut the connection.
            while let Ok(Some(_)) = self.next().await {}
        };
        tokio::time::timeout(limit, end)
            .await
            .with_context(|| format!("the stream is still open after {limit:?}"))
    }
}

fn parse(block: &str) -> ServerEvent {
    let mut event = ServerEvent::default();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim_start().to_owned();
        match field {
            "event" => event.name = value,
            "data" => event.data = value,
            "id" => event.id = value,
            _ => {}
        }
    }
    event
}

/// A request for a stream, as a browser makes it.
pub fn request(address: &str) -> http::request::Builder {
    Request::get(address)
        .header("accept", "text/event-stream")
        .header("accept-encoding", "gzip")
}
