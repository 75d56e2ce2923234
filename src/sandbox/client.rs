//! The way in: a client of the kind that everybody else uses, or a port for programs outside.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use tower::{BoxError, service_fn};

use super::api::{Answer, Api};
use super::issuer::Issuer;

/// A client that makes its requests with this token, in memory.
pub fn client(api: &Api, token: &str) -> Client {
    let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
    let bearer = bearer.unwrap_or(HeaderValue::from_static("Bearer"));
    let api = api.clone();
    let service = service_fn(move |request: Request<Body>| {
        let (api, bearer) = (api.clone(), bearer.clone());
        async move {
            let (mut parts, body) = request.into_parts();
            parts.headers.insert(header::AUTHORIZATION, bearer);
            let body = body.collect_bytes().await?;
            Ok::<_, BoxError>(api.answer(&Request::from_parts(parts, body)))
        }
    });
    Client::new(service, "default")
}

/// Answers requests from outside, such as those of kubectl, for as long as it is polled.
pub async fn listen(api: Api, listener: tokio::net::TcpListener) -> std::io::Result<()> {
    let router = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let api = api.clone();
        async move { Ok::<_, Infallible>(answer(&api, request).await) }
    });
    axum::serve(listener, router).await
}

/// The same for programs that bring no token, as kubectl does over plain HTTP: they act with `token`. Browsers are
/// refused, so that no page of another site can write here.
pub async fn listen_openly(
    api: Api,
    token: String,
    listener: tokio::net::TcpListener,
) -> std::io::Result<()> {
    let router = axum::Router::new().fallback(move |mut request: axum::extract::Request| {
        let (api, token) = (api.clone(), token.clone());
        async move {
            let headers = request.headers_mut();
            let from_browser =
                headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
            if !from_browser
                && !headers.contains_key(header::AUTHORIZATION)
                && let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {token}"))
            {
                headers.insert(header::AUTHORIZATION, bearer);
            }
            Ok::<_, Infallible>(answer(&api, request).await)
        }
    });
    axum::serve(listener, router).await
}

/// Answers browsers and programs that sign in, for as long as it is polled.
pub async fn serve(issuer: Issuer, listener: tokio::net::TcpListener) -> std::io::Result<()> {
    axum::serve(listener, issuer.router()).await
}

/// Larger requests than this are cut off, and then are no objects.
const LARGEST: usize = 16 << 20;

async fn answer(api: &Api, request: axum::extract::Request) -> Answer {
    let (parts, body) = request.into_parts();
    let limited = http_body_util::Limited::new(body, LARGEST);
    let body = limited
        .collect()
        .await
        .map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    api.answer(&Request::from_parts(parts, body))
}
