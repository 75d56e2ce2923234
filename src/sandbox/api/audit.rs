//! The audit log: a line for every request, with the fields of `audit.k8s.io/v1` at level Metadata.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, Target, Verb};
use super::who::{self, Who};

/// Where the lines go, if anywhere.
pub(super) struct Audit {
    file: Option<Mutex<File>>,
}

/// How a request was answered.
pub(super) struct Answered<'a> {
    pub(super) code: u16,
    pub(super) at: Timestamp,
    /// Name of the object in the answer; empty for none.
    pub(super) name: &'a str,
}

impl Audit {
    pub(super) fn open(path: Option<&Path>) -> std::io::Result<Self> {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        Ok(Self {
            file: path.map(open).transpose()?.map(Mutex::new),
        })
    }

    pub(super) fn note(&self, request: &Request<Bytes>, who: &Who, answer: &Answered<'_>) {
        // Questions about the API itself are noted by nobody.
        let (Some(file), Ok(Target::Objects(call))) = (&self.file, Target::of(request)) else {
            return;
        };
        let mut line = event((request, &call), who, answer).to_string();
        line.push('\n');
        let written = file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(line.as_bytes());
        if let Err(error) = written {
            tracing::warn!(%error, "sandbox.audit-not-written");
        }
    }
}

fn event((request, call): (&Request<Bytes>, &Call), who: &Who, answer: &Answered<'_>) -> Value {
    let user = |who: &Who| json!({ "username": who.user, "groups": who.groups });
    let agent = request.headers().get(header::USER_AGENT);
    let mut event = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete",
        "verb": call.verb.as_str(),
        "requestURI": request.uri().to_string(),
        "user": user(who),
        "userAgent": agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default(),
        "responseStatus": { "code": answer.code },
        "requestReceivedTimestamp": answer.at.to_string(),
    });
    if let Some(other) = who::impersonated(request.headers()) {
        event["impersonatedUser"] = user(&other);
    }
    let created = if call.verb == Verb::Create {
        answer.name
    } else {
        ""
    };
    let name = if call.name.is_empty() {
        created
    } else {
        &call.name
    };
    let mut about = json!({ "resource": call.plural });
    for (key, value) in [
        ("apiGroup", call.group.as_str()),
        ("namespace", &call.namespace),
        ("name", name),
        ("subresource", &call.subresource),
    ] {
        if !value.is_empty() {
            about[key] = value.into();
        }
    }
    event["objectRef"] = about;
    event
}
