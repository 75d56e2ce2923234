//! For the kubelet: are we alive, are we ready. Matched by exact path, says nothing about the cluster.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::web::app::App;
use crate::web::routes::{Guard, Routes};
use crate::web::{assets, paths};

pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get(paths::HEALTHZ, Guard::Public, alive)
        .get(paths::READYZ, Guard::Public, ready)
        .get(paths::STATIC, Guard::Public, assets::serve)
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<App>) -> Response {
    match app.gate().readiness().await {
        Ok(()) => "ok\n".into_response(),
        Err(why) => {
            tracing::info!(why, "server.not-ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}
