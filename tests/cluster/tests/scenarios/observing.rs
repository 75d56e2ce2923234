//! What the program says of itself: metrics on a port of their own, traces to a collector, and nobody's name in either.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use lab::dashboard::{Dashboard, Options};
use lab::{http_client, waiting};

use crate::world::{PASSWORD, add_user, make_admin, world};

async fn observed(name: &str, value: String) -> Dashboard {
    let (lab, _) = world().await;
    let options = Options {
        environment: vec![(name.to_owned(), value)],
        ..Options::default()
    };
    Dashboard::start_with(lab, options).await.unwrap()
}

/// Somebody signs in and adds a user: every number has something to count.
async fn work(dashboard: &Dashboard, administrator: &str, user: &str) {
    let (lab, _) = world().await;
    make_admin(lab, administrator).await;
    let mut admin = dashboard.signed_in(administrator, PASSWORD).await.unwrap();
    add_user(&mut admin, &format!("{user}@example.com"), user).await;
    let page = format!("/kubeflow-admin/users/of/{user}@example.com");
    admin.get(&page).await.unwrap();
}

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

#[tokio::test]
async fn metrics_count_what_happens_and_name_nobody() {
    let address = free_address();
    let dashboard = observed("KUBEFLOW_ADMIN_METRICS_LISTEN", address.to_string()).await;
    work(&dashboard, "measurer@example.com", "measured").await;
    let answer = http_client::get(&format!("http://{address}/metrics")).await;
    let answer = answer.unwrap();
    let text = answer.body();
    for line in [
        "kubeflow_admin_build_info{version=\"",
        "kubeflow_admin_http_requests_total{method=\"GET\",route=\"/kubeflow-admin/users/of/{email}\",status=\"2xx\"} ",
        "kubeflow_admin_http_request_duration_seconds_bucket{",
        "kubeflow_admin_kubernetes_requests_total{verb=\"patch\",resource=\"profiles\",status=\"201\"} ",
        "kubeflow_admin_kubernetes_requests_total{verb=\"watch\",resource=\"passwords\",status=\"200\"} ",
        "kubeflow_admin_operations_ended_total{kind=\"add-user\",end=\"done\"} 1",
        "kubeflow_admin_operations{kind=\"add-user\",state=\"done\"} 1",
        "kubeflow_admin_operations{kind=\"add-user\",state=\"running\"} 0",
        "kubeflow_admin_sign_ins_total{way=\"dex\",outcome=\"ok\"} 1",
        "kubeflow_admin_sessions 1",
        "kubeflow_admin_store_up 1",
        "kubeflow_admin_watch_objects{watch=\"",
        ",state=\"ready\"} 1",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    for name in ["measured", "measurer", "@", "cluster.local"] {
        assert!(!text.contains(name), "{name} is in:\n{text}");
    }
    let format = answer.headers()["content-type"].to_str().unwrap();
    assert!(
        format.starts_with("application/openmetrics-text"),
        "{format}"
    );
}

#[tokio::test]
async fn metrics_are_neither_among_the_pages_nor_pages_among_the_metrics() {
    let address = free_address();
    let dashboard = observed("KUBEFLOW_ADMIN_METRICS_LISTEN", address.to_string()).await;
    for path in ["/metrics", "/kubeflow-admin/metrics"] {
        let url = format!("{}{path}", dashboard.origin());
        let answer = http_client::get(&url).await.unwrap();
        assert_ne!(answer.status(), 200, "{path}");
        assert!(!answer.body().contains("kubeflow_admin_"), "{path}");
    }
    for path in ["/", "/kubeflow-admin/", "/healthz", "/dex/healthz"] {
        let answer = http_client::get(&format!("http://{address}{path}")).await;
        assert_eq!(answer.unwrap().status(), 404, "{path}");
    }
}

type Received = Arc<Mutex<Vec<u8>>>;

/// Takes what an OpenTelemetry collector would take.
async fn collector() -> (SocketAddr, Received) {
    let received = Received::default();
    let take = async |State(received): State<Received>, body: Bytes| {
        received.lock().unwrap().extend_from_slice(&body);
    };
    let service = Router::new()
        .route("/v1/traces", post(take))
        .with_state(received.clone());
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, service).await });
    (address, received)
}

#[tokio::test]
async fn traces_go_to_the_collector_and_name_nobody() {
    let (address, received) = collector().await;
    let endpoint = format!("http://{address}");
    let dashboard = observed("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).await;
    work(&dashboard, "tracer@example.com", "traced").await;
    let wanted = [
        "kubeflow-admin",
        "GET /kubeflow-admin/users/of/{email}",
        "subjectaccessreviews",
        "add-user",
    ];
    let all = waiting::until("spans of everything", Duration::from_secs(30), || async {
        let text = String::from_utf8_lossy(&received.lock().unwrap()).into_owned();
        Ok(wanted
            .iter()
            .all(|part| text.contains(part))
            .then_some(text))
    })
    .await
    .unwrap();
    for name in ["traced@", "tracer@"] {
        assert!(!all.contains(name), "{name} is in a trace");
    }
}
