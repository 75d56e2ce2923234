//! Label selectors and field selectors.

use serde_json::Value;

use super::kinds::Kind;
use super::status::Refusal;

/// What a list or a watch is limited to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selector {
    pub(crate) namespace: String,
    labels: Vec<Requirement>,
    fields: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Missing,
}

impl Selector {
    pub(crate) fn new(
        kind: &Kind,
        namespace: &str,
        (labels, fields): (&str, &str),
    ) -> Result<Self, Refusal> {
        let labels = split(labels);
        let labels = labels.iter().map(|part| requirement(part));
        let fields: Vec<Requirement> = split(fields)
            .iter()
            .map(|part| requirement(part))
            .collect::<Result<_, _>>()?;
        if let Some(unknown) = fields.iter().find(|field| !is_selectable(kind, &field.key)) {
            return Err(Refusal::bad_request(format!(
                "field label not supported: {}",
                unknown.key
            )));
        }
        Ok(Self {
            namespace: namespace.to_owned(),
            labels: labels.collect::<Result<_, _>>()?,
            fields,
        })
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        let metadata = &object["metadata"];
        let is_here = self.namespace.is_empty() || metadata["namespace"] == self.namespace.as_str();
        is_here
            && self.labels.iter().all(|requirement| {
                let value = metadata["labels"].get(&requirement.key);
                requirement.test.holds(value.and_then(Value::as_str))
            })
            && self.fields.iter().all(|requirement| {
                let path = requirement.key.split('.');
                let value = path.fold(object, |at, step| &at[step]);
                // An absent field is an empty text.
                requirement
                    .test
                    .holds(Some(value.as_str().unwrap_or_default()))
            })
    }
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Self::In(allowed) => value.is_some_and(|value| allowed.iter().any(|one| one == value)),
            Self::NotIn(refused) => {
                value.is_none_or(|value| !refused.iter().any(|one| one == value))
            }
            Self::Exists => value.is_some(),
            Self::Missing => value.is_none(),
        }
    }
}

/// At commas outside of parentheses.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if character == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(character);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn requirement(part: &str) -> Result<Requirement, Refusal> {
    let part = part.trim();
    let of = |key: &str, test: Test| {
        Ok(Requirement {
            key: key.trim().to_owned(),
            test,
        })
    };
    if let Some((key, value)) = part.split_once("!=") {
        return of(key, Test::NotIn(vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return of(key, Test::In(vec![value.trim().to_owned()]));
    }
    if let Some((head, values)) = part.split_once('(') {
        let values = values.trim_end_matches(')').split(',');
        let values: Vec<String> = values.map(|value| value.trim().to_owned()).collect();
        let mut words = head.split_whitespace();
        return match (words.next(), words.next()) {
            (Some(key), Some("in")) => of(key, Test::In(values)),
            (Some(key), Some("notin")) => of(key, Test::NotIn(values)),
            _ => Err(unreadable(part)),
        };
    }
    match part.strip_prefix('!') {
        Some(key) => of(key, Test::Missing),
        None if part.contains(' ') => Err(unreadable(part)),
        None => of(part, Test::Exists),
    }
}

fn unreadable(part: &str) -> Refusal {
    Refusal::bad_request(format!("unable to parse requirement: {part}"))
}

/// Name and namespace always; a few more fields for kinds of Kubernetes itself.
fn is_selectable(kind: &Kind, field: &str) -> bool {
    const MORE: [(&str, &str); 12] = [
        ("Pod", "spec.nodeName"),
        ("Pod", "spec.restartPolicy"),
        ("Pod", "spec.serviceAccountName"),
        ("Pod", "status.phase"),
        ("Namespace", "status.phase"),
        ("Secret", "type"),
        ("Event", "involvedObject.kind"),
        ("Event", "involvedObject.name"),
        ("Event", "involvedObject.namespace"),
        ("Event", "involvedObject.uid"),
        ("Event", "reason"),
        ("Event", "type"),
    ];
    field == "metadata.name"
        || field == "metadata.namespace" && kind.is_namespaced()
        || !kind.is_custom() && MORE.contains(&(kind.kind.as_str(), field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::api::kinds::built_in;

    #[test]
    fn labels_and_fields_are_selected_as_kubectl_writes_them() {
        let kinds = built_in();
        let pods = kinds.iter().find(|kind| kind.kind == "Pod").unwrap();
        let pod = json!({ "metadata": { "name": "a", "namespace": "n", "labels": { "app": "x" } }, "status": { "phase": "Running" } });
        let matches = |labels: &str, fields: &str| {
            Selector::new(pods, "", (labels, fields))
                .unwrap()
                .matches(&pod)
        };
        for yes in [
            "app=x",
            "app==x",
            "app in (x, y)",
            "app",
            "!other",
            "app!=y",
            "app notin (y)",
            "other!=z",
        ] {
            assert!(matches(yes, ""), "{yes}");
        }
        for no in ["app=y", "other", "!app", "app notin (x)", "app=x,other=1"] {
            assert!(!matches(no, ""), "{no}");
        }
        assert!(matches("", "status.phase=Running,metadata.name=a"));
        assert!(!matches("", "status.phase!=Running"));
        let refused = Selector::new(pods, "", ("", "spec.color=red")).unwrap_err();
        assert_eq!(refused.message, "field label not supported: spec.color");
    }
}
