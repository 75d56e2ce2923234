//! Mounts every feature and puts the layers around them, outermost first, each where it is for a reason.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Redirect, Response};
use axum::routing;
use http::{HeaderName, StatusCode};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::features;
use crate::web::app::App;
use crate::web::headers;
use crate::web::problem::Problem;
use crate::web::routes::{Guard, RouteInfo};
use crate::web::{admission, paths};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TIMEOUT: Duration = Duration::from_mins(1);
/// Forms are small; nothing larger is read.
const LARGEST_BODY: usize = 256 * 1024;

/// The whole program as one service, and the table of its routes for the tests.
#[expect(clippy::similar_names, reason = "the names are the words of the trade")]
pub fn build(app: App) -> (Router, Vec<RouteInfo>) {
    let (routes, table) = features::routes(&app).finish();
    let unknown = routing::any(async || Problem::not_found("such page")).layer(from_fn_with_state(
        (app.clone(), Guard::SignedIn),
        admission::admit,
    ));
    let router = routes
        .route("/", routing::get(async || Redirect::to(paths::HOME)))
        .route(
            paths::BASE,
            routing::get(async || Redirect::permanent(paths::HOME)),
        )
        .fallback_service(unknown.with_state(app.clone()))
        .with_state(app);
    let layers = ServiceBuilder::new()
        // A panic becomes an answer before anything else sees it.
        .layer(CatchPanicLayer::new())
        // The id is there before the span that names it, and goes back to the caller.
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        // The route's template only: paths name people, queries carry sign-in codes and one-time tokens.
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(from_fn(headers::secure))
        // Pages with secrets are never compressed together with what a caller chose: the receipt says `no-store` and
        // holds nothing from the query.
        .layer(CompressionLayer::new().gzip(true))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            TIMEOUT,
        ))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(log));
    (router.layer(layers), table)
}

fn span<B>(request: &http::Request<B>) -> tracing::Span {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("none", MatchedPath::as_str);
    let method = request.method();
    let name = format!("{method} {route}");
    tracing::info_span!("request", id, %method, route, otel.name = name, otel.kind = "server")
}

/// One line per request that is not for a machine.
async fn log(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let quiet = path == paths::HEALTHZ || path == paths::READYZ;
    let began = tokio::time::Instant::now();
    let response = next.run(request).await;
    if !quiet {
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            path,
            status = response.status().as_u16(),
            milliseconds,
            "request.answered"
        );
    }
    response
}
