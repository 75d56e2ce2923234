//! Deleting, at once or as soon as every finalizer has gone.

use std::sync::Arc;

use serde_json::{Value, json};

use super::objects::name_of;
use super::objects::text;
use super::read::selector;
use super::settle::uid_mismatch;
use super::status::Refusal;
use super::world::{Context, Reply, World};
use super::write::has_finalizers;

/// Namespaces that Kubernetes keeps.
const PERMANENT: [&str; 3] = ["default", "kube-system", "kube-public"];

impl World {
    pub(crate) fn delete(&mut self, context: &Context<'_>) -> Result<Reply, Refusal> {
        let object = self.find(context)?;
        let options = Options::of(context);
        check(context, &object, &options)?;
        let remains = self.remove(context, &object, &options);
        Ok(Reply::ok(match remains {
            Some(object) => context.shown(&object),
            None => gone(context, &object),
        }))
    }

    pub(crate) fn delete_all(&mut self, context: &Context<'_>) -> Result<Reply, Refusal> {
        let selector = selector(context)?;
        let all = self
            .objects
            .all(&context.collection(), &context.call.namespace);
        let matching: Vec<Arc<Value>> = all
            .into_iter()
            .filter(|object| selector.matches(object))
            .collect();
        let options = Options::of(context);
        for object in &matching {
            self.remove(context, object, &options);
        }
        let items: Vec<Value> = matching
            .iter()
            .map(|object| context.shown(object))
            .collect();
        Ok(Reply::ok(json!({
            "apiVersion": context.api_version(),
            "kind": format!("{}List", context.kind.kind),
            "metadata": { "resourceVersion": self.objects.version().to_string() },
            "items": items,
        })))
    }

    /// The object as it goes on for a while, or nothing when it is gone.
    fn remove(
        &mut self,
        context: &Context<'_>,
        object: &Arc<Value>,
        options: &Options,
    ) -> Option<Arc<Value>> {
        let is_dry_run = options.is_dry_run;
        if !has_finalizers(&context.kind.kind, object) {
            if !is_dry_run {
                self.take_away(&context.collection(), object);
            }
            return None;
        }
        if !object["metadata"]["deletionTimestamp"].is_null() {
            return Some(object.clone());
        }
        let mut marked = (**object).clone();
        marked["metadata"]["deletionTimestamp"] = context.time().into();
        if context.kind.is_custom() {
            let generation = object["metadata"]["generation"].as_u64().unwrap_or(0);
            marked["metadata"]["deletionGracePeriodSeconds"] = 0.into();
            marked["metadata"]["generation"] = (generation + 1).into();
        }
        if context.kind.kind == "Namespace" {
            marked["status"]["phase"] = "Terminating".into();
        }
        Some(if is_dry_run {
            Arc::new(marked)
        } else {
            self.objects.put(&context.collection(), marked)
        })
    }
}

/// How to delete: clients say it in the body or in the query.
struct Options {
    is_dry_run: bool,
    preconditions: Value,
}

impl Options {
    fn of(context: &Context<'_>) -> Self {
        let body: Value = serde_json::from_slice(&context.call.body).unwrap_or_default();
        let in_body = body["dryRun"].as_array().into_iter().flatten();
        Self {
            is_dry_run: context.call.options.is_dry_run()
                || in_body.into_iter().any(|way| way == "All"),
            preconditions: body["preconditions"].clone(),
        }
    }
}

fn check(context: &Context<'_>, object: &Value, options: &Options) -> Result<(), Refusal> {
    let name = context.call.name.as_str();
    if context.kind.kind == "Namespace" && PERMANENT.contains(&name) {
        let why = "this namespace may not be deleted";
        return Err(Refusal::forbidden(&context.kind, name, why));
    }
    let wanted = &options.preconditions;
    let found = &object["metadata"];
    if !wanted["uid"].is_null() && wanted["uid"] != found["uid"] {
        let why = uid_mismatch(&wanted["uid"], &found["uid"]);
        return Err(Refusal::conflict(&context.kind, name, &why));
    }
    if !wanted["resourceVersion"].is_null() && wanted["resourceVersion"] != found["resourceVersion"]
    {
        let why = format!(
            "Precondition failed: ResourceVersion in precondition: {}, ResourceVersion in object meta: {}",
            text(&wanted["resourceVersion"]),
            text(&found["resourceVersion"])
        );
        return Err(Refusal::conflict(&context.kind, name, &why));
    }
    Ok(())
}

fn gone(context: &Context<'_>, object: &Value) -> Value {
    let mut details = json!({
        "name": name_of(object).1, "kind": context.kind.plural, "uid": object["metadata"]["uid"],
    });
    if !context.kind.group.is_empty() {
        details["group"] = context.kind.group.clone().into();
    }
    json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details })
}
