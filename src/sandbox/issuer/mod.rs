//! A small sign-in issuer that plays Dex with its local connector: the same paths, forms, redirects and tokens.
//!
//! It reads Password objects and `OAuth2Clients` from the API at each sign-in, and `staticPasswords` from the ConfigMap
//! `dex` when it starts, as Dex 2.45 does. Knows no pages of the dashboard.

mod config;
mod key;
mod pages;
mod token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::api::Api;
use super::api::objects::Collection;
use super::hands::Hands;
use config::Config;
use key::SigningKey;

pub use config::ConfigError;

const NAMESPACE: &str = "auth";
const GROUP: &str = "dex.coreos.com";
/// The kinds of Dex's Kubernetes storage.
const KINDS: [(&str, &str); 10] = [
    ("AuthCode", "authcodes"),
    ("AuthRequest", "authrequests"),
    ("Connector", "connectors"),
    ("DeviceRequest", "devicerequests"),
    ("DeviceToken", "devicetokens"),
    ("OAuth2Client", "oauth2clients"),
    ("OfflineSessions", "offlinesessionses"),
    ("Password", "passwords"),
    ("RefreshToken", "refreshtokens"),
    ("SigningKey", "signingkeies"),
];
/// A sign-in that takes longer begins again.
const REQUEST_LIFE: SignedDuration = SignedDuration::from_hours(24);
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(30);

/// The issuer. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Issuer {
    inner: Arc<Inner>,
}

struct Inner {
    api: Api,
    config: RwLock<Arc<Config>>,
    key: SigningKey,
    /// A sentence on the sign-in page, such as whom one may sign in as.
    hint: String,
    requests: Mutex<HashMap<String, AuthRequest>>,
    codes: Mutex<HashMap<String, Grant>>,
}

/// A sign-in on its way.
#[derive(Debug, Clone)]
struct AuthRequest {
    client_id: String,
    redirect: String,
    state: String,
    nonce: String,
    challenge: String,
    expires: Timestamp,
}

/// What a code stands for.
#[derive(Debug, Clone)]
struct Grant {
    request: AuthRequest,
    person: Person,
}

/// A login that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Person {
    email: String,
    username: String,
    user_id: String,
    hash: String,
}

impl Issuer {
    /// Brings the kinds that Dex keeps its objects in, as Dex does, and reads the configuration.
    ///
    /// # Errors
    /// When the configuration is one that Dex does not start with.
    pub fn start(api: &Api, hint: &str) -> Result<Self, ConfigError> {
        let hands = Hands::new(api, "dex");
        for (kind, plural) in KINDS {
            // What is there already stays.
            if let Err(error) = hands.create(&definition(GROUP, (kind, plural))) {
                tracing::debug!(%error, "sandbox.issuer-kind");
            }
        }
        let config = Config::read(api)?;
        Ok(Self {
            inner: Arc::new(Inner {
                api: api.clone(),
                config: RwLock::new(Arc::new(config)),
                key: SigningKey::named(api.new_token()),
                hint: hint.to_owned(),
                requests: Mutex::default(),
                codes: Mutex::default(),
            }),
        })
    }

    /// As a restart of Dex does it. With a configuration that Dex would not start with, the old one stays.
    ///
    /// # Errors
    /// What Dex would have said in its log.
    pub fn restart(&self) -> Result<(), ConfigError> {
        let config = Config::read(&self.inner.api)?;
        *self
            .inner
            .config
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
        Ok(())
    }

    /// Would it start with what the configuration says now?
    ///
    /// # Errors
    /// What Dex would have said in its log.
    pub fn try_out(&self) -> Result<(), ConfigError> {
        Config::read(&self.inner.api).map(drop)
    }

    /// The paths below `/dex`.
    pub fn router(self) -> Router {
        Router::new()
            .route("/dex/healthz", get(async || "Health check passed"))
            .route("/dex/auth", get(pages::begin))
            .route("/dex/auth/local", get(pages::local))
            .route(
                "/dex/auth/local/login",
                get(pages::login).post(pages::submit),
            )
            .route("/dex/token", post(token::exchange))
            .route("/dex/keys", get(token::keys))
            .route(
                "/dex/.well-known/openid-configuration",
                get(token::discovery),
            )
            .with_state(self)
    }

    fn config(&self) -> Arc<Config> {
        self.inner
            .config
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn now(&self) -> Timestamp {
        self.inner.api.now()
    }

    /// The client with this id, from the objects that Dex keeps.
    fn client(&self, id: &str) -> Option<Arc<Value>> {
        let world = self.inner.api.world();
        let all = world
            .objects
            .all(&Collection::new(GROUP, "oauth2clients"), NAMESPACE);
        all.into_iter().find(|client| client["id"] == id)
    }

    /// Whoever may sign in under this e-mail: a static entry hides an object.
    fn person(&self, email: &str) -> Option<Person> {
        let email = email.to_lowercase();
        let config = self.config();
        if !config.password_db {
            return None;
        }
        if let Some(person) = config.person(&email) {
            return Some(person.clone());
        }
        let world = self.inner.api.world();
        let all = world
            .objects
            .all(&Collection::new(GROUP, "passwords"), NAMESPACE);
        all.iter()
            .find(|password| password["email"] == email.as_str())
            .and_then(|password| config::of_object(password))
    }

    fn remember(&self, id: String, request: AuthRequest) {
        let now = self.now();
        let mut requests = self
            .inner
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        requests.retain(|_, known| known.expires > now);
        requests.insert(id, request);
    }

    fn request(&self, id: &str) -> Option<AuthRequest> {
        let requests = self
            .inner
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        requests
            .get(id)
            .filter(|known| known.expires > self.now())
            .cloned()
    }

    /// A code for somebody who has shown the password; the request is over.
    fn grant(&self, id: &str, mut request: AuthRequest, person: Person) -> String {
        self.inner
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
        let code = self.inner.api.new_token();
        request.expires = self.now() + CODE_LIFE;
        self.inner
            .codes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(code.clone(), Grant { request, person });
        code
    }

    /// A code works once.
    fn take_code(&self, code: &str) -> Option<Grant> {
        let grant = self
            .inner
            .codes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(code)?;
        (grant.request.expires > self.now()).then_some(grant)
    }
}

/// A kind that keeps whatever it is given, as Dex defines its own.
pub(super) fn definition(group: &str, (kind, plural): (&str, &str)) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{plural}.{group}") },
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": { "kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": kind.to_lowercase() },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }],
        },
    })
}
