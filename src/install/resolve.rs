//! From a YAML document to an object: what must be there, and what is left out because it is no wish. Pure.

use serde_json::Value;

use super::stream::{Manifest, Wrong};
use crate::domain::{ObjectRef, is_object_name, split_api_version};

/// What upstream puts where cert-manager or a webhook's own program fills in a CA: applying it again would take the
/// real one away.
const PLACEHOLDER: &str = "Cg==";

pub(super) fn manifest_of(line: usize, mut body: Value) -> Result<Manifest, Wrong> {
    if !body.is_object() {
        let says = "this is no Kubernetes object: it has no fields";
        return Err(Wrong::new(line, "", says));
    }
    let text = |path: &str| {
        body.pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    let (group, version) = split_api_version(&api_version);
    for (value, says) in [
        (&api_version, "there is no apiVersion"),
        (&kind, "there is no kind"),
    ] {
        if value.is_empty() {
            return Err(Wrong::new(line, "", says));
        }
    }
    let good = |part: &str| part.is_empty() || is_object_name(part);
    if !good(group) || !is_object_name(version) || !is_object_name(&kind) {
        return Err(Wrong::new(
            line,
            "",
            "apiVersion or kind is no word that Kubernetes takes",
        ));
    }
    if name.is_empty() {
        return Err(Wrong::new(line, kind, "there is no metadata.name"));
    }
    if !is_object_name(&name) || !good(&namespace) {
        let field = if good(&namespace) {
            "name"
        } else {
            "namespace"
        };
        let says = format!("metadata.{field} is no name that Kubernetes takes");
        return Err(Wrong::new(line, kind, says));
    }
    let object = ObjectRef {
        group: group.to_owned(),
        version: version.to_owned(),
        kind,
        namespace: Some(namespace).filter(|one| !one.is_empty()),
        name,
    };
    leave_out_what_others_fill(&mut body);
    Ok(Manifest { object, line, body })
}

/// The status is the controllers' word, and so are the rules of a role that is put together from others; a placeholder
/// for a CA is nobody's.
fn leave_out_what_others_fill(body: &mut Value) {
    let Some(fields) = body.as_object_mut() else {
        return;
    };
    fields.remove("status");
    if fields.get("aggregationRule").is_some_and(Value::is_object) {
        fields.remove("rules");
    }
    let hooks = fields.get_mut("webhooks").and_then(Value::as_array_mut);
    for place in hooks
        .into_iter()
        .flatten()
        .filter_map(|hook| hook.get_mut("clientConfig"))
    {
        without_placeholder(place);
    }
    if let Some(place) = body.pointer_mut("/spec/conversion/webhook/clientConfig") {
        without_placeholder(place);
    }
}

fn without_placeholder(place: &mut Value) {
    let is_placeholder = |found: &Value| found == PLACEHOLDER || found == "";
    if let Value::Object(place) = place
        && place.get("caBundle").is_some_and(is_placeholder)
    {
        place.remove("caBundle");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_placeholder_for_a_ca_is_no_wish_and_a_ca_is_one() {
        let hooks = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": "x"}, "status": {},
            "webhooks": [{"clientConfig": {"caBundle": "Cg=="}}, {"clientConfig": {"caBundle": "real"}}],
        });
        let found = manifest_of(1, hooks)
            .map(|one| one.body)
            .unwrap_or_default();
        assert_eq!(
            found["webhooks"],
            json!([{"clientConfig": {}}, {"clientConfig": {"caBundle": "real"}}])
        );
        assert_eq!(found.get("status"), None);
    }

    #[test]
    fn the_rules_of_an_aggregated_role_are_left_to_the_controller() {
        let role = |more: Value| {
            let mut role = json!({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                "metadata": {"name": "x"}, "rules": [],
            });
            if !more.is_null() {
                role["aggregationRule"] = more;
            }
            manifest_of(1, role).map(|one| one.body).unwrap_or_default()
        };
        assert_eq!(role(json!({"clusterRoleSelectors": []})).get("rules"), None);
        assert_eq!(role(Value::Null)["rules"], json!([]));
    }
}
