//! The configuration of Dex, as far as a sign-in depends on it, read at start.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::{NAMESPACE, Person};
use crate::sandbox::api::Api;
use crate::sandbox::api::objects::Collection;

/// Why Dex would not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("error parse config file: {0}")]
    Unreadable(String),
    #[error("invalid config: {0}")]
    Invalid(&'static str),
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    pub(super) issuer: String,
    pub(super) password_db: bool,
    people: Vec<Person>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct File {
    issuer: String,
    #[serde(rename = "enablePasswordDB")]
    enable_password_db: bool,
    static_passwords: Option<Vec<Entry>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    email: String,
    username: String,
    #[serde(rename = "userID")]
    user_id: String,
    hash: String,
    hash_from_env: String,
}

impl Config {
    pub(super) fn read(api: &Api) -> Result<Self, ConfigError> {
        let world = api.world();
        let map = world
            .objects
            .get(&Collection::new("", "configmaps"), NAMESPACE, "dex");
        let text = map
            .as_ref()
            .and_then(|map| map["data"]["config.yaml"].as_str())
            .unwrap_or_default();
        let environment: Vec<(String, String)> = ["dex-passwords", "dex-oidc-client"]
            .iter()
            .filter_map(|name| {
                world
                    .objects
                    .get(&Collection::new("", "secrets"), NAMESPACE, name)
            })
            .flat_map(|secret| values(&secret))
            .collect();
        Self::of_text(text, &environment)
    }

    fn of_text(text: &str, environment: &[(String, String)]) -> Result<Self, ConfigError> {
        let file: File = serde_saphyr::from_str(text)
            .map_err(|error| ConfigError::Unreadable(error.to_string()))?;
        if file.issuer.is_empty() {
            return Err(ConfigError::Invalid("no issuer specified in config file"));
        }
        let mut people = Vec::new();
        for entry in file.static_passwords.unwrap_or_default() {
            let from_environment = environment
                .iter()
                .find(|(key, _)| *key == entry.hash_from_env)
                .map(|(_, value)| value.clone());
            let hash = if entry.hash.is_empty() {
                from_environment.unwrap_or_default()
            } else {
                entry.hash
            };
            if hash.is_empty() {
                return Err(ConfigError::Invalid("no password hash provided"));
            }
            if !looks_like_bcrypt(&hash) {
                return Err(ConfigError::Invalid("malformed bcrypt hash"));
            }
            people.push(Person {
                email: entry.email,
                username: entry.username,
                user_id: entry.user_id,
                hash,
            });
        }
        if !people.is_empty() && !file.enable_password_db {
            return Err(ConfigError::Invalid(
                "cannot specify static passwords without enabling password db",
            ));
        }
        Ok(Self {
            issuer: file.issuer,
            password_db: file.enable_password_db,
            people,
        })
    }

    /// The static entry of an e-mail, in whatever case; of two the last one counts.
    pub(super) fn person(&self, email: &str) -> Option<&Person> {
        self.people
            .iter()
            .rev()
            .find(|person| person.email.to_lowercase() == email)
    }
}

/// At least 59 bytes, `$`, a major version of at most 2.
fn looks_like_bcrypt(hash: &str) -> bool {
    let bytes = hash.as_bytes();
    bytes.len() >= 59 && bytes[0] == b'$' && bytes[1] <= b'2'
}

fn values(secret: &Value) -> Vec<(String, String)> {
    let data = secret["data"].as_object().into_iter().flatten();
    data.filter_map(|(key, value)| {
        let bytes = STANDARD.decode(value.as_str()?).ok()?;
        Some((key.clone(), String::from_utf8(bytes).ok()?))
    })
    .collect()
}

/// The login that a Password object is; its hash is base64 of the bcrypt text.
pub(super) fn of_object(password: &Value) -> Option<Person> {
    let text = |key: &str| password[key].as_str().unwrap_or_default().to_owned();
    let hash = STANDARD.decode(password["hash"].as_str()?).ok()?;
    Some(Person {
        email: text("email"),
        username: text("username"),
        user_id: text("userID"),
        hash: String::from_utf8(hash).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72";

    #[test]
    fn static_entries_are_found_whatever_the_case_and_take_their_hash_from_a_secret() {
        let text = "issuer: i\nenablePasswordDB: true\nstaticPasswords:\n- email: User@Example.com\n  hashFromEnv: X\n  username: user\n  userID: \"1\"\n";
        let config = Config::of_text(text, &[("X".into(), HASH.into())]).unwrap();
        assert_eq!(config.person("user@example.com").unwrap().hash, HASH);
        assert_eq!(
            Config::of_text(text, &[]).unwrap_err(),
            ConfigError::Invalid("no password hash provided")
        );
    }

    #[test]
    fn what_dex_does_not_start_with_is_refused() {
        for (text, why) in [
            (
                "enablePasswordDB: true",
                "no issuer specified in config file",
            ),
            (
                "issuer: i\nstaticPasswords: [{email: a, hash: x}]",
                "malformed bcrypt hash",
            ),
        ] {
            assert_eq!(
                Config::of_text(text, &[]).unwrap_err(),
                ConfigError::Invalid(why)
            );
        }
        assert!(matches!(
            Config::of_text("issuer: [", &[]),
            Err(ConfigError::Unreadable(_))
        ));
    }
}
