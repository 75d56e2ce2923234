//! Requests of browsers: how many, how they ended, how long they took; by route and never by path.

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tokio::time::Instant;

/// Seconds. Pages take milliseconds; a plan waits for dry runs; after a minute everything is cut off.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    /// The template, such as `/kubeflow-admin/users/of/{user}`: never what is in its place.
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

/// Cheap to clone; all clones count together.
#[derive(Clone)]
pub struct Requests {
    answered: Family<Answered, Counter>,
    took: Family<Route, Histogram, fn() -> Histogram>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            answered: Family::default(),
            took: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        }
    }
}

impl Requests {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Answered requests", self.answered.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time to the head of the answer",
            Unit::Seconds,
            self.took.clone(),
        );
    }

    /// Puts the measuring around a whole service.
    pub fn measure(&self, service: Router) -> Router {
        let requests = self.clone();
        service.layer(from_fn(move |request, next| {
            let requests = requests.clone();
            async move { requests.pass(request, next).await }
        }))
    }

    async fn pass(&self, request: Request, next: Next) -> Response {
        let route = Route {
            method: method(request.method()),
            route: request
                .extensions()
                .get::<MatchedPath>()
                .map_or("none", MatchedPath::as_str)
                .to_owned(),
        };
        let began = Instant::now();
        let response = next.run(request).await;
        self.took
            .get_or_create(&route)
            .observe(began.elapsed().as_secs_f64());
        let answered = Answered {
            method: route.method,
            route: route.route,
            status: class(response.status().as_u16()),
        };
        self.answered.get_or_create(&answered).inc();
        response
    }
}

/// Methods that somebody makes up must not become series.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

fn class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use prometheus_client::encoding::text::encode;
    use tower::ServiceExt as _;

    use super::*;

    async fn metrics_after(requests: &[(&str, &str)]) -> String {
        let counts = Requests::default();
        let service = Router::new().route("/users/of/{user}", get(async || "ok"));
        let service = counts.measure(service);
        for (method, path) in requests {
            let request = Request::builder().method(*method).uri(*path);
            let request = request.body(Body::empty()).unwrap();
            service.clone().oneshot(request).await.unwrap();
        }
        let mut registry = Registry::default();
        counts.register(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        text
    }

    #[tokio::test]
    async fn a_person_in_the_path_is_no_label() {
        let text = metrics_after(&[
            ("GET", "/users/of/ana@example.com"),
            ("GET", "/users/of/ben@example.com"),
        ])
        .await;
        let line = r#"http_requests_total{method="GET",route="/users/of/{user}",status="2xx"} 2"#;
        assert!(text.contains(line), "{text}");
        assert!(!text.contains("example.com"), "{text}");
        assert!(
            text.contains("http_request_duration_seconds_bucket"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn what_somebody_makes_up_is_one_series() {
        let text = metrics_after(&[("BREW", "/a"), ("STEEP", "/b?c=d")]).await;
        let line = r#"http_requests_total{method="other",route="none",status="4xx"} 2"#;
        assert!(text.contains(line), "{text}");
    }
}
