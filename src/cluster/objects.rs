//! Requests about objects of one kind in one place, with one vocabulary of errors.
//!
//! Owns field manager, dry run, preconditions and paging, so that no caller can forget one.

use kube::Client;
use kube::api::{
    Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, Preconditions,
};
use serde_json::Value;

use super::error::{Attempt, Error};
use super::kinds::{FIELD_MANAGER, Kind};
use super::witness::{Tried, Witness};

/// Try it on the API server without keeping it, or do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    DryRun,
    Apply,
}

/// What happens to fields that other managers own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    Respect,
    TakeOver,
}

pub(crate) struct Objects<'a> {
    kind: Kind,
    namespace: Option<&'a str>,
    api: Api<DynamicObject>,
    witness: Option<Witness>,
}

impl<'a> Objects<'a> {
    pub(crate) fn cluster_wide(client: &Client, kind: Kind) -> Self {
        Self {
            kind,
            namespace: None,
            api: kind.everywhere(client),
            witness: None,
        }
    }

    pub(crate) fn within(client: &Client, kind: Kind, namespace: &'a str) -> Self {
        Self {
            kind,
            namespace: Some(namespace),
            api: kind.within(client, namespace),
            witness: None,
        }
    }

    /// Notes every object that a dry run would change and that is kept in Git.
    pub(crate) fn seen_by(self, witness: &Witness) -> Self {
        Self {
            witness: Some(witness.clone()),
            ..self
        }
    }

    fn tell(&self, object: &DynamicObject, tried: Tried<'_>, mode: Mode) {
        if let Some(witness) = self.witness.as_ref().filter(|_| mode == Mode::DryRun) {
            witness.see(self.kind, object, tried);
        }
    }

    fn attempt<'n>(&'n self, verb: &'static str, name: &'n str) -> Attempt<'n> {
        Attempt {
            verb,
            kind: self.kind,
            namespace: self.namespace,
            name,
        }
    }

    pub(crate) async fn get(&self, name: &str) -> Result<DynamicObject, Error> {
        let found = self.api.get(name).await;
        found.map_err(|error| Error::of(&self.attempt("get", name), error))
    }

    /// `None` only when the API server says that there is no such object.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<DynamicObject>, Error> {
        match self.get(name).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All of them, in pages, so that no answer is huge.
    pub(crate) async fn list(&self) -> Result<Vec<DynamicObject>, Error> {
        let mut all = Vec::new();
        self.each(&ListParams::default().limit(500), |object| all.push(object))
            .await?;
        Ok(all)
    }

    /// Hands over one object after the other; only one page of them is in memory.
    pub(crate) async fn each(
        &self,
        wanted: &ListParams,
        mut take: impl FnMut(DynamicObject),
    ) -> Result<(), Error> {
        let mut params = wanted.clone();
        loop {
            let page = self.api.list(&params).await;
            let page = page.map_err(|error| Error::of(&self.attempt("list", ""), error))?;
            page.items.into_iter().for_each(&mut take);
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(&token),
                None => return Ok(()),
            }
        }
    }

    pub(crate) async fn create(&self, object: Value, mode: Mode) -> Result<DynamicObject, Error> {
        let object = typed(object)?;
        let name = object.metadata.name.clone().unwrap_or_default();
        let params = PostParams {
            dry_run: mode == Mode::DryRun,
            field_manager: Some(FIELD_MANAGER.to_owned()),
        };
        let created = self.api.create(&params, &object).await;
        created.map_err(|error| Error::of(&self.attempt("create", &name), error))
    }

    /// Server-side apply of exactly the given fields. The configuration should hold the live object's `uid`:
    /// without it, applying to an object that has just been deleted would create half a new one.
    pub(crate) async fn apply(
        &self,
        name: &str,
        fields: &Value,
        others: Others,
        mode: Mode,
    ) -> Result<DynamicObject, Error> {
        let params = PatchParams {
            dry_run: mode == Mode::DryRun,
            force: others == Others::TakeOver,
            field_manager: Some(FIELD_MANAGER.to_owned()),
            field_validation: None,
        };
        let patched = self.api.patch(name, &params, &Patch::Apply(fields)).await;
        let patched = patched.map_err(|error| Error::of(&self.attempt("patch", name), error))?;
        self.tell(&patched, Tried::Fields(fields), mode);
        Ok(patched)
    }

    /// JSON merge patch: `null` removes a key, whoever owns it. Put `metadata.resourceVersion` into it.
    pub(crate) async fn merge(
        &self,
        name: &str,
        fields: &Value,
        mode: Mode,
    ) -> Result<DynamicObject, Error> {
        let params = PatchParams {
            dry_run: mode == Mode::DryRun,
            force: false,
            field_manager: Some(FIELD_MANAGER.to_owned()),
            field_validation: None,
        };
        let patched = self.api.patch(name, &params, &Patch::Merge(fields)).await;
        let patched = patched.map_err(|error| Error::of(&self.attempt("patch", name), error))?;
        self.tell(&patched, Tried::Fields(fields), mode);
        Ok(patched)
    }

    /// Deletes this very object, not a later one of the same name. Absent is as good as deleted.
    pub(crate) async fn delete(&self, found: &DynamicObject, mode: Mode) -> Result<(), Error> {
        let exactly = Preconditions {
            uid: found.metadata.uid.clone(),
            resource_version: None,
        };
        self.delete_exactly(found, exactly, mode).await
    }

    /// The same, and only as long as nobody has changed it since it was looked at.
    pub(crate) async fn delete_unchanged(
        &self,
        found: &DynamicObject,
        mode: Mode,
    ) -> Result<(), Error> {
        let exactly = Preconditions {
            uid: found.metadata.uid.clone(),
            resource_version: found.metadata.resource_version.clone(),
        };
        self.delete_exactly(found, exactly, mode).await
    }

    async fn delete_exactly(
        &self,
        found: &DynamicObject,
        exactly: Preconditions,
        mode: Mode,
    ) -> Result<(), Error> {
        let name = found.metadata.name.as_deref().unwrap_or_default();
        let params = DeleteParams {
            dry_run: mode == Mode::DryRun,
            preconditions: Some(exactly),
            ..DeleteParams::default()
        };
        match self.api.delete(name, &params).await {
            Ok(_) => {
                self.tell(found, Tried::Deletion, mode);
                Ok(())
            }
            Err(error) => match Error::of(&self.attempt("delete", name), error) {
                error if error.is_absent() => Ok(()),
                error => Err(error),
            },
        }
    }
}

fn typed(object: Value) -> Result<DynamicObject, Error> {
    serde_json::from_value(object).map_err(|_| Error::Other {
        status: 0,
        message: "this program made an object that is none; please report it".to_owned(),
    })
}

/// The object as it can be created again: without what only the API server writes.
pub(crate) fn without_server_fields(object: &DynamicObject) -> Value {
    let mut value = serde_json::to_value(object).unwrap_or_default();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in [
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "managedFields",
            "selfLink",
        ] {
            metadata.remove(field);
        }
    }
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    value
}

/// Value of an annotation, if there is one.
pub(crate) fn annotation<'o>(object: &'o DynamicObject, key: &str) -> Option<&'o str> {
    let annotations = object.metadata.annotations.as_ref()?;
    annotations.get(key).map(String::as_str)
}
