//! Patches of all four kinds.

use serde_json::{Value, json};

use super::objects::text;
use super::rbac::Question;
use super::settle::check_preconditions;
use super::status::Refusal;
use super::world::{Context, Reply, World};
use super::write::{set_managed, writer};
use crate::sandbox::fields::{Managed, Shape, conflict_status, strategic};

const ACCEPTED: &str = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

impl World {
    pub(crate) fn patch(&mut self, context: &Context<'_>) -> Result<Reply, Refusal> {
        let media_type = context.call.content_type.split(';').next();
        let body = context.call.body.as_ref();
        match media_type.unwrap_or_default().trim() {
            "application/apply-patch+yaml" => {
                let text = std::str::from_utf8(body)
                    .map_err(|error| Refusal::bad_request(error.to_string()))?;
                let config: Value = serde_saphyr::from_str(text).map_err(|error| {
                    Refusal::bad_request(format!("error decoding YAML: {error}"))
                })?;
                self.apply(context, &config)
            }
            "application/merge-patch+json" => {
                let patch: Value = decoded(body)?;
                self.patched(context, |object| {
                    json_patch::merge(object, &patch);
                    Ok(())
                })
            }
            "application/json-patch+json" => {
                let patch: json_patch::Patch = serde_json::from_slice(body)
                    .map_err(|error| Refusal::bad_request(error.to_string()))?;
                self.patched(context, |object| {
                    json_patch::patch(object, &patch).map_err(|error| {
                        let why = format!("the server rejected our request due to an error in our request ({error})");
                        Refusal::new(422, "Invalid", why)
                    })
                })
            }
            "application/strategic-merge-patch+json" if !context.kind.is_custom() => {
                let patch: Value = decoded(body)?;
                let shape = Shape::of(&context.kind, context.version()?);
                self.patched(context, |object| {
                    *object = strategic(object, &patch, shape);
                    Ok(())
                })
            }
            _ => Err(Refusal::new(415, "UnsupportedMediaType", ACCEPTED)),
        }
    }

    fn patched(
        &mut self,
        context: &Context<'_>,
        patch: impl FnOnce(&mut Value) -> Result<(), Refusal>,
    ) -> Result<Reply, Refusal> {
        let old = self.find(context)?;
        let mut object = context.shown(&old);
        patch(&mut object)?;
        self.replace(context, &old, object)
    }

    /// Server-side apply: creates what is not there, and changes only what the configuration names.
    fn apply(&mut self, context: &Context<'_>, config: &Value) -> Result<Reply, Refusal> {
        check_config(context, config)?;
        let call = context.call;
        let old = self
            .objects
            .get(&context.collection(), &call.namespace, &call.name);
        let writer = writer(context);
        let shape = Shape::of(&context.kind, context.version()?);
        let live = if let Some(old) = &old {
            (**old).clone()
        } else {
            self.check_may_create(context, config)?;
            json!({ "metadata": {} })
        };
        let mut wanted = config.clone();
        super::defaults::drop_nulls(&mut wanted);
        let applied = Managed::of(&live).apply(&live, &wanted, shape, &writer);
        if !applied.conflicts.is_empty() && !call.options.is_set("force") {
            return Err(conflict_status(applied.conflicts));
        }
        let mut object = applied.object;
        object["metadata"]["name"] = call.name.clone().into();
        if let Some(old) = &old {
            let asked = &config["metadata"];
            for field in ["uid", "resourceVersion"] {
                object["metadata"][field] = if asked[field].is_null() {
                    old["metadata"][field].clone()
                } else {
                    asked[field].clone()
                };
            }
            check_preconditions(context, old, &object)?;
            let mut object = self.prepared(context, object, Some(old))?;
            set_managed(&mut object, &applied.managed);
            Ok(self.replace_prepared(context, old, object))
        } else {
            let mut object = self.prepared(context, object, None)?;
            set_managed(&mut object, &applied.managed);
            self.create_prepared(context, object)
        }
    }

    fn check_may_create(&self, context: &Context<'_>, config: &Value) -> Result<(), Refusal> {
        let call = context.call;
        self.authorize(
            &context.who,
            &Question {
                verb: "create",
                group: &call.group,
                resource: &call.plural,
                subresource: "",
                namespace: &call.namespace,
                name: &call.name,
            },
        )?;
        if !call.subresource.is_empty() {
            return Err(Refusal::not_found(&context.kind, &call.name));
        }
        let uid = text(&config["metadata"]["uid"]);
        if !uid.is_empty() {
            let why = format!(
                "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
            );
            return Err(Refusal::conflict(&context.kind, &call.name, &why));
        }
        Ok(())
    }
}

fn decoded(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("error decoding patch: {error}")))
}

fn check_config(context: &Context<'_>, config: &Value) -> Result<(), Refusal> {
    if context.call.options.get("fieldManager").is_empty() {
        let message = "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
        let mut refusal = Refusal::new(422, "Invalid", message);
        refusal.details = json!({ "group": "meta.k8s.io", "kind": "PatchOptions", "causes": [{
            "reason": "FieldValueRequired", "message": "Required value: is required for apply patch", "field": "fieldManager" }] });
        return Err(refusal);
    }
    if !config["metadata"]["managedFields"].is_null() {
        return Err(Refusal::bad_request("metadata.managedFields must be nil"));
    }
    for (field, wanted) in [
        ("apiVersion", context.api_version()),
        ("kind", context.kind.kind.clone()),
    ] {
        if config[field] != wanted.as_str() {
            return Err(Refusal::bad_request(format!(
                "the {field} of the applied object ({}) does not match the expected {field} ({wanted})",
                text(&config[field])
            )));
        }
    }
    let name = text(&config["metadata"]["name"]);
    if !name.is_empty() && name != context.call.name {
        return Err(Refusal::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            context.call.name
        )));
    }
    Ok(())
}
