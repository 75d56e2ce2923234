//! Plain HTTP, as a browser without a memory: no cookies, no redirects followed.

use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Between the end of a pod and the new way to its port Kubernetes swallows what is sent there; without a limit one such
/// request takes two minutes.
const CONNECT: Duration = Duration::from_secs(5);

/// Sends a request and reads the whole answer as text.
pub async fn send(request: Request<String>) -> Result<Response<String>> {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let what = format!("{} {}", request.method(), request.uri());
    let answer = client
        .request(request.map(|body| Full::new(Bytes::from(body))))
        .await
        .with_context(|| what.clone())?;
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.with_context(|| what)?.to_bytes();
    Ok(Response::from_parts(
        parts,
        String::from_utf8_lossy(&body).into_owned(),
    ))
}

/// Gets a page.
pub async fn get(url: &str) -> Result<Response<String>> {
    send(Request::get(url).body(String::new())?).await
}

/// Posts a form that is already encoded.
pub async fn post_form(url: &str, form: &str) -> Result<Response<String>> {
    let request = Request::post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    send(request.body(form.to_owned())?).await
}
