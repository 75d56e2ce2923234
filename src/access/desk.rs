//! The sign-in desk: from “who are you?” to a session, by Dex or by a one-time link.

mod changing;
mod own_password;

use std::sync::{Arc, PoisonError, RwLock};

use futures::future::BoxFuture;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};

use super::sign_ins::{self, SignIns};
use crate::clock::{self, Clock};
use crate::cluster::{ClientRegistration, Cluster};
use crate::domain::{
    Actor, Email, GroupName, Outcome, PlainPassword, Session, SessionId, SignInLink, UserName,
};
use crate::identity::{self, Dex, Provider};
use crate::operation::{self, Prover};
use crate::store::{self, PendingSignIn, Store};

/// Our client at Dex. Its redirect is relative, so it holds for every host and port.
const CLIENT: ClientRegistration = ClientRegistration {
    id: "kubeflow-admin",
    name: "kubeflow-admin",
    redirect: "/kubeflow-admin/callback",
};
/// A sign-in that takes longer than this begins again.
const PENDING: SignedDuration = SignedDuration::from_mins(15);

#[derive(Debug, Clone)]
pub struct DeskSettings {
    /// Where Dex is reached, without `/dex`.
    pub upstream: String,
    /// Length of a session.
    pub lifetime: SignedDuration,
    /// Groups of ID tokens that are passed on by impersonation; all others are dropped.
    pub groups: Vec<GroupName>,
}

/// Why there is no session. Sentences for the person; details go to the log.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error(
        "This sign-in took too long, was used already, or began in another browser. Nothing happened; begin again."
    )]
    Expired,
    #[error("Dex vouched for you in a way that this dashboard does not accept. {0}")]
    Rejected(String),
    #[error("This link was used already or has expired. Make a new one.")]
    LinkSpent,
    #[error("Dex cannot be used right now: {0}")]
    Unavailable(String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A sign-in that has begun: where to send the browser, and the secret that binds it to that browser.
pub struct Begun {
    pub url: String,
    pub browser: SecretString,
}

/// A new session, with the only copy of its token.
pub struct NewSession {
    pub token: SecretString,
    pub session: Session,
    pub next: String,
}

/// Where a browser is, for its line in the list of sessions.
#[derive(Debug, Clone)]
pub struct Place {
    pub address: String,
    pub agent: String,
}

pub use changing::ChangeError;
pub(super) use own_password::lock_of;
pub use own_password::{Chosen, LinkError};

pub struct Desk {
    cluster: Cluster,
    store: Store,
    settings: DeskSettings,
    dex: Dex,
    clock: Clock,
    provider: RwLock<Option<Arc<Provider>>>,
    sign_ins: SignIns,
}

impl Desk {
    pub fn new(cluster: Cluster, store: Store, settings: DeskSettings) -> Self {
        let dex = Dex::new(&settings.upstream);
        Self {
            cluster,
            store,
            settings,
            dex,
            clock: Clock,
            provider: RwLock::new(None),
            sign_ins: SignIns::default(),
        }
    }

    /// Passes one request on to Dex, for browsers that reach us directly.
    pub async fn forward(
        &self,
        request: http::Request<bytes::Bytes>,
        own_cookies: &[&str],
    ) -> Result<http::Response<bytes::Bytes>, identity::ForwardError> {
        let issuer = self.cluster.dex().issuer.unwrap_or_default();
        self.dex.forward(request, own_cookies, &issuer).await
    }

    /// How sign-ins ended so far.
    pub fn sign_ins(&self) -> &SignIns {
        &self.sign_ins
    }

    pub fn lifetime(&self) -> SignedDuration {
        self.settings.lifetime
    }

    pub fn is_registered(&self) -> bool {
        self.provider
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    /// Was the configuration of Dex read?
    pub fn knows_dex(&self) -> bool {
        self.cluster.dex().issuer.is_some()
    }

    /// Registers our client if it is missing, and learns its secret. No restart of Dex is needed.
    pub async fn ensure_registered(&self) -> Result<Arc<Provider>, DeskError> {
        let issuer = self.cluster.dex().issuer.ok_or_else(|| {
            DeskError::Unavailable(
                "its configuration (ConfigMap dex in namespace auth) names no issuer.".to_owned(),
            )
        })?;
        let secret = self
            .cluster
            .register_oauth_client(&CLIENT, clock::new_token())
            .await
            .map_err(|error| {
                DeskError::Unavailable(format!("our client could not be registered. {error}"))
            })?;
        let provider = Arc::new(Provider {
            issuer,
            client_id: CLIENT.id.to_owned(),
            client_secret: secret,
            redirect: CLIENT.redirect.to_owned(),
        });
        *self
            .provider
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(provider.clone());
        Ok(provider)
    }

    async fn provider(&self) -> Result<Arc<Provider>, DeskError> {
        let known = self
            .provider
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match known {
            Some(provider) => Ok(provider),
            None => self.ensure_registered().await,
        }
    }

    /// Remembers a sign-in on its way and says where the browser goes.
    pub async fn begin(&self, next: &str) -> Result<Begun, DeskError> {
        let provider = self.provider().await?;
        self.dex
            .alive()
            .await
            .map_err(|error| DeskError::Unavailable(error.to_string()))?;
        let sign_in = identity::begin(&provider)
            .map_err(|error| DeskError::Unavailable(error.to_string()))?;
        let browser = clock::new_token();
        self.store
            .pending_insert(&PendingSignIn {
                state: clock::hash_token(sign_in.state.expose_secret()),
                browser: clock::hash_token(browser.expose_secret()),
                nonce: sign_in.nonce,
                verifier: sign_in.verifier.expose_secret().to_owned(),
                next: next.to_owned(),
                expires_at: self.clock.now() + PENDING,
            })
            .await?;
        Ok(Begun {
            url: sign_in.url,
            browser,
        })
    }

    /// What Dex sent the browser back with becomes a session, once, in the browser that began it (SEC-12).
    pub async fn finish(
        &self,
        state: &str,
        code: &str,
        browser: &str,
        place: Place,
    ) -> Result<NewSession, DeskError> {
        let session = self.finish_at_dex(state, code, browser, place).await;
        sign_ins::counted(&self.sign_ins, "dex", session)
    }

    async fn finish_at_dex(
        &self,
        state: &str,
        code: &str,
        browser: &str,
        place: Place,
    ) -> Result<NewSession, DeskError> {
        let now = self.clock.now();
        let pending = self
            .store
            .pending_take(&clock::hash_token(state), now)
            .await?
            .ok_or(DeskError::Expired)?;
        if clock::hash_token(browser) != pending.browser {
            return Err(DeskError::Expired);
        }
        let provider = self.provider().await?;
        let claims = self
            .dex
            .finish(
                &provider,
                code,
                &identity::Pending {
                    nonce: &pending.nonce,
                    verifier: &pending.verifier,
                },
                now,
            )
            .await
            .map_err(|error| self.rejected(&error))?;
        let known = |group: &GroupName| {
            claims
                .groups
                .iter()
                .any(|claimed| claimed == group.as_str())
        };
        let groups = self
            .settings
            .groups
            .iter()
            .filter(|group| known(group))
            .cloned()
            .collect();
        self.open(Actor::person(claims.email, groups), place, pending.next)
            .await
    }

    /// Spends a one-time link. A link that was looked at is not spent (SEC-42).
    pub async fn spend_link(&self, token: &str, place: Place) -> Result<NewSession, DeskError> {
        let session = self.spend(token, place).await;
        sign_ins::counted(&self.sign_ins, "link", session)
    }

    async fn spend(&self, token: &str, place: Place) -> Result<NewSession, DeskError> {
        let link: SignInLink = self
            .store
            .link_spend(&clock::hash_token(token), self.clock.now())
            .await?
            .ok_or(DeskError::LinkSpent)?;
        self.open(link.actor, place, String::from("/kubeflow-admin/"))
            .await
    }

    /// Is there such a link, unspent? For the page that asks to confirm.
    pub async fn link_is_good(&self, token: &str) -> Result<bool, DeskError> {
        Ok(self
            .store
            .link_find(&clock::hash_token(token), self.clock.now())
            .await?
            .is_some())
    }

    /// Always a new session with a new token: nothing from before the sign-in lives on (SEC-09).
    async fn open(
        &self,
        actor: Actor,
        place: Place,
        next: String,
    ) -> Result<NewSession, DeskError> {
        let now = self.clock.now();
        let token = clock::new_token();
        let session = Session {
            id: SessionId::new(uuid::Uuid::now_v7().to_string()),
            token: clock::hash_token(token.expose_secret()),
            actor,
            created_at: now,
            authenticated_at: now,
            last_seen_at: now,
            expires_at: now + self.settings.lifetime,
            address: place.address,
            user_agent: place.agent,
        };
        self.store.session_insert(&session).await?;
        self.note(&session.actor.user, Outcome::Done, "signed in")
            .await?;
        Ok(NewSession {
            token,
            session,
            next,
        })
    }

    /// A line for a sign-in that failed; the name is what the caller claimed and is cut short (SEC-33).
    pub async fn note_failure(&self, who: &str, why: &str) -> Result<(), store::Error> {
        let who: String = who.chars().filter(|c| !c.is_control()).take(150).collect();
        self.note(&UserName::from_cluster(who), Outcome::Refused, why)
            .await
    }

    async fn note(&self, who: &UserName, outcome: Outcome, note: &str) -> Result<(), store::Error> {
        self.record(who, "session.opened", (outcome, note)).await
    }

    /// A line about what somebody did with what is theirs.
    async fn record(
        &self,
        who: &UserName,
        action: &str,
        end: (Outcome, &str),
    ) -> Result<(), store::Error> {
        let event = operation::line(self.clock.now(), who, (action, who.as_str()), end);
        operation::record(&self.store, &event).await
    }

    /// A client that Dex does not know any more (somebody deleted the object) is registered anew next time.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    fn rejected(&self, error: &identity::Error) -> DeskError {
        tracing::warn!(%error, "sign-in.rejected");
        if matches!(error, identity::Error::ClientUnknown) {
            *self
                .provider
                .write()
                .unwrap_or_else(PoisonError::into_inner) = None;
        }
        match error {
            identity::Error::Unreachable(_) => DeskError::Unavailable(error.to_string()),
            _ => DeskError::Rejected(error.to_string()),
        }
    }
}

impl Prover for Desk {
    fn prove<'a>(
        &'a self,
        email: &'a Email,
        password: &'a PlainPassword,
    ) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(async move {
            let provider = self.provider().await.map_err(|error| error.to_string())?;
            let now = self.clock.now();
            self.dex
                .prove_sign_in(&provider, email, password, now)
                .await
                .map(|claims| claims.subject)
                .map_err(|error| error.to_string())
        })
    }
}
