//! `/dex/` passed on to Dex, and nothing else to nobody else (SEC-44).

use ::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use bytes::Bytes;

use super::{Dex, Error, ForwardError};

/// Headers that belong to one connection, and headers that would tell Dex something that only a proxy may tell.
const STRIPPED: [&str; 13] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "authorization",
    "forwarded",
];

impl Dex {
    /// One request to Dex and its answer. `own_cookies` are ours and none of Dex's business; an absolute `Location`
    /// that names the issuer becomes relative, because browsers do not know that name.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    pub async fn forward(
        &self,
        request: Request<Bytes>,
        own_cookies: &[&str],
        issuer: &str,
    ) -> Result<Response<Bytes>, ForwardError> {
        if !is_plain_dex_path(request.uri().path()) {
            return Err(ForwardError::NotAllowed);
        }
        let (mut parts, body) = request.into_parts();
        parts.headers = cleaned(&parts.headers, own_cookies);
        let answer = self.http.send(Request::from_parts(parts, body)).await;
        let mut answer = answer.map_err(|error| match error {
            Error::Unreachable(why) => ForwardError::Unreachable(why),
            other => ForwardError::Unreachable(other.to_string()),
        })?;
        let headers = answer.headers_mut();
        let named = named_by_connection(headers);
        for name in STRIPPED.into_iter().chain(named.iter().map(String::as_str)) {
            headers.remove(name);
        }
        make_relative(headers, issuer);
        Ok(answer)
    }
}

/// Below `/dex/`, without anything that another reader could resolve to somewhere else.
fn is_plain_dex_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    path.starts_with("/dex/")
        && !path.contains("//")
        && !path.contains('\\')
        && !path.split('/').any(|part| part == "." || part == "..")
        && !["%2e", "%2f", "%5c", "%00"]
            .iter()
            .any(|encoded| lower.contains(encoded))
}

/// Names in `Connection`, in lower case: such headers are for the next hop only (RFC 9110 §7.6.1), and we are that hop.
fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONNECTION).iter();
    let options = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    options
        .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

fn cleaned(headers: &HeaderMap, own_cookies: &[&str]) -> HeaderMap {
    let named = named_by_connection(headers);
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        // `_` and `-` are the same to some readers.
        let plain = name.as_str().replace('_', "-");
        let stripped = STRIPPED.contains(&plain.as_str())
            || plain.starts_with("x-forwarded-")
            || plain.starts_with("kubeflow-")
            || named.iter().any(|one| one == name.as_str());
        if !stripped && name != header::COOKIE {
            kept.append(name.clone(), value.clone());
        }
    }
    let for_us_alone = named.iter().any(|one| one == header::COOKIE.as_str());
    if let Some(cookies) = other_cookies(headers, own_cookies).filter(|_| !for_us_alone) {
        kept.insert(header::COOKIE, cookies);
    }
    kept
}

fn other_cookies(headers: &HeaderMap, own: &[&str]) -> Option<HeaderValue> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let others: Vec<&str> = all
        .flat_map(|text| text.split(';'))
        .map(str::trim)
        .filter(|pair| {
            !pair.is_empty() && !own.contains(&pair.split('=').next().unwrap_or_default())
        })
        .collect();
    if others.is_empty() {
        None
    } else {
        HeaderValue::from_str(&others.join("; ")).ok()
    }
}

fn make_relative(headers: &mut HeaderMap, issuer: &str) {
    const LOCATION: HeaderName = header::LOCATION;
    let base = issuer.trim_end_matches("/dex");
    let relative = headers
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| location.strip_prefix(base))
        .filter(|path| path.starts_with('/'))
        .and_then(|path| HeaderValue::from_str(path).ok());
    if let Some(path) = relative {
        headers.insert(LOCATION, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_44_only_plain_paths_below_dex_are_passed_on() {
        for good in ["/dex/auth", "/dex/auth/local/login", "/dex/static/main.css"] {
            assert!(is_plain_dex_path(good), "{good}");
        }
        for bad in [
            "/dex",
            "/dexfoo/",
            "/dex/../healthz",
            "/dex/%2e%2e/x",
            "/dex//evil",
            "/dex/a\\b",
            "/dex/%2Fevil",
            "/x/dex/",
        ] {
            assert!(!is_plain_dex_path(bad), "{bad}");
        }
    }

    #[test]
    fn sec_44_our_cookies_and_what_only_a_proxy_may_say_are_stripped() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("cookie", "kubeflow-admin=secret; theirs=1"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x_forwarded_host", "evil"),
            ("kubeflow-userid", "admin@example.com"),
            ("authorization", "Bearer x"),
            ("connection", "upgrade"),
            ("accept", "text/html"),
        ] {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let kept = cleaned(&headers, &["kubeflow-admin"]);
        let names: Vec<(&str, &str)> = kept
            .iter()
            .map(|(n, v)| (n.as_str(), v.to_str().unwrap()))
            .collect();
        assert_eq!(names, [("accept", "text/html"), ("cookie", "theirs=1")]);
    }

    #[test]
    fn sec_44_what_the_connection_header_names_goes_no_further() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Hop"),
            ("connection", " COOKIE ,,x-other"),
            ("x-hop", "1"),
            ("x-other", "2"),
            ("cookie", "theirs=1"),
            ("x-end-to-end", "3"),
        ] {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let kept = cleaned(&headers, &["kubeflow-admin"]);
        let names: Vec<&str> = kept.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-end-to-end"]);
    }

    #[tokio::test]
    async fn sec_44_what_dex_s_connection_header_names_goes_no_further() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                let mut part = [0; 1024];
                let length = stream.read(&mut part).await.unwrap();
                assert!(length > 0, "the request ended early");
                asked.extend_from_slice(&part[..length]);
            }
            let answer = "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n\
                          Content-Length: 0\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(asked).unwrap().to_ascii_lowercase()
        });
        let dex = Dex::new(&format!("http://{address}"));
        let request = Request::get("/dex/auth")
            .header("connection", "x-mine")
            .header("x-mine", "1")
            .body(Bytes::new())
            .unwrap();
        let issuer = "http://dex.auth.svc.cluster.local:5556/dex";
        let answer = dex.forward(request, &[], issuer).await.unwrap();
        assert!(!answer.headers().contains_key("x-hop"));
        assert_eq!(answer.headers()["x-end"], "2");
        assert!(!server.await.unwrap().contains("x-mine: 1"));
    }

    #[test]
    fn the_issuer_s_address_becomes_a_path() {
        let mut headers = HeaderMap::new();
        let issuer = "http://dex.auth.svc.cluster.local:5556/dex";
        for (given, wanted) in [
            (
                "http://dex.auth.svc.cluster.local:5556/dex/approval?x=1",
                "/dex/approval?x=1",
            ),
            (
                "http://dex.auth.svc.cluster.local:5556.evil.example/",
                "http://dex.auth.svc.cluster.local:5556.evil.example/",
            ),
            ("https://github.com/login", "https://github.com/login"),
            (
                "/kubeflow-admin/callback?code=x",
                "/kubeflow-admin/callback?code=x",
            ),
        ] {
            headers.insert(header::LOCATION, HeaderValue::from_str(given).unwrap());
            make_relative(&mut headers, issuer);
            assert_eq!(headers[header::LOCATION], wanted);
        }
    }
}
