//! `kubeflow-admin sign-in-link`: for whoever can already run a program next to the database.

use anyhow::Context as _;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;

use super::say;
use crate::clock::{self, Clock};
use crate::config::Link;
use crate::domain::{Actor, SignInLink, UserName};
use crate::store::Store;
use crate::web::paths;

/// A link is good for this long (SEC-42).
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

pub async fn run(options: &Link) -> anyhow::Result<()> {
    let store = Store::open(&options.store.database)
        .await
        .context("cannot open the database of the dashboard")?;
    let url = make(&store, &options.url, Actor::break_glass()).await?;
    say("Open this address within ten minutes. It signs in once, as kubeflow-admin:break-glass:");
    say("");
    say(&format!("  {url}"));
    Ok(())
}

/// Stores a new link's hash and returns its address. Opening it spends nothing; the page asks to confirm first.
pub async fn make(store: &Store, base: &str, actor: Actor) -> anyhow::Result<String> {
    let token = clock::new_token();
    let now = Clock.now();
    let link = SignInLink {
        token: clock::hash_token(token.expose_secret()),
        actor,
        made_by: UserName::from_cluster("command line"),
        created_at: now,
        expires_at: now + LIFETIME,
    };
    store
        .link_insert(&link)
        .await
        .context("cannot store the link")?;
    Ok(format!(
        "{}{}?token={}",
        base.trim_end_matches('/'),
        paths::LINK,
        token.expose_secret()
    ))
}
