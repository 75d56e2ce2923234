//! What the Dex configuration says: issuer, password database, static users. Pure.
//!
//! Reads as Dex reads (field names in any case, the last of two equal keys wins) and keeps no hash: of each only its
//! cost and whether it is the one that Kubeflow ships.

mod edit;
mod layout;
#[cfg(test)]
mod property;
mod statics;
mod verify;

pub(crate) use layout::Refusal;
pub(crate) use statics::{HashPlace, Performed, find, perform, take_back};

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::api::DynamicObject;
use serde_json::{Map, Value};

use super::watch::{Kept, WatchState};
use crate::domain::{Login, LoginSource, UserName};

/// Hash of `12341234` in every Kubeflow from 1.6 to 26.03.
const SHIPPED_HASH: &str = "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72";

/// Part of every sentence about something that Dex does not survive.
const WILL_NOT_START: &str = "Dex will not start with it";

/// Does Dex look at Password objects at all?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PasswordDb {
    On,
    /// `enablePasswordDB: false`: Password objects are ignored.
    Off,
    /// The configuration cannot be read.
    #[default]
    Unknown,
}

/// The Dex configuration as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DexConfig {
    pub issuer: Option<String>,
    pub password_db: PasswordDb,
    /// Ids of clients written into the configuration; such a one hides an `OAuth2Client` object of the same id.
    pub static_clients: Vec<String>,
    /// Where people come from whom Dex does not keep itself.
    pub connectors: Vec<Connector>,
    /// What will make Dex refuse to start, or surprise, in sentences.
    pub problems: Vec<String>,
    /// How current this is.
    pub state: WatchState,
}

/// LDAP, GitHub, another OpenID provider …; its secrets are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    pub kind: String,
    pub name: String,
}

/// What is known of a bcrypt hash once the hash itself is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HashFacts {
    pub(crate) cost: Option<u32>,
    pub(crate) shipped: bool,
}

impl HashFacts {
    /// Of the bcrypt text, or of its base64 as Dex also accepts it.
    pub(crate) fn of(hash: &str) -> Self {
        let decoded;
        let text = if hash.starts_with('$') {
            hash
        } else {
            let bytes = STANDARD.decode(hash.trim()).unwrap_or_default();
            decoded = String::from_utf8(bytes).unwrap_or_default();
            &decoded
        };
        Self {
            cost: cost(text),
            shipped: text.trim_end() == SHIPPED_HASH,
        }
    }
}

fn cost(bcrypt: &str) -> Option<u32> {
    let mut parts = bcrypt.split('$').skip(1);
    let version = parts.next()?;
    version.starts_with('2').then_some(())?;
    parts.next()?.parse().ok()
}

/// Where a static user's hash comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum HashSource {
    Inline(HashFacts),
    /// Name of an environment variable of the Dex pod; a key of Secret `dex-passwords`.
    Env(String),
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct StaticUser {
    email: String,
    username: String,
    user_id: String,
    hash: HashSource,
}

/// Kept of the ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct DexFile {
    issuer: Option<String>,
    password_db: PasswordDb,
    static_clients: Vec<String>,
    connectors: Vec<Connector>,
    users: Vec<StaticUser>,
    problems: Vec<String>,
}

impl Kept for DexFile {
    fn from_resource(object: &DynamicObject) -> Option<Self> {
        Some(match object.data["data"]["config.yaml"].as_str() {
            Some(text) => parse(text),
            None => Self::unreadable("ConfigMap dex has no key config.yaml."),
        })
    }
}

impl DexFile {
    pub(crate) fn of(text: &str) -> Self {
        parse(text)
    }

    pub(crate) fn unreadable(problem: &str) -> Self {
        Self {
            problems: vec![problem.to_owned()],
            ..Self::default()
        }
    }

    /// For a cluster without the ConfigMap.
    pub(crate) fn absent() -> Self {
        Self::unreadable("There is no ConfigMap dex: Dex is not installed, or not by Kubeflow.")
    }

    pub(crate) fn config(&self, state: WatchState) -> DexConfig {
        DexConfig {
            issuer: self.issuer.clone(),
            password_db: self.password_db,
            static_clients: self.static_clients.clone(),
            connectors: self.connectors.clone(),
            problems: self.problems.clone(),
            state,
        }
    }

    /// The static users as logins; `secret` is what is known of the keys of Secret `dex-passwords`.
    pub(crate) fn logins<'a>(
        &'a self,
        secret: &'a BTreeMap<String, HashFacts>,
    ) -> impl Iterator<Item = Login> + 'a {
        self.users.iter().map(move |user| {
            let hash = match &user.hash {
                HashSource::Inline(facts) => *facts,
                HashSource::Env(name) => secret.get(name).copied().unwrap_or_default(),
                HashSource::None => HashFacts::default(),
            };
            Login {
                email: UserName::from_cluster(&user.email),
                username: user.username.clone(),
                user_id: user.user_id.clone(),
                source: LoginSource::Static,
                cost: hash.cost,
                default_password: hash.shipped,
                disabled: false,
            }
        })
    }
}

fn parse(text: &str) -> DexFile {
    let Some(root) = read(text) else {
        return DexFile::unreadable(
            "config.yaml of ConfigMap dex is no valid YAML; Dex will not start with it.",
        );
    };
    let issuer = field(&root, "issuer").and_then(Value::as_str);
    let mut problems = Vec::new();
    if issuer.is_none() {
        problems
            .push("The Dex configuration names no issuer; Dex will not start with it.".to_owned());
    }
    let password_db = match field(&root, "enablePasswordDB") {
        Some(Value::Bool(true)) => PasswordDb::On,
        _ => PasswordDb::Off,
    };
    let users: Vec<_> = entries(&root, "staticPasswords").map(user).collect();
    if password_db == PasswordDb::Off {
        problems.push(
            "enablePasswordDB is off: Dex ignores every login that is kept in the cluster."
                .to_owned(),
        );
    }
    problems.extend(entries(&root, "staticPasswords").filter_map(problem));
    DexFile {
        issuer: issuer.map(str::to_owned),
        password_db,
        static_clients: entries(&root, "staticClients")
            .filter_map(|client| Some(field(client, "id")?.as_str()?.to_owned()))
            .collect(),
        connectors: entries(&root, "connectors").map(connector).collect(),
        users,
        problems,
    }
}

/// Why Dex would not start with this text, as far as that can be told without trying.
pub(crate) fn fatal(text: &str) -> Option<String> {
    let problems = parse(text).problems.into_iter();
    problems
        .filter(|problem| problem.contains(WILL_NOT_START))
        .map(|problem| problem.trim_end_matches('.').to_owned())
        .next()
}

/// The values, as Dex reads them; nothing when they cannot be read. The parser's message is dropped: it may quote the
/// text, and with it a hash or a client secret.
fn read(text: &str) -> Option<Map<String, Value>> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
    };
    match serde_saphyr::from_str_with_options(text, options) {
        Ok(Value::Object(root)) => Some(root),
        Ok(_) | Err(_) => None,
    }
}

/// A field as Go finds it: by its exact name, else in any case.
fn field<'v>(map: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    map.get(name).or_else(|| {
        let mut others = map.iter();
        others.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    })
}

fn entries<'v>(
    root: &'v Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'v Map<String, Value>> {
    let list = field(root, name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

fn connector(entry: &Map<String, Value>) -> Connector {
    let text = |name: &str| {
        field(entry, name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let kind = text("type").unwrap_or_default();
    Connector {
        name: text("name")
            .or_else(|| text("id"))
            .unwrap_or_else(|| kind.clone()),
        kind,
    }
}

fn user(entry: &Map<String, Value>) -> StaticUser {
    let text = |name: &str| match field(entry, name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let hash = match (text("hash"), text("hashFromEnv")) {
        (hash, _) if !hash.is_empty() => HashSource::Inline(HashFacts::of(&hash)),
        (_, name) if !name.is_empty() => HashSource::Env(name),
        _ => HashSource::None,
    };
    StaticUser {
        email: text("email"),
        username: text("username"),
        user_id: text("userID"),
        hash,
    }
}

/// Dex's own reader of these entries takes text only; a number or a truth value keeps it from starting.
fn problem(entry: &Map<String, Value>) -> Option<String> {
    let email = field(entry, "email")
        .and_then(Value::as_str)
        .unwrap_or("(no e-mail)");
    let wrong = ["email", "username", "userID", "hash"]
        .into_iter()
        .find(|name| matches!(field(entry, name), Some(Value::Number(_) | Value::Bool(_))));
    if let Some(name) = wrong {
        return Some(format!(
            "Static user {email}: {name} must be in quotation marks; Dex will not start with it."
        ));
    }
    matches!(user(entry).hash, HashSource::None)
        .then(|| format!("Static user {email} has no password hash; Dex will not start with it."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72";

    /// As Kubeflow 1.6 ships it: hash inline, with comments.
    fn inline() -> DexFile {
        parse(&format!(
            "issuer: http://dex.auth.svc.cluster.local:5556/dex\nenablePasswordDB: true\nstaticPasswords:\n- email: user@example.com\n  \
             hash: {SHIPPED}\n  # https://github.com/dexidp/dex/pull/1601\n  username: user\n  userID: \"15841185641784\"\nstaticClients:\n- idEnv: OIDC_CLIENT_ID\n- id: other\n"
        ))
    }

    #[test]
    fn an_inline_hash_is_judged_and_forgotten() {
        let file = inline();
        let logins: Vec<Login> = file.logins(&BTreeMap::new()).collect();
        assert_eq!(logins.len(), 1);
        assert_eq!(
            (logins[0].cost, logins[0].default_password),
            (Some(12), true)
        );
        assert_eq!(logins[0].user_id, "15841185641784");
        assert_eq!(
            file.issuer.as_deref(),
            Some("http://dex.auth.svc.cluster.local:5556/dex")
        );
        assert_eq!(file.static_clients, ["other"]);
        assert!(file.problems.is_empty(), "{:?}", file.problems);
        assert!(!format!("{file:?}").contains("$2y$"), "the hash is kept");
    }

    #[test]
    fn a_hash_from_the_environment_is_judged_by_the_secret() {
        let file = parse(
            "issuer: x\nenablePasswordDB: true\nstaticPasswords:\n- {email: a@b.c, hashFromEnv: P, username: a, userID: '1'}\n",
        );
        let known = BTreeMap::from([("P".to_owned(), HashFacts::of(SHIPPED))]);
        assert!(file.logins(&known).all(|login| login.default_password));
        assert!(
            file.logins(&BTreeMap::new())
                .all(|login| !login.default_password && login.cost.is_none())
        );
    }

    #[test]
    fn what_keeps_dex_from_starting_is_said() {
        assert!(parse("staticPasswords: [").problems[0].contains("no valid YAML"));
        let file = parse(
            "enablePasswordDB: true\nstaticPasswords:\n- {email: a@b.c, hash: x, userID: 15841185641784}\n",
        );
        assert!(file.problems.iter().any(|p| p.contains("no issuer")));
        assert!(
            file.problems
                .iter()
                .any(|p| p.contains("userID must be in quotation marks"))
        );
    }
}
