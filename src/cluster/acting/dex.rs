//! The configuration of Dex: static logins edited in the text, put back, and copied to Password objects.
//!
//! An installation keeps the text in a ConfigMap or in a Secret, and a hash perhaps in the environment of the pod;
//! Deployment `dex` says which. Every write names the version that was read, so that nobody's edit in between is lost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::api::DynamicObject;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Acting, Applied, NewLogin};
use crate::cluster::dex_config::{self, HashPlace, Performed, Refusal};
use crate::cluster::dex_place::{ConfigPlace, EnvironmentPlace};
use crate::cluster::error::Error;
use crate::cluster::kinds::{DEPLOYMENT, DEX_NAME, Kind, SECRET};
use crate::cluster::objects::{Mode, Objects};
use crate::domain::{Change, DEX_NAMESPACE, Email, OperationId, StaticEdit};

/// A hash that matches nothing, for dry runs.
const PLACEHOLDER: &str = "$2a$12$kubeflowadminkubeflowadmO0kubeflowadminkubeflowadminku";

/// A write that is ready: what was there before, and one patch for each object.
pub struct DexWrite {
    /// For undo; to be stored before the write. Never shown.
    pub before: Value,
    changes: Vec<Change>,
    patches: Vec<Patch>,
}

struct Patch {
    kind: Kind,
    name: String,
    fields: Value,
}

/// Was there anything to put back?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutBack {
    Written,
    NothingToDo,
}

/// The text of the configuration with the object that holds it.
struct Held {
    place: ConfigPlace,
    object: DynamicObject,
    text: String,
}

impl Acting {
    /// What the edits would write now. `earlier` is what a former attempt of the same step stored: as long as nobody
    /// else wrote since, it stays what undo goes back to.
    pub async fn prepare_dex(
        &self,
        edits: &[StaticEdit],
        earlier: Option<&Value>,
    ) -> Result<DexWrite, Error> {
        let deployment = self.deployments().get(DEX_NAME).await?;
        let held = self.held(&deployment).await?;
        let base = earlier
            .filter(|earlier| is_ours(earlier, &held.text))
            .and_then(|earlier| earlier["config"].as_str())
            .unwrap_or(&held.text);
        let done =
            dex_config::perform(base, edits, PLACEHOLDER).map_err(|why| held.refused(&why))?;
        if let Some(why) = dex_config::fatal(&done.config) {
            return Err(held.refused_because(why));
        }
        let mut write = DexWrite {
            before: json!({ "config": base, "wrote": wrote(earlier) }),
            changes: named(&held, &done),
            patches: Vec::new(),
        };
        if done.config != held.text {
            remember(&mut write.before, &done.config);
            write.patches.push(held.patch(&done.config));
        }
        for (variable, hash) in &done.environment {
            let place = EnvironmentPlace::of(&deployment, variable)?;
            self.prepare_variable(&mut write, earlier, (variable, hash), &place)
                .await?;
        }
        Ok(write)
    }

    async fn prepare_variable(
        &self,
        write: &mut DexWrite,
        earlier: Option<&Value>,
        (variable, hash): (&str, &str),
        place: &EnvironmentPlace,
    ) -> Result<(), Error> {
        let secret = self.secrets().get(&place.secret).await?;
        let current = &secret.data["data"][&place.key];
        let encoded = STANDARD.encode(hash);
        let known = earlier
            .map(|earlier| &earlier["environment"][variable]["value"])
            .filter(|_| {
                let text = current.as_str().unwrap_or_default();
                earlier.is_some_and(|earlier| is_written(earlier, text))
            });
        write.before["environment"][variable] = json!({
            "secret": place.secret, "key": place.key, "value": known.unwrap_or(current),
        });
        remember(&mut write.before, &encoded);
        write.patches.push(Patch {
            kind: SECRET,
            name: place.secret.clone(),
            fields: json!({
                "metadata": { "resourceVersion": secret.metadata.resource_version },
                "data": { &place.key: encoded },
            }),
        });
        Ok(())
    }

    pub async fn write_dex(&self, write: &DexWrite, mode: Mode) -> Result<Applied, Error> {
        for patch in &write.patches {
            let objects = self.within(patch.kind, DEX_NAMESPACE);
            objects.merge(&patch.name, &patch.fields, mode).await?;
        }
        if mode == Mode::Apply {
            self.cluster.inner.secrets_changed.notify_one();
        }
        Ok(Applied {
            before: Some(write.before.clone()),
            changes: write.changes.clone(),
            ..Applied::default()
        })
    }

    /// Puts back what was there before the edits. A text that somebody else changed since keeps their change: only
    /// the entries that were edited are put back in it.
    pub async fn put_back_dex(
        &self,
        before: &Value,
        edits: &[StaticEdit],
    ) -> Result<PutBack, Error> {
        let deployment = self.deployments().get(DEX_NAME).await?;
        let held = self.held(&deployment).await?;
        let old = before["config"].as_str().unwrap_or_default();
        let mut patches = Vec::new();
        if held.text != old {
            let text = if is_written(before, &held.text) {
                old.to_owned()
            } else {
                dex_config::take_back(old, &held.text, edits).map_err(|why| held.refused(&why))?
            };
            if text != held.text {
                patches.push(held.patch(&text));
            }
        }
        let variables = before["environment"].as_object().into_iter().flatten();
        for (variable, old) in variables {
            patches.extend(self.variable_back(before, variable, old).await?);
        }
        for patch in &patches {
            let objects = self.within(patch.kind, DEX_NAMESPACE);
            objects
                .merge(&patch.name, &patch.fields, Mode::Apply)
                .await?;
        }
        self.cluster.inner.secrets_changed.notify_one();
        Ok(if patches.is_empty() {
            PutBack::NothingToDo
        } else {
            PutBack::Written
        })
    }

    async fn variable_back(
        &self,
        before: &Value,
        variable: &str,
        old: &Value,
    ) -> Result<Option<Patch>, Error> {
        let text = |name: &str| old[name].as_str().unwrap_or_default().to_owned();
        let (name, key) = (text("secret"), text("key"));
        let secret = self.secrets().get(&name).await?;
        let current = &secret.data["data"][&key];
        if *current == old["value"] {
            return Ok(None);
        }
        if !is_written(before, current.as_str().unwrap_or_default()) {
            return Err(Error::Refused {
                what: format!("Secret {name}"),
                why: format!("somebody else changed {variable} since"),
            });
        }
        let version = &secret.metadata.resource_version;
        let fields =
            json!({ "metadata": { "resourceVersion": version }, "data": { key: old["value"] } });
        Ok(Some(Patch {
            kind: SECRET,
            name,
            fields,
        }))
    }

    /// A Password object with everything that the static entry says: same e-mail, same user ID, same hash.
    pub async fn copy_login(
        &self,
        email: &Email,
        operation: OperationId,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let deployment = self.deployments().get(DEX_NAME).await?;
        let held = self.held(&deployment).await?;
        let login =
            dex_config::find(&held.text, email.as_str()).map_err(|why| held.refused(&why))?;
        if login.email != email.as_str() {
            return Err(held.refused(&Refusal::UpperCase));
        }
        let hash = self.hash_of(&deployment, &login.hash).await?;
        if !hash.starts_with("$2") {
            return Err(held.refused(&Refusal::NoHash));
        }
        let login = NewLogin {
            email: email.clone(),
            username: login.username,
            user_id: login.user_id,
            hash: Some(hash),
        };
        let mut applied = self.create_login(&login, operation, mode).await?;
        for change in &mut applied.changes {
            if change.field.ends_with(": hash") {
                change.after = Some("(the same password)".to_owned());
            }
        }
        Ok(applied)
    }

    /// Says the Password object of this e-mail what the static entry said in the text from before?
    pub async fn is_same_login(&self, email: &Email, before: &Value) -> Result<bool, Error> {
        let deployment = self.deployments().get(DEX_NAME).await?;
        let text = before["config"].as_str().unwrap_or_default();
        let login = dex_config::find(text, email.as_str()).map_err(|why| Error::Refused {
            what: "The configuration from before".to_owned(),
            why: why.to_string(),
        })?;
        let hash = self.hash_of(&deployment, &login.hash).await?;
        let now = self.password_object(email).await?;
        let text = |field: &str| now.data[field].as_str().unwrap_or_default();
        Ok(text("userID") == login.user_id && decoded(text("hash")) == Some(hash))
    }

    /// The bcrypt text, wherever the entry has it from. Dex also takes the base64 of one.
    async fn hash_of(
        &self,
        deployment: &DynamicObject,
        place: &HashPlace,
    ) -> Result<String, Error> {
        let hash = match place {
            HashPlace::Inline(hash) => hash.clone(),
            HashPlace::Environment(variable) => {
                let place = EnvironmentPlace::of(deployment, variable)?;
                let secret = self.secrets().get(&place.secret).await?;
                let value = secret.data["data"][&place.key].as_str().unwrap_or_default();
                decoded(value).unwrap_or_default()
            }
            HashPlace::Nowhere => String::new(),
        };
        let hash = if hash.starts_with('$') {
            hash
        } else {
            decoded(&hash).unwrap_or_default()
        };
        Ok(hash.trim_end().to_owned())
    }

    async fn held(&self, deployment: &DynamicObject) -> Result<Held, Error> {
        let place = ConfigPlace::of(deployment)?;
        let objects = self.within(place.kind, DEX_NAMESPACE);
        let object = objects.get(&place.name).await?;
        match place.text(&object) {
            Some(text) => Ok(Held {
                place,
                object,
                text,
            }),
            None => Err(Error::Refused {
                what: place.to_string(),
                why: format!("it has no key {}", place.key),
            }),
        }
    }

    /// A restart leaves nothing that Git would put back, so it is not noted as a change of what is kept there.
    pub(super) fn deployments(&self) -> Objects<'static> {
        Objects::within(&self.client, DEPLOYMENT, DEX_NAMESPACE)
    }

    fn secrets(&self) -> Objects<'static> {
        self.within(SECRET, DEX_NAMESPACE)
    }
}

impl Held {
    fn refused(&self, why: &Refusal) -> Error {
        self.refused_because(why.to_string())
    }

    fn refused_because(&self, why: String) -> Error {
        Error::Refused {
            what: self.place.to_string(),
            why,
        }
    }

    fn patch(&self, text: &str) -> Patch {
        let value = self.place.value(text);
        Patch {
            kind: self.place.kind,
            name: self.place.name.clone(),
            fields: json!({
                "metadata": { "resourceVersion": self.object.metadata.resource_version },
                "data": { &self.place.key: value },
            }),
        }
    }
}

fn named(held: &Held, done: &Performed) -> Vec<Change> {
    let changes = done.changes.iter().cloned();
    changes
        .map(|change| Change {
            field: format!("{}: {}", held.place, change.field),
            ..change
        })
        .collect()
}

fn decoded(base64: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(base64.trim()).ok()?).ok()
}

pub(super) fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text.as_bytes()))
}

/// Digests of everything that the step has written or was about to write.
fn wrote(earlier: Option<&Value>) -> Vec<Value> {
    let list = earlier.and_then(|earlier| earlier["wrote"].as_array());
    list.cloned().unwrap_or_default()
}

fn remember(before: &mut Value, text: &str) {
    if !is_written(before, text)
        && let Some(list) = before["wrote"].as_array_mut()
    {
        list.push(Value::String(digest(text)));
    }
}

fn is_written(before: &Value, text: &str) -> bool {
    let digest = digest(text);
    let list = before["wrote"].as_array().into_iter().flatten();
    list.into_iter().any(|one| *one == digest.as_str())
}

/// Is this the text that was found, or one that we wrote ourselves?
fn is_ours(earlier: &Value, text: &str) -> bool {
    earlier["config"] == text || is_written(earlier, text)
}
