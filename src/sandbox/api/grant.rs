//! Nobody grants rights that they do not hold.

use serde_json::Value;

use super::objects::text;
use super::rbac::{self, Question};
use super::status::Refusal;
use super::who::Who;
use super::world::{Context, World};

impl World {
    /// Nobody grants what they do not have, unless they may `bind` the role.
    pub(crate) fn check_grant(&self, context: &Context<'_>, object: &Value) -> Result<(), Refusal> {
        if !matches!(
            context.kind.kind.as_str(),
            "RoleBinding" | "ClusterRoleBinding"
        ) {
            return Ok(());
        }
        let (kind, role) = (
            text(&object["roleRef"]["kind"]),
            text(&object["roleRef"]["name"]),
        );
        let namespace = context.call.namespace.as_str();
        let resource = format!("{}s", kind.to_lowercase());
        let question = Question {
            verb: "bind",
            group: rbac::GROUP,
            resource: &resource,
            namespace,
            name: &role,
            ..Question::default()
        };
        if self.authorize(&context.who, &question).is_ok() {
            return Ok(());
        }
        let name = text(&object["metadata"]["name"]);
        let refused = |lacking: &str| {
            let why = format!(
                "{} is attempting to grant RBAC permissions not currently held:\n{lacking}",
                described(&context.who)
            );
            Refusal::forbidden(&context.kind, &name, &why)
        };
        let Some(rules) = rbac::rules_of(&self.objects, &kind, &role, namespace) else {
            return Err(refused(&format!(
                "; resolution errors: [{}.{} \"{role}\" not found]",
                kind.to_lowercase(),
                rbac::GROUP
            )));
        };
        let lacking = rbac::not_held(&self.objects, &context.who, namespace, &rules);
        if lacking.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = lacking.iter().map(shown_rule).collect();
        Err(refused(&lines.join("\n")))
    }
}

fn described(who: &Who) -> String {
    let groups: Vec<String> = who
        .groups
        .iter()
        .map(|group| format!("{group:?}"))
        .collect();
    format!("user {:?} (groups=[{}])", who.user, groups.join(" "))
}

fn shown_rule(rule: &Value) -> String {
    format!(
        "{{APIGroups:{}, Resources:{}, Verbs:{}}}",
        rule["apiGroups"], rule["resources"], rule["verbs"]
    )
}
