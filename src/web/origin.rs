//! Does a request that changes something come from one of our own pages? (SEC-31)

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// Where a form was sent from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromWhere {
    OwnPage,
    /// Another site, or nobody says: a missing header never means “ours”.
    Elsewhere,
}

/// Fetch metadata decides where the browser sends it (HTTPS and localhost); `Origin` must agree with `Host` whenever
/// it is there, and must be there when fetch metadata is not.
pub fn check(headers: &HeaderMap) -> FromWhere {
    let site = headers
        .get("sec-fetch-site")
        .map(http::HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin") {
        return FromWhere::Elsewhere;
    }
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match (origin, host) {
        (Some(origin), Some(host)) if is_of(origin, host) => FromWhere::OwnPage,
        (None, Some(_)) if site.is_some() => FromWhere::OwnPage,
        _ => FromWhere::Elsewhere,
    }
}

fn is_of(origin: &str, host: &str) -> bool {
    let authority = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn sec_31_only_our_own_pages_may_send_forms() {
        let host = ("host", "localhost:8080");
        let own = ("origin", "http://localhost:8080");
        for (given, wanted) in [
            (
                vec![host, own, ("sec-fetch-site", "same-origin")],
                FromWhere::OwnPage,
            ),
            (vec![host, own], FromWhere::OwnPage),
            (
                vec![host, ("sec-fetch-site", "same-origin")],
                FromWhere::OwnPage,
            ),
            (vec![host], FromWhere::Elsewhere),
            (
                vec![host, own, ("sec-fetch-site", "same-site")],
                FromWhere::Elsewhere,
            ),
            (
                vec![host, own, ("sec-fetch-site", "none")],
                FromWhere::Elsewhere,
            ),
            (
                vec![
                    host,
                    own,
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "no-cors"),
                ],
                FromWhere::Elsewhere,
            ),
            (
                vec![
                    host,
                    ("origin", "http://evil.example"),
                    ("sec-fetch-site", "same-origin"),
                ],
                FromWhere::Elsewhere,
            ),
            (vec![host, ("origin", "null")], FromWhere::Elsewhere),
            (vec![own], FromWhere::Elsewhere),
        ] {
            assert_eq!(check(&headers(&given)), wanted, "{given:?}");
        }
    }
}
