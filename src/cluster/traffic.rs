//! Counts what is asked of the API server: verb, resource and answer, never a name.

use http::{Method, Request};
use kube::client::Body;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// One kind of request, as the API server's audit log would name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ApiRequest {
    verb: &'static str,
    resource: String,
    /// HTTP status, or `none` when there was no answer.
    status: String,
}

/// Shared by all clones.
pub type Traffic = Family<ApiRequest, Counter>;

/// What a request is, before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) verb: &'static str,
    pub(crate) resource: String,
}

impl Asked {
    pub(crate) fn of(request: &Request<Body>) -> Self {
        let (resource, name) = target(request.uri().path());
        let query = request.uri().query().unwrap_or_default();
        let watches = query.split('&').any(|pair| pair == "watch=true");
        let verb = match *request.method() {
            Method::GET if watches => "watch",
            Method::GET if name.is_none() => "list",
            Method::GET => "get",
            Method::POST => "create",
            Method::PATCH => "patch",
            Method::PUT => "update",
            Method::DELETE => "delete",
            _ => "other",
        };
        Self {
            verb,
            resource: resource.to_owned(),
        }
    }

    pub(crate) fn answered(self, traffic: &Traffic, status: Option<u16>) {
        let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        let request = ApiRequest {
            verb: self.verb,
            resource: self.resource,
            status,
        };
        traffic.get_or_create(&request).inc();
    }
}

/// Resource and name in a path such as `/apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME`.
fn target(path: &str) -> (&str, Option<&str>) {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let rest = match parts.first() {
        Some(&"api") => parts.get(2..),
        Some(&"apis") => parts.get(3..),
        _ => None,
    };
    let within = match rest.unwrap_or_default() {
        ["namespaces", _, within @ ..] if !within.is_empty() => within,
        all => all,
    };
    match within {
        [resource, name, ..] => (resource, Some(name)),
        [resource] => (resource, None),
        [] => ("none", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, uri: &str) -> (&'static str, String) {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .body(Body::empty())
            .unwrap();
        let asked = Asked::of(&request);
        (asked.verb, asked.resource)
    }

    #[test]
    fn a_request_is_named_like_a_right_and_without_any_name() {
        for (method, uri, verb, resource) in [
            (Method::GET, "/api/v1/namespaces", "list", "namespaces"),
            (Method::GET, "/api/v1/namespaces/ana", "get", "namespaces"),
            (
                Method::GET,
                "/apis/dex.coreos.com/v1/namespaces/auth/passwords?limit=500&watch=true",
                "watch",
                "passwords",
            ),
            (
                Method::PATCH,
                "/apis/kubeflow.org/v1/profiles/ana?dryRun=All",
                "patch",
                "profiles",
            ),
            (
                Method::POST,
                "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                "create",
                "subjectaccessreviews",
            ),
            (
                Method::DELETE,
                "/apis/rbac.authorization.k8s.io/v1/namespaces/ana/rolebindings/x",
                "delete",
                "rolebindings",
            ),
            (Method::GET, "/version", "list", "none"),
        ] {
            assert_eq!(asked(method, uri), (verb, resource.to_owned()), "{uri}");
        }
    }
}
