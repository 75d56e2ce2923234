//! Requests from inside, made like anybody else's: so that what the sandbox does by itself is checked, watched and owned
//! like everything else.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::api::objects::text;
use super::api::{Api, kinds};

/// Somebody who writes, and the name under which it is noted.
pub(crate) struct Hands {
    api: Api,
    token: String,
    agent: &'static str,
}

/// Why a request from inside was not answered as it had to be.
#[derive(Debug, thiserror::Error)]
pub enum HandsError {
    #[error("the sandbox refuses {what}: {answer}")]
    Refused { what: String, answer: String },
    #[error("the sandbox's own YAML cannot be read: {0}")]
    Unreadable(String),
}

impl HandsError {
    /// What the API server said.
    pub(crate) fn message(&self) -> String {
        let Self::Refused { answer, .. } = self else {
            return self.to_string();
        };
        let status: Value = serde_json::from_str(answer).unwrap_or_default();
        status["message"].as_str().unwrap_or(answer).to_owned()
    }
}

impl Hands {
    /// With every right.
    pub(crate) fn new(api: &Api, agent: &'static str) -> Self {
        Self {
            api: api.clone(),
            token: api.administrator_token(agent),
            agent,
        }
    }

    /// Sends one request and reads its answer; null stands for no body.
    pub(crate) fn send(
        &self,
        method: &Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, HandsError> {
        let refused = |answer: String| HandsError::Refused {
            what: format!("{method} {path}"),
            answer,
        };
        let bytes = if body.is_null() {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("user-agent", self.agent)
            .header("content-type", "application/merge-patch+json")
            .body(bytes)
            .map_err(|error| refused(error.to_string()))?;
        let answer = self.api.answer(&request);
        let is_done = answer.status().is_success();
        let body = futures::executor::block_on(answer.into_body().collect());
        let bytes = body.map(http_body_util::Collected::to_bytes);
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        if is_done {
            Ok(serde_json::from_str(&text).unwrap_or_default())
        } else {
            Err(refused(text))
        }
    }

    /// Creates every object of a YAML stream, in its order, with its status.
    pub(crate) fn create_all(&self, yaml: &str) -> Result<(), HandsError> {
        let documents: Vec<Value> = serde_saphyr::from_multiple(yaml)
            .map_err(|error| HandsError::Unreadable(error.to_string()))?;
        documents
            .iter()
            .filter(|document| !document.is_null())
            .try_for_each(|document| self.create(document))
    }

    /// Creates one object; a status is written after it, as a controller would.
    pub(crate) fn create(&self, object: &Value) -> Result<(), HandsError> {
        let path = self.collection(object);
        self.send(&Method::POST, &path, object)?;
        if object["status"].is_object() {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let status = serde_json::json!({ "status": object["status"] });
            self.send(&Method::PATCH, &format!("{path}/{name}/status"), &status)?;
        }
        Ok(())
    }

    /// Where objects of this one's kind are.
    fn collection(&self, object: &Value) -> String {
        let version = text(&object["apiVersion"]);
        let (group, _) = version.split_once('/').unwrap_or(("", &version));
        let world = self.api.world();
        let kind = world
            .kinds
            .iter()
            .find(|kind| kind.group == group && object["kind"] == kind.kind.as_str());
        let (plural, is_namespaced) = kind.map_or_else(
            || (text(&object["kind"]).to_lowercase(), false),
            |kind| (kind.plural.clone(), kind.is_namespaced()),
        );
        let root = if group.is_empty() { "api" } else { "apis" };
        if is_namespaced {
            let namespace = text(&object["metadata"]["namespace"]);
            format!("/{root}/{version}/namespaces/{namespace}/{plural}")
        } else {
            format!("/{root}/{version}/{plural}")
        }
    }
}

/// Where this object of a known kind is.
pub(crate) fn path_of(kind: &kinds::Kind, object: &Value) -> String {
    let version = kind.versions.first().map_or("v1", |version| &version.name);
    let version = kinds::api_version(&kind.group, version);
    let root = if kind.group.is_empty() { "api" } else { "apis" };
    let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default();
    let place = if kind.is_namespaced() {
        format!("namespaces/{}/", text("namespace"))
    } else {
        String::new()
    };
    format!("/{root}/{version}/{place}{}/{}", kind.plural, text("name"))
}
