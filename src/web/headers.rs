//! Headers that every answer carries.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

use super::scheme;

/// No script, style, frame or connection but our own; no inline anything (SEC-20). Framing by the same origin is
/// allowed because the Central Dashboard shows its menu entries in a frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// Only where the browser trusts the way to us: over plain HTTP from elsewhere it would be ignored, loudly.
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Sets them, and keeps pages out of every cache unless the handler decided otherwise. What Dex answers through us
/// keeps Dex's own policy: its pages need their own styles.
pub async fn secure(request: Request, next: Next) -> Response {
    let from_dex = request.uri().path().starts_with("/dex/");
    let trusted = scheme::is_trustworthy(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if trusted {
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    }
    for (name, value) in ALWAYS {
        if from_dex && name == header::CONTENT_SECURITY_POLICY {
            continue;
        }
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
