//! Creating and changing objects: defaults, admission, validation, ownership of fields, and then the store. A dry run
//! goes the whole way but the last step.

use std::sync::Arc;

use serde_json::{Value, json};

use super::objects::{Collection, text};
use super::settle::{check_preconditions, settle_metadata, settle_status};
use super::status::{Cause, Refusal};
use super::validate;
use super::who::Who;
use super::world::{Context, Reply, World};
use super::{defaults, quota, schema};
use crate::sandbox::fields::{Managed, Shape, Writer};

impl World {
    pub(crate) fn create(
        &mut self,
        context: &Context<'_>,
        object: Value,
    ) -> Result<Reply, Refusal> {
        let mut object = self.prepared(context, object, None)?;
        let shape = Shape::of(&context.kind, context.version()?);
        let managed = Managed::default().after_update(None, &object, shape, &writer(context));
        set_managed(&mut object, &managed);
        self.create_prepared(context, object)
    }

    /// Everything a new object goes through but the ownership of its fields.
    pub(crate) fn create_prepared(
        &mut self,
        context: &Context<'_>,
        mut object: Value,
    ) -> Result<Reply, Refusal> {
        let name = text(&object["metadata"]["name"]);
        let namespace = text(&object["metadata"]["namespace"]);
        if self
            .objects
            .get(&context.collection(), &namespace, &name)
            .is_some()
        {
            return Err(Refusal::already_exists(&context.kind, &name));
        }
        let metadata = &mut object["metadata"];
        metadata["uid"] = uuid::Uuid::now_v7().to_string().into();
        metadata["creationTimestamp"] = context.time().into();
        if has_generation(context) {
            metadata["generation"] = 1.into();
        }
        let stored = self.keep(context, object);
        Ok(Reply {
            code: 201,
            body: context.shown(&stored),
        })
    }

    /// A whole object in place of another.
    pub(crate) fn update(
        &mut self,
        context: &Context<'_>,
        object: Value,
    ) -> Result<Reply, Refusal> {
        let old = self.find(context)?;
        let is_versioned = !object["metadata"]["resourceVersion"].is_null();
        if context.kind.is_custom() && !is_versioned {
            let cause = Cause {
                field: "metadata.resourceVersion".to_owned(),
                reason: "FieldValueInvalid",
                message: "Invalid value: 0: must be specified for an update".to_owned(),
            };
            return Err(Refusal::invalid(
                &context.kind,
                &context.call.name,
                &[cause],
            ));
        }
        self.replace(context, &old, object)
    }

    /// What a write of any form makes of an object: checked, noted whose it is, stored.
    pub(crate) fn replace(
        &mut self,
        context: &Context<'_>,
        old: &Arc<Value>,
        object: Value,
    ) -> Result<Reply, Refusal> {
        check_preconditions(context, old, &object)?;
        let mut object = self.prepared(context, object, Some(old))?;
        let shape = Shape::of(&context.kind, context.version()?);
        let managed = Managed::of(old).after_update(Some(old), &object, shape, &writer(context));
        set_managed(&mut object, &managed);
        Ok(self.replace_prepared(context, old, object))
    }

    /// Stores a changed object; one that is as it was is not stored again.
    pub(crate) fn replace_prepared(
        &mut self,
        context: &Context<'_>,
        old: &Arc<Value>,
        mut object: Value,
    ) -> Reply {
        if same_content(old, &object) {
            return Reply::ok(context.shown(old));
        }
        if has_generation(context) && differs_in_intent(old, &object) {
            let generation = old["metadata"]["generation"].as_u64().unwrap_or(0);
            object["metadata"]["generation"] = (generation + 1).into();
        }
        let is_over = !object["metadata"]["deletionTimestamp"].is_null()
            && !has_finalizers(&context.kind.kind, &object);
        let stored = self.keep(context, object);
        if is_over && !context.call.options.is_dry_run() {
            self.take_away(&context.collection(), &stored);
        }
        Reply::ok(context.shown(&stored))
    }

    /// Stores it, unless this is a dry run.
    fn keep(&mut self, context: &Context<'_>, object: Value) -> Arc<Value> {
        if context.call.options.is_dry_run() {
            return Arc::new(object);
        }
        let stored = self.objects.put(&context.collection(), object);
        if context.kind.kind == "CustomResourceDefinition" {
            self.reload_kinds();
        }
        stored
    }

    /// Removes an object for good.
    pub(crate) fn take_away(&mut self, collection: &Collection, object: &Value) {
        self.objects
            .remove(collection, &super::objects::name_of(object));
        if collection.plural == "customresourcedefinitions" {
            self.reload_kinds();
        }
    }

    /// Defaults, admission and validation.
    pub(crate) fn prepared(
        &self,
        context: &Context<'_>,
        mut object: Value,
        old: Option<&Arc<Value>>,
    ) -> Result<Value, Refusal> {
        if let Some(fields) = object.as_object_mut() {
            fields.remove("apiVersion");
            fields.remove("kind");
        }
        let version = context.version()?;
        if context.kind.is_custom() {
            schema::prune(&version.schema, &mut object);
        }
        settle_metadata(context, &mut object, old)?;
        settle_status(context, &mut object, old);
        if old.is_none() {
            self.check_namespace(context, &object)?;
        }
        defaults::apply(&context.kind, &mut object);
        if context.kind.kind == "Pod" && old.is_none() {
            quota::fill_in(&self.objects, &mut object);
        }
        defaults::drop_nulls(&mut object);
        self.check_grant(context, &object)?;
        let name = text(&object["metadata"]["name"]);
        let causes = validate::causes(&context.kind, version, &object, old.map(|old| &**old));
        if !causes.is_empty() {
            return Err(Refusal::invalid(&context.kind, &name, &causes));
        }
        if old.is_none()
            && let Some(why) = quota::refusal(&self.objects, &context.kind, &object)
        {
            return Err(Refusal::forbidden(&context.kind, &name, &why));
        }
        Ok(object)
    }

    /// Nothing comes into a namespace that is not there, or that is about to go.
    fn check_namespace(&self, context: &Context<'_>, object: &Value) -> Result<(), Refusal> {
        let name = context.call.namespace.as_str();
        if !context.kind.is_namespaced() {
            return Ok(());
        }
        let namespaces = Collection::new("", "namespaces");
        let Some(namespace) = self.objects.get(&namespaces, "", name) else {
            let mut refusal =
                Refusal::new(404, "NotFound", format!("namespaces \"{name}\" not found"));
            refusal.details = json!({ "name": name, "kind": "namespaces" });
            return Err(refusal);
        };
        if namespace["metadata"]["deletionTimestamp"].is_null() {
            return Ok(());
        }
        let why = format!(
            "unable to create new content in namespace {name} because it is being terminated"
        );
        let about = text(&object["metadata"]["name"]);
        let mut refusal = Refusal::forbidden(&context.kind, &about, &why);
        refusal.details["causes"] = json!([{
            "reason": "NamespaceTerminating", "message": format!("namespace {name} is being terminated"),
            "field": "metadata.namespace",
        }]);
        Err(refusal)
    }
}

pub(crate) fn writer(context: &Context<'_>) -> Writer {
    let named = context.call.options.get("fieldManager");
    Writer {
        manager: if named.is_empty() {
            Who::manager_of(&context.call.user_agent)
        } else {
            named.to_owned()
        },
        api_version: context.api_version(),
        subresource: context.call.subresource.clone(),
        time: context.time(),
    }
}

pub(crate) fn set_managed(object: &mut Value, managed: &Managed) {
    object["metadata"]["managedFields"] = managed.to_json();
}

/// Equal but for when fields were last written.
fn same_content(old: &Value, new: &Value) -> bool {
    let plain = |object: &Value| {
        let mut plain = object.clone();
        for entry in plain["metadata"]["managedFields"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            entry["time"] = Value::Null;
        }
        plain
    };
    plain(old) == plain(new)
}

fn differs_in_intent(old: &Value, new: &Value) -> bool {
    let intent = |object: &Value| {
        let mut intent = object.clone();
        if let Some(fields) = intent.as_object_mut() {
            fields.remove("metadata");
            fields.remove("status");
        }
        intent
    };
    intent(old) != intent(new)
}

fn has_generation(context: &Context<'_>) -> bool {
    const COUNTED: [&str; 5] = [
        "apps",
        "batch",
        "networking.k8s.io",
        "policy",
        "apiextensions.k8s.io",
    ];
    context.kind.is_custom()
        || COUNTED.contains(&context.kind.group.as_str())
        || context.kind.kind == "Pod"
}

/// Does somebody still have to do something before the object may go?
pub(crate) fn has_finalizers(kind: &str, object: &Value) -> bool {
    let any = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
    any(&object["metadata"]["finalizers"])
        || kind == "Namespace" && any(&object["spec"]["finalizers"])
}
