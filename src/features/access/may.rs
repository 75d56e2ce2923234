//! “May Ana do this there?”, answered by the API server in its own words.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::filter::{AccessQuery, select};
use super::operations;
use super::tabs::{Tab, tabs};
use crate::access::Access;
use crate::cluster::Question;
use crate::web::extract::Query;
use crate::web::fields::{Field, FieldError, FormErrors, SelectField};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

const VERBS: [&str; 10] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "*",
];
const LONGEST: usize = 253;

#[derive(Debug, Default, Deserialize)]
pub(super) struct MayQuery {
    #[serde(default)]
    user: String,
    #[serde(default)]
    groups: String,
    #[serde(default)]
    verb: String,
    #[serde(default)]
    resource: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
}

#[derive(Template)]
#[template(path = "access/may.html")]
struct MayPage {
    frame: Frame,
    errors: Vec<FieldError>,
    tabs: Vec<Tab>,
    action: &'static str,
    user: Field,
    verb: SelectField,
    resource: Field,
    namespace: Field,
    name: Field,
    groups: Field,
    answer: Option<Answer>,
}

struct Answer {
    allowed: bool,
    question: String,
    reason: String,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Query(query): Query<MayQuery>,
) -> Result<Response, Problem> {
    let mut errors = FormErrors::default();
    let mut answer = None;
    let asked = !query.user.trim().is_empty() || !query.resource.trim().is_empty();
    if asked && let Some(question) = query.parse(&mut errors) {
        let verdict = operations::may(&access, &question).await?;
        answer = Some(Answer {
            allowed: verdict.allowed,
            question: in_words(&question),
            reason: if verdict.reason.is_empty() {
                "No role allows it.".to_owned()
            } else {
                verdict.reason
            },
        });
    }
    let failed = !errors.is_empty();
    let found = query.page(frame, errors, answer);
    if failed {
        page::invalid(&found)
    } else {
        page::ok(&found)
    }
}

impl MayQuery {
    fn parse(&self, errors: &mut FormErrors) -> Option<Question> {
        let user = self.user.trim();
        if user.is_empty() {
            errors.add("user", "Enter the e-mail of the person");
        }
        let verb = VERBS.iter().find(|verb| **verb == self.verb);
        if verb.is_none() {
            errors.add("verb", "Choose a verb");
        }
        let (resource, group, subresource) = split(self.resource.trim());
        if resource.is_empty() {
            errors.add(
                "resource",
                "Enter a resource, such as pods or notebooks.kubeflow.org",
            );
        }
        for (field, text) in [
            ("user", user),
            ("resource", &self.resource),
            ("namespace", &self.namespace),
            ("name", &self.name),
            ("groups", &self.groups),
        ] {
            if text.len() > LONGEST || text.chars().any(char::is_control) {
                errors.add(field, "This is too long or has characters that no name has");
            }
        }
        errors.is_empty().then(|| Question {
            user: user.to_owned(),
            groups: self
                .groups
                .split(',')
                .map(|group| group.trim().to_owned())
                .filter(|group| !group.is_empty())
                .collect(),
            verb: (*verb.unwrap_or(&"get")).to_owned(),
            group,
            resource,
            subresource,
            name: self.name.trim().to_owned(),
            namespace: self.namespace.trim().to_owned(),
        })
    }

    fn page(&self, frame: Frame, errors: FormErrors, answer: Option<Answer>) -> MayPage {
        let verb = if self.verb.is_empty() {
            "get"
        } else {
            &self.verb
        };
        let mut verbs = select("verb", "Verb", &VERBS, verb);
        verbs.error = errors.at("verb");
        MayPage {
            frame: frame.titled("May … do this?"),
            tabs: tabs("May … do this?", &AccessQuery::default().address()),
            action: paths::ACCESS_MAY,
            user: Field::text("user", "Person", &self.user, &errors)
                .hint("E-mail exactly as Dex states it"),
            verb: verbs,
            resource: Field::text("resource", "Resource", &self.resource, &errors)
                .hint("As kubectl takes it: pods, pods/log, notebooks.kubeflow.org"),
            namespace: Field::text("namespace", "In", &self.namespace, &errors)
                .hint("Profile or namespace; empty: in all"),
            name: Field::text("name", "Named", &self.name, &errors)
                .hint("Empty: whatever the name"),
            groups: Field::text("groups", "Groups", &self.groups, &errors)
                .hint("Groups that Dex states for the person, with commas; usually none"),
            answer,
            errors: errors.0,
        }
    }
}

/// `notebooks.kubeflow.org`, `pods/log`: resource, group, subresource.
fn split(text: &str) -> (String, String, String) {
    let (whole, subresource) = text.split_once('/').unwrap_or((text, ""));
    let (resource, group) = whole.split_once('.').unwrap_or((whole, ""));
    (
        resource.to_ascii_lowercase(),
        group.to_owned(),
        subresource.to_owned(),
    )
}

fn in_words(question: &Question) -> String {
    let join = |before: &str, text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            format!("{before}{text}")
        }
    };
    let place = if question.namespace.is_empty() {
        " in all namespaces".to_owned()
    } else {
        format!(" in {}", question.namespace)
    };
    format!(
        "{} {} {}{}{}{}{place}",
        question.user,
        question.verb,
        question.resource,
        join(".", &question.group),
        join("/", &question.subresource),
        join(" ", &question.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_written_as_kubectl_takes_them() {
        let parts = |text: &str| {
            let (resource, group, subresource) = split(text);
            [resource, group, subresource].join("|")
        };
        assert_eq!(parts("pods"), "pods||");
        assert_eq!(parts("Pods/log"), "pods||log");
        assert_eq!(parts("notebooks.kubeflow.org"), "notebooks|kubeflow.org|");
    }
}
