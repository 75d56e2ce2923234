//! How the browser reached us: over HTTPS or not, and under which host name.

use axum::http::HeaderMap;
use http::header::HOST;

use crate::config::{Http, PlainHttp};

/// What the browser speaks. We ourselves always speak plain HTTP: TLS ends at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// From the gateway's `X-Forwarded-Proto`. Decides the attributes of cookies and nothing else: whoever forges
    /// it gets cookies that their own browser does not send back.
    pub fn of(headers: &HeaderMap) -> Self {
        match headers
            .get("x-forwarded-proto")
            .map(http::HeaderValue::as_bytes)
        {
            Some(b"https") => Self::Https,
            _ => Self::Http,
        }
    }
}

/// Why a request's `Host` is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostRefusal {
    /// No or several `Host` headers, or not a host.
    Malformed,
    /// A name that nobody listed: it may be an attacker's name that points here (DNS rebinding).
    Unknown(String),
    /// Plain HTTP on something else than localhost, without the option that allows it.
    PlainHttp(String),
}

/// Is the browser's way to us one that was meant? (SEC-38)
pub fn check_host(headers: &HeaderMap, http: &Http) -> Result<(), HostRefusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(HostRefusal::Malformed);
    };
    let host = host.to_str().map_err(|_| HostRefusal::Malformed)?;
    let name = name_of(host).ok_or(HostRefusal::Malformed)?;
    if is_loopback(&name) {
        return Ok(());
    }
    let listed = http
        .hosts
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&name));
    if !listed && name.parse::<std::net::IpAddr>().is_err() {
        return Err(HostRefusal::Unknown(name));
    }
    match (Scheme::of(headers), http.plain_http) {
        (Scheme::Https, _) | (_, PlainHttp::Everywhere) => Ok(()),
        (Scheme::Http, PlainHttp::LoopbackOnly) => Err(HostRefusal::PlainHttp(name)),
    }
}

/// Does the page travel in the clear over more than this machine?
pub fn is_exposed(headers: &HeaderMap) -> bool {
    let name = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(name_of);
    Scheme::of(headers) == Scheme::Http && !name.is_some_and(|name| is_loopback(&name))
}

fn name_of(host: &str) -> Option<String> {
    let authority: http::uri::Authority = host.parse().ok()?;
    let name = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    (!name.is_empty() && !host.contains('@')).then(|| name.to_ascii_lowercase())
}

/// What browsers call a potentially trustworthy origin: HTTPS, or this very machine.
pub fn is_trustworthy(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    Scheme::of(headers) == Scheme::Https
        || host
            .and_then(name_of)
            .is_some_and(|name| is_loopback(&name))
}

fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(host: &str, proto: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        headers.insert("x-forwarded-proto", HeaderValue::from_str(proto).unwrap());
        headers
    }

    fn http(plain_http: PlainHttp) -> Http {
        Http {
            listen: ([127, 0, 0, 1], 8080).into(),
            hosts: vec!["kubeflow.example.com".into()],
            plain_http,
        }
    }

    #[test]
    fn sec_38_unknown_names_are_refused_and_plain_http_is_for_localhost() {
        let strict = http(PlainHttp::LoopbackOnly);
        assert_eq!(
            check_host(&headers("localhost:8080", "http"), &strict),
            Ok(())
        );
        assert_eq!(check_host(&headers("[::1]:8080", "http"), &strict), Ok(()));
        assert_eq!(
            check_host(&headers("kubeflow.example.com", "https"), &strict),
            Ok(())
        );
        assert_eq!(
            check_host(&headers("evil.example", "https"), &strict),
            Err(HostRefusal::Unknown("evil.example".into()))
        );
        assert_eq!(
            check_host(&headers("192.0.2.7:30880", "http"), &strict),
            Err(HostRefusal::PlainHttp("192.0.2.7".into()))
        );
        assert_eq!(
            check_host(
                &headers("192.0.2.7:30880", "http"),
                &http(PlainHttp::Everywhere)
            ),
            Ok(())
        );
        assert_eq!(
            check_host(&HeaderMap::new(), &strict),
            Err(HostRefusal::Malformed)
        );
        assert_eq!(
            check_host(&headers("user@localhost", "http"), &strict),
            Err(HostRefusal::Malformed)
        );
    }

    #[test]
    fn a_name_that_only_looks_like_localhost_is_not() {
        let strict = http(PlainHttp::LoopbackOnly);
        assert!(check_host(&headers("localhost.evil.example", "http"), &strict).is_err());
    }
}
