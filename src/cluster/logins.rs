//! Password objects of Dex as logins: the conversion, and what is read of the Secret behind `hashFromEnv`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::api::DynamicObject;

use super::dex_config::HashFacts;
use super::facts::text;
use super::kinds::SEALED_HASH;
use super::objects::annotation;
use super::watch::Kept;
use crate::domain::{Login, LoginSource, UserName};

impl Kept for Login {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        let fields = &object.data;
        let hash = HashFacts::of(fields["hash"].as_str().unwrap_or_default());
        Some(Self {
            email: UserName::from_cluster(fields["email"].as_str()?),
            username: text(&fields["username"]),
            user_id: text(&fields["userID"]),
            source: LoginSource::PasswordObject,
            cost: hash.cost,
            default_password: hash.shipped,
            disabled: annotation(object, SEALED_HASH).is_some(),
        })
    }
}

/// What is known of each key of Secret `dex-passwords`; the values are forgotten.
pub(crate) fn secret_hashes(secret: &DynamicObject) -> BTreeMap<String, HashFacts> {
    let keys = secret.data["data"].as_object().into_iter().flatten();
    keys.filter_map(|(key, value)| {
        let bytes = STANDARD.decode(value.as_str()?).ok()?;
        let hash = String::from_utf8(bytes).ok()?;
        Some((key.clone(), HashFacts::of(&hash)))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn password(hash: &str) -> Option<Login> {
        let object = serde_json::from_value(json!({
            "apiVersion": "dex.coreos.com/v1", "kind": "Password", "metadata": {"name": "x", "namespace": "auth"},
            "email": "ana@example.com", "username": "ana", "userID": "1", "hash": hash
        }));
        Login::from_resource(&object.unwrap())
    }

    #[test]
    fn a_password_object_is_a_login_without_its_hash() {
        let shipped =
            "JDJ5JDEyJDRLL1ZrbURkMXExT3JiM3hBdDgyenU4Z2s3QWQ2UmVGUjRMQ1A5VWVZRTkwTkxpTjlEZjcy";
        assert_eq!(
            password(shipped),
            Some(Login {
                email: UserName::from_cluster("ana@example.com"),
                username: "ana".to_owned(),
                user_id: "1".to_owned(),
                source: LoginSource::PasswordObject,
                cost: Some(12),
                default_password: true,
                disabled: false,
            })
        );
        let garbage = password("!").unwrap();
        assert_eq!((garbage.cost, garbage.default_password), (None, false));
    }

    #[test]
    fn a_login_whose_hash_waits_is_disabled() {
        let object = json!({"apiVersion": "dex.coreos.com/v1", "kind": "Password", "email": "ana@example.com",
            "metadata": {"name": "x", "annotations": {SEALED_HASH: "JDJh"}}});
        let login = Login::from_resource(&serde_json::from_value(object).unwrap());
        assert!(login.unwrap().disabled);
    }

    #[test]
    fn an_odd_object_hides_nobody_else() {
        let object = json!({"apiVersion": "dex.coreos.com/v1", "kind": "Password", "metadata": {"name": "x"}, "email": 7});
        assert_eq!(
            Login::from_resource(&serde_json::from_value(object).unwrap()),
            None
        );
    }
}
