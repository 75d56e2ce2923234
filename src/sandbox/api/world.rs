//! Everything the API server knows, behind one lock: objects, kinds and tokens.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::call::Call;
use super::kinds::{self, Kind, Status, Version, api_version};
use super::objects::{Collection, Objects};
use super::rbac::{self, Answer, Question};
use super::status::Refusal;
use super::who::{Tokens, Who};

/// State of the API server. One request at a time changes it, so every answer is consistent.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) objects: Objects,
    pub(crate) kinds: Vec<Arc<Kind>>,
    pub(crate) tokens: Tokens,
}

/// One request with everything that its handling needs to know.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) call: &'a Call,
    pub(crate) kind: Arc<Kind>,
    pub(crate) who: Who,
    pub(crate) now: Timestamp,
}

/// What is sent back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self { code: 200, body }
    }
}

impl Context<'_> {
    pub(crate) fn collection(&self) -> Collection {
        Collection::new(&self.kind.group, &self.kind.plural)
    }

    pub(crate) fn api_version(&self) -> String {
        api_version(&self.call.group, &self.call.version)
    }

    pub(crate) fn version(&self) -> Result<&Version, Refusal> {
        self.kind
            .version(&self.call.version)
            .ok_or_else(Refusal::no_such_resource)
    }

    pub(crate) fn has_own_status(&self) -> bool {
        let version = self.kind.version(&self.call.version);
        version.is_some_and(|version| version.status == Status::Subresource)
    }

    pub(crate) fn is_about_status(&self) -> bool {
        self.call.subresource == "status"
    }

    /// RFC 3339, in whole seconds, as Kubernetes writes times.
    pub(crate) fn time(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// An object as it is sent: in the version that was asked for.
    pub(crate) fn shown(&self, object: &Value) -> Value {
        let mut shown = object.clone();
        shown["apiVersion"] = self.api_version().into();
        shown["kind"] = self.kind.kind.clone().into();
        shown
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            objects: Objects::default(),
            kinds: kinds::built_in(),
            tokens: Tokens::default(),
        }
    }

    pub(crate) fn kind(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Kind>> {
        let fits = |kind: &&Arc<Kind>| {
            kind.group == group && kind.plural == plural && kind.version(version).is_some()
        };
        self.kinds.iter().find(fits).cloned()
    }

    /// Kinds follow their definitions.
    pub(crate) fn reload_kinds(&mut self) {
        let collection = Collection::new("apiextensions.k8s.io", "customresourcedefinitions");
        let custom = self.objects.all(&collection, "");
        self.kinds = kinds::built_in();
        self.kinds.extend(
            custom
                .iter()
                .filter_map(|definition| kinds::of_definition(definition))
                .map(Arc::new),
        );
    }

    /// May this user do it? If not, the refusal as the API server words it.
    pub(crate) fn authorize(&self, who: &Who, question: &Question<'_>) -> Result<(), Refusal> {
        match rbac::ask(&self.objects, who, question) {
            Answer::Allowed(_) => Ok(()),
            Answer::Denied(why) => {
                let kind = Kind {
                    group: question.group.to_owned(),
                    versions: Vec::new(),
                    kind: String::new(),
                    plural: question.resource.to_owned(),
                    scope: kinds::Scope::Cluster,
                    origin: kinds::Origin::Custom,
                };
                Err(Refusal::forbidden(
                    &kind,
                    question.name,
                    &question.refusal(who, &why),
                ))
            }
        }
    }

    /// Somebody who speaks in another's name needs the right to, for the name and for every group.
    pub(crate) fn authorize_impersonation(&self, who: &Who, other: &Who) -> Result<(), Refusal> {
        let account = other.user.strip_prefix(super::who::ACCOUNT);
        let (namespace, name, resource) = match account.and_then(|text| text.split_once(':')) {
            Some((namespace, name)) => (namespace, name, "serviceaccounts"),
            None => ("", other.user.as_str(), "users"),
        };
        let question = Question {
            verb: "impersonate",
            resource,
            namespace,
            name,
            ..Question::default()
        };
        self.authorize(who, &question)?;
        if account.is_some() {
            return Ok(());
        }
        for group in other
            .groups
            .iter()
            .filter(|group| *group != "system:authenticated")
        {
            let question = Question {
                verb: "impersonate",
                resource: "groups",
                name: group,
                ..Question::default()
            };
            self.authorize(who, &question)?;
        }
        Ok(())
    }
}
