//! Logins that are disabled and enabled again, and passwords that are set under a condition.
//!
//! A disabled login is a Password object whose `hash` matches nothing and whose real hash waits in an annotation of the
//! same object: both change in one write, and no restart, replica or lost database can part them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::{Acting, Applied, changed};
use crate::cluster::error::Error;
use crate::cluster::kinds::{PASSWORD, SEALED_HASH};
use crate::cluster::objects::{Mode, annotation};
use crate::domain::{DEX_NAMESPACE, Email};

const ON: &str = "enabled";
const OFF: &str = "disabled: the hash waits in an annotation";

impl Acting {
    /// `nothing` is a hash that no password fits. A login that is disabled already stays as it is.
    pub async fn disable_login(
        &self,
        email: &Email,
        nothing: &str,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let found = self.password_object(email).await?;
        if annotation(&found, SEALED_HASH).is_some() {
            return Ok(Applied::default());
        }
        let fields = json!({
            "metadata": { "annotations": { SEALED_HASH: found.data["hash"] } },
            "hash": STANDARD.encode(nothing),
        });
        self.write_login(&found, &fields, mode).await?;
        Ok(Applied {
            before: Some(json!({ "disabled": false })),
            changes: vec![changed(format!("Password {email}"), Some(ON), Some(OFF))],
            ..Applied::default()
        })
    }

    /// A login that is not disabled stays as it is.
    pub async fn enable_login(&self, email: &Email, mode: Mode) -> Result<Applied, Error> {
        let found = self.password_object(email).await?;
        let Some(hash) = annotation(&found, SEALED_HASH) else {
            return Ok(Applied::default());
        };
        let fields = json!({ "metadata": { "annotations": { SEALED_HASH: null } }, "hash": hash });
        self.write_login(&found, &fields, mode).await?;
        Ok(Applied {
            before: Some(json!({ "disabled": true })),
            changes: vec![changed(format!("Password {email}"), Some(OFF), Some(ON))],
            ..Applied::default()
        })
    }

    /// The state of a login in which a password may be set: what has to be the same when it is.
    pub async fn login_as_it_is(&self, email: &Email) -> Result<LoginAsItIs, Error> {
        let found = self.password_object(email).await?;
        refuse_disabled(&found, email)?;
        Ok(LoginAsItIs {
            email: email.clone(),
            found,
        })
    }

    /// A new hash, if nobody wrote to the login since it was looked at.
    pub async fn set_password_of(
        &self,
        login: &LoginAsItIs,
        hash: &str,
        mode: Mode,
    ) -> Result<(), Error> {
        let wanted = STANDARD.encode(hash);
        let fields = json!({ "hash": wanted });
        let written = self.write_login(&login.found, &fields, mode).await?;
        if written.data["hash"] == wanted {
            return Ok(());
        }
        Err(Error::Stale {
            kind: PASSWORD.kind,
            name: login.email.to_string(),
        })
    }

    /// A merge patch with the version that was read.
    async fn write_login(
        &self,
        found: &DynamicObject,
        fields: &Value,
        mode: Mode,
    ) -> Result<DynamicObject, Error> {
        let mut fields = fields.clone();
        fields["metadata"]["resourceVersion"] = json!(found.metadata.resource_version);
        let name = found.metadata.name.as_deref().unwrap_or_default();
        self.within(PASSWORD, DEX_NAMESPACE)
            .merge(name, &fields, mode)
            .await
    }
}

/// A Password object as it was read.
#[derive(Debug, Clone)]
pub struct LoginAsItIs {
    email: Email,
    found: DynamicObject,
}

impl LoginAsItIs {
    /// The bcrypt text that stands in it; for comparison, never shown.
    pub fn hash(&self) -> String {
        let text = self.found.data["hash"].as_str().unwrap_or_default();
        let bytes = STANDARD.decode(text).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// No new password enables what somebody disabled.
pub(super) fn refuse_disabled(found: &DynamicObject, email: &Email) -> Result<(), Error> {
    if annotation(found, SEALED_HASH).is_none() {
        return Ok(());
    }
    Err(Error::Disabled {
        email: email.to_string(),
    })
}
