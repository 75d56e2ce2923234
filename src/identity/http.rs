//! The one HTTP client that reaches Dex: one host, limited in time and size, no redirect followed (SEC-07).
//!
//! Plain HTTP, as Kubeflow installs Dex in every release.

use std::time::Duration;

use ::http::{Request, Response, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::error::Error;

const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 4 << 20;

#[derive(Clone)]
pub(super) struct Http {
    upstream: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Http {
    pub(super) fn new(upstream: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(Duration::from_secs(5)));
        Self {
            upstream: upstream.trim_end_matches('/').to_owned(),
            client: Client::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// Scheme, host and port.
    pub(super) fn upstream(&self) -> &str {
        &self.upstream
    }

    pub(super) async fn get(&self, path: &str) -> Result<Response<Bytes>, Error> {
        let request = Request::get(path).body(Bytes::new());
        self.send(request.map_err(|error| Error::Unexpected(error.to_string()))?)
            .await
    }

    /// Sends a request whose URI is a path, to the one upstream, and reads the whole answer.
    pub(super) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = format!("{}{path}", self.upstream)
            .parse::<Uri>()
            .map_err(|error| Error::Unexpected(error.to_string()))?;
        let request = Request::from_parts(parts, Full::new(body));
        let whole = async {
            let (parts, body) = self
                .client
                .request(request)
                .await
                .map_err(|error| cause(&error))?
                .into_parts();
            let body = Limited::new(body, LARGEST_ANSWER)
                .collect()
                .await
                .map_err(|error| error.to_string())?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        match tokio::time::timeout(PATIENCE, whole).await {
            Ok(answer) => answer.map_err(|why: String| Error::Unreachable(format!("{why}."))),
            Err(_) => Err(Error::Unreachable(format!(
                "no answer within {} seconds.",
                PATIENCE.as_secs()
            ))),
        }
    }
}

/// The innermost reason, such as “Connection refused”.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(next) = innermost.source() {
        innermost = next;
    }
    innermost.to_string()
}
