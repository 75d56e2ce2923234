//! A request as the API server understands it: verb, kind, place and options, out of method, path and query.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};

use super::status::Refusal;

/// The verbs of RBAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

impl Verb {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
        }
    }
}

/// A request about objects of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) verb: Verb,
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
    /// Empty: all namespaces, or a kind without.
    pub(crate) namespace: String,
    /// Empty for lists and creations.
    pub(crate) name: String,
    pub(crate) subresource: String,
    pub(crate) options: Options,
    pub(crate) content_type: String,
    pub(crate) accept: String,
    pub(crate) user_agent: String,
    pub(crate) body: Bytes,
}

/// The query, read once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pairs: Vec<(String, String)>,
}

impl Options {
    pub(crate) fn of_query(query: &str) -> Self {
        Self {
            pairs: serde_html_form::from_str(query).unwrap_or_default(),
        }
    }

    /// Empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn is_set(&self, name: &str) -> bool {
        matches!(self.get(name), "true" | "1")
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.get("dryRun") == "All"
    }
}

/// Where a path of the API leads.
#[derive(Debug)]
pub(crate) enum Target {
    Objects(Box<Call>),
    /// Documents about the API itself: health, version, discovery. The path without slashes at its ends.
    Document(String),
}

impl Target {
    pub(crate) fn of(request: &Request<Bytes>) -> Result<Self, Refusal> {
        let path = request.uri().path().trim_matches('/').to_owned();
        let segments: Vec<String> = path.split('/').map(decoded).collect();
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["api", version, rest @ ..] if !rest.is_empty() => {
                call(request, ("", version), rest).map(Self::Objects)
            }
            ["apis", group, version, rest @ ..] if !rest.is_empty() => {
                call(request, (group, version), rest).map(Self::Objects)
            }
            _ => Ok(Self::Document(path)),
        }
    }
}

fn decoded(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = segment
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn call(
    request: &Request<Bytes>,
    (group, version): (&str, &str),
    rest: &[&str],
) -> Result<Box<Call>, Refusal> {
    let (namespace, rest) = match rest {
        // The namespace itself, and its own subresources, are not in a namespace.
        ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => ("", rest),
        ["namespaces", namespace, below @ ..] => (*namespace, below),
        _ => ("", rest),
    };
    let (plural, name, subresource) = match rest {
        [plural] => (*plural, "", ""),
        [plural, name] => (*plural, *name, ""),
        [plural, name, subresource] => (*plural, *name, *subresource),
        _ => return Err(Refusal::no_such_resource()),
    };
    let options = Options::of_query(request.uri().query().unwrap_or_default());
    let verb = verb(request.method(), name, &options)?;
    let of_selector = if matches!(verb, Verb::List | Verb::Watch) {
        name_in(options.get("fieldSelector"))
    } else {
        None
    };
    Ok(Box::new(Call {
        verb,
        group: group.to_owned(),
        version: version.to_owned(),
        plural: plural.to_owned(),
        namespace: namespace.to_owned(),
        name: of_selector.unwrap_or_else(|| name.to_owned()),
        subresource: subresource.to_owned(),
        options,
        content_type: header_text(request.headers(), &header::CONTENT_TYPE),
        accept: header_text(request.headers(), &header::ACCEPT),
        user_agent: header_text(request.headers(), &header::USER_AGENT),
        body: request.body().clone(),
    }))
}

fn verb(method: &Method, name: &str, options: &Options) -> Result<Verb, Refusal> {
    let is_collection = name.is_empty();
    match method.as_str() {
        "GET" if options.is_set("watch") => Ok(Verb::Watch),
        "GET" if is_collection => Ok(Verb::List),
        "GET" => Ok(Verb::Get),
        "POST" => Ok(Verb::Create),
        "PUT" if !is_collection => Ok(Verb::Update),
        "PATCH" if !is_collection => Ok(Verb::Patch),
        "DELETE" if is_collection => Ok(Verb::DeleteCollection),
        "DELETE" => Ok(Verb::Delete),
        _ => Err(Refusal::method_not_allowed()),
    }
}

/// A list of one name is a question about that name, for RBAC too.
fn name_in(field_selector: &str) -> Option<String> {
    let mut parts = field_selector.split(',').filter_map(|part| {
        let (field, value) = part.split_once('=')?;
        (field == "metadata.name").then(|| value.trim_start_matches('=').to_owned())
    });
    parts.next()
}

fn header_text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(method: &str, uri: &str) -> Call {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .body(Bytes::new())
            .unwrap();
        match Target::of(&request).unwrap() {
            Target::Objects(call) => *call,
            Target::Document(path) => panic!("{path} is a document"),
        }
    }

    #[test]
    fn paths_say_kind_place_and_verb() {
        let call = parsed("GET", "/apis/kubeflow.org/v1/profiles/ana");
        assert_eq!((call.verb, call.name.as_str()), (Verb::Get, "ana"));
        let call = parsed("GET", "/api/v1/namespaces/ana");
        assert_eq!(
            (call.plural.as_str(), call.namespace.as_str()),
            ("namespaces", "")
        );
        let call = parsed("POST", "/api/v1/namespaces/ana/serviceaccounts/x/token");
        assert_eq!(
            (
                call.verb,
                call.namespace.as_str(),
                call.subresource.as_str()
            ),
            (Verb::Create, "ana", "token")
        );
        let call = parsed(
            "GET",
            "/api/v1/configmaps?watch=true&fieldSelector=metadata.name%3Ddex",
        );
        assert_eq!((call.verb, call.name.as_str()), (Verb::Watch, "dex"));
        assert_eq!(
            parsed("DELETE", "/api/v1/namespaces/a/pods").verb,
            Verb::DeleteCollection
        );
    }
}
