//! Logins: Password objects of Dex. Fields are at the top of the object; `hash` is base64 of the bcrypt text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::sealing::refuse_disabled;
use super::{Acting, Applied, NewLogin, added, is_of, removed, taken};
use crate::cluster::error::Error;
use crate::cluster::kinds::{OFFLINE_SESSIONS, OPERATION, PASSWORD, REFRESH_TOKEN};
use crate::cluster::objects::{Mode, Objects, Others, without_server_fields};
use crate::domain::{Change, DEX_NAMESPACE, Email, Login, OperationId};

/// Stands for the password in everything that is shown.
const HIDDEN: &str = "(a new password)";
/// A hash that matches nothing, for dry runs.
const PLACEHOLDER: &str = "$2a$12$kubeflowadminkubeflowadmO0kubeflowadminkubeflowadminku";

impl Acting {
    fn passwords(&self) -> Objects<'static> {
        self.within(PASSWORD, DEX_NAMESPACE)
    }

    /// Creates a login. One that this operation created already is brought to the same state again; anybody else's
    /// is left alone.
    pub async fn create_login(
        &self,
        login: &NewLogin,
        operation: OperationId,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let name = Login::object_name(&login.email);
        let found = self.passwords().find(&name).await?;
        if found
            .as_ref()
            .is_some_and(|object| !is_of(object, operation))
        {
            return Err(taken(
                PASSWORD.kind,
                login.email.as_str(),
                "This e-mail has a login already.",
            ));
        }
        let object = json!({
            "apiVersion": PASSWORD.api_version(),
            "kind": PASSWORD.kind,
            "metadata": { "name": name, "namespace": DEX_NAMESPACE, "annotations": { OPERATION: operation.to_string() } },
            "email": login.email.as_str(),
            "username": login.username,
            "userID": login.user_id,
            "hash": STANDARD.encode(login.hash.as_deref().unwrap_or(PLACEHOLDER)),
        });
        self.passwords()
            .apply(&name, &object, Others::Respect, mode)
            .await?;
        let field = |field: &str| format!("Password {}: {field}", login.email);
        Ok(Applied {
            before: None,
            changes: vec![
                added(field("email"), login.email.as_str()),
                added(field("username"), login.username.as_str()),
                added(field("userID"), login.user_id.as_str()),
                added(field("hash"), HIDDEN),
            ],
            ..Applied::default()
        })
    }

    /// A new hash; everything else stays. Only the hash is taken over from whoever wrote it.
    pub async fn set_password(
        &self,
        email: &Email,
        hash: Option<&str>,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let name = Login::object_name(email);
        let found = self.passwords().get(&name).await?;
        refuse_disabled(&found, email)?;
        let hash = STANDARD.encode(hash.unwrap_or(PLACEHOLDER));
        self.write_field(&found, "hash", &Value::String(hash), mode)
            .await?;
        let field = format!("Password {email}: hash");
        Ok(Applied {
            before: Some(json!({ "hash": found.data["hash"] })),
            changes: vec![Change {
                field,
                before: Some("(the old password)".to_owned()),
                after: Some(HIDDEN.to_owned()),
            }],
            ..Applied::default()
        })
    }

    /// Another user ID; everything else stays.
    pub async fn set_user_id(
        &self,
        email: &Email,
        user_id: &str,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let found = self.passwords().get(&Login::object_name(email)).await?;
        let before = found.data["userID"].clone();
        self.write_field(&found, "userID", &json!(user_id), mode)
            .await?;
        Ok(Applied {
            changes: vec![Change {
                field: format!("Password {email}: userID"),
                before: before.as_str().map(str::to_owned),
                after: Some(user_id.to_owned()),
            }],
            before: Some(json!({ "userID": before })),
            ..Applied::default()
        })
    }

    pub(super) async fn password_object(&self, email: &Email) -> Result<DynamicObject, Error> {
        self.passwords().get(&Login::object_name(email)).await
    }

    /// Puts back what [`Self::set_user_id`] found.
    pub async fn restore_user_id(&self, email: &Email, before: &Value) -> Result<(), Error> {
        let found = self.passwords().get(&Login::object_name(email)).await?;
        self.write_field(&found, "userID", &before["userID"], Mode::Apply)
            .await
    }

    /// A merge patch with the version that was read: the one field, whoever wrote it before, and nobody else's write
    /// in between is lost.
    async fn write_field(
        &self,
        found: &DynamicObject,
        field: &str,
        value: &Value,
        mode: Mode,
    ) -> Result<(), Error> {
        let name = found.metadata.name.as_deref().unwrap_or_default();
        let patch = json!({ "metadata": { "resourceVersion": found.metadata.resource_version }, field: value });
        self.passwords().merge(name, &patch, mode).await.map(drop)
    }

    /// Puts back what [`Self::set_password`] or [`Self::delete_login`] found.
    pub async fn restore_login(&self, email: &Email, before: &Value) -> Result<(), Error> {
        let name = Login::object_name(email);
        match self.passwords().find(&name).await? {
            Some(found) => {
                refuse_disabled(&found, email)?;
                self.write_field(&found, "hash", &before["hash"], Mode::Apply)
                    .await
            }
            None if before.get("kind").is_some() => self
                .passwords()
                .create(before.clone(), Mode::Apply)
                .await
                .map(drop),
            None => Err(Error::NotFound {
                kind: PASSWORD.kind,
                name: email.to_string(),
            }),
        }
    }

    /// Deletes a login; absent is as good as deleted.
    pub async fn delete_login(&self, email: &Email, mode: Mode) -> Result<Applied, Error> {
        let Some(found) = self.passwords().find(&Login::object_name(email)).await? else {
            return Ok(Applied::default());
        };
        self.passwords().delete(&found, mode).await?;
        Ok(Applied {
            before: Some(without_server_fields(&found)),
            changes: vec![removed(
                format!("Password {email}"),
                found.data["username"].as_str().unwrap_or_default(),
            )],
            ..Applied::default()
        })
    }

    /// Takes back a login that this operation created, and no other.
    pub async fn undo_create_login(
        &self,
        email: &Email,
        operation: OperationId,
    ) -> Result<(), Error> {
        let found = self.passwords().find(&Login::object_name(email)).await?;
        match found.filter(|object| is_of(object, operation)) {
            Some(found) => self.passwords().delete(&found, Mode::Apply).await,
            None => Ok(()),
        }
    }

    /// Refresh tokens first, then the offline session: Dex dereferences nothing the other way round. Tokens are found
    /// by the session and by their claims. Gives how many there were.
    pub async fn end_dex_sessions(&self, email: &Email, user_id: &str) -> Result<usize, Error> {
        let tokens = self.within(REFRESH_TOKEN, DEX_NAMESPACE);
        let sessions = self.within(OFFLINE_SESSIONS, DEX_NAMESPACE);
        let mut ended = 0;
        for token in tokens.list().await? {
            let claims = &token.data["claims"];
            let theirs = claims["email"]
                .as_str()
                .is_some_and(|claim| claim.eq_ignore_ascii_case(email.as_str()))
                || !user_id.is_empty() && claims["userID"] == user_id;
            if theirs {
                tokens.delete(&token, Mode::Apply).await?;
                ended += 1;
            }
        }
        for session in sessions.list().await? {
            if !user_id.is_empty()
                && session.data["userID"] == user_id
                && session.data["connID"] == "local"
            {
                sessions.delete(&session, Mode::Apply).await?;
            }
        }
        Ok(ended)
    }
}
