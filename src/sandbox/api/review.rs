//! Questions about rights, and tokens for ServiceAccounts: answered at once, never stored.

use serde_json::{Value, json};

use super::Api;
use super::call::{Call, Verb};
use super::rbac::{self, Answer, Question};
use super::status::Refusal;
use super::who::Who;
use super::world::{Reply, World};

const AUTHORIZATION: &str = "authorization.k8s.io";

/// Is this request one of them?
pub(crate) fn is_review(call: &Call) -> bool {
    call.verb == Verb::Create && call.group == AUTHORIZATION && call.version == "v1"
}

impl World {
    pub(crate) fn review(&self, call: &Call, who: &Who) -> Result<Reply, Refusal> {
        let mut review: Value = serde_json::from_slice(&call.body)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let spec = &review["spec"];
        let subject = match call.plural.as_str() {
            "selfsubjectaccessreviews" => who.clone(),
            "subjectaccessreviews" | "localsubjectaccessreviews" => subject_of(spec),
            _ => return Err(Refusal::no_such_resource()),
        };
        review["status"] = match self.answer(&subject, &spec["resourceAttributes"]) {
            Answer::Allowed(reason) => json!({ "allowed": true, "reason": reason }),
            Answer::Denied(reason) => json!({ "allowed": false, "reason": reason }),
        };
        if review["status"]["reason"] == ""
            && let Some(status) = review["status"].as_object_mut()
        {
            status.remove("reason");
        }
        review["metadata"] = json!({});
        Ok(Reply {
            code: 201,
            body: review,
        })
    }

    fn answer(&self, subject: &Who, attributes: &Value) -> Answer {
        let text = |key: &str| attributes[key].as_str().unwrap_or_default();
        if !attributes.is_object() {
            return Answer::Denied(String::new());
        }
        let question = Question {
            verb: text("verb"),
            group: text("group"),
            resource: text("resource"),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name"),
        };
        rbac::ask(&self.objects, subject, &question)
    }

    /// `serviceaccounts/token`
    pub(crate) fn issue_token(&mut self, api: &Api, call: &Call) -> Result<Reply, Refusal> {
        let account = self.kind("", "v1", "serviceaccounts");
        let account = account.ok_or_else(Refusal::no_such_resource)?;
        let collection = super::objects::Collection::new("", "serviceaccounts");
        if self
            .objects
            .get(&collection, &call.namespace, &call.name)
            .is_none()
        {
            return Err(Refusal::not_found(&account, &call.name));
        }
        let mut request: Value = serde_json::from_slice(&call.body)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let token = api.new_token();
        let seconds = request["spec"]["expirationSeconds"]
            .as_i64()
            .unwrap_or(3600);
        let expires = api.now() + jiff::SignedDuration::from_secs(seconds);
        self.tokens
            .issue(token.clone(), Who::account(&call.namespace, &call.name));
        request["status"] = json!({
            "token": token, "expirationTimestamp": expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        });
        Ok(Reply {
            code: 201,
            body: request,
        })
    }
}

fn subject_of(spec: &Value) -> Who {
    let groups = spec["groups"].as_array().into_iter().flatten();
    Who {
        user: spec["user"].as_str().unwrap_or_default().to_owned(),
        groups: groups
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    }
}
