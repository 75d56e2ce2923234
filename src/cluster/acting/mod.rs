//! Writes, as one person: impersonated, by server-side apply, tried by dry run first, idempotent.
//!
//! Each function answers what it would change or has changed, and what was there before. Values of secrets are never
//! in an answer that is shown.

mod administrators;
mod anything;
mod claims;
mod contributors;
mod dates;
mod defaults;
mod dex;
mod export;
mod freeze;
mod inventory;
mod logins;
mod offers;
mod ownership;
mod pairs;
mod plugins;
mod probes;
mod profiles;
mod quotas;
mod repairs;
mod restart;
mod sealing;
mod yaml;

pub use anything::{Owners, Refusal, Resource, Scope, Served, Target};
pub use dex::{DexWrite, PutBack};
pub use export::Logins;
pub use probes::Bound;
pub use restart::Direction;
pub use sealing::LoginAsItIs;
pub(super) use yaml::{OPEN_FIELDS, WITHHELD};
pub use yaml::{ObjectName, Place, Shown};

use std::sync::Arc;

use kube::Client;
use kube::api::DynamicObject;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::Cluster;
use super::error::Error;
use super::kinds::{Kind, OPERATION};
use super::objects::{Objects, annotation};
use super::witness::Witness;
pub use defaults::DefaultsFound;
pub use inventory::{Amount, InventoryLine};
pub use offers::Offer;
pub use pairs::PairPlace;

use crate::domain::{
    Change, Conflict, Email, Gateway, GitObject, OperationId, ProfileName, Quota, ResourceName,
    UserName,
};

/// Somebody's hands, for one plan or one run. Cheap to clone; all clones remember the same.
#[derive(Clone)]
pub struct Acting {
    client: Client,
    cluster: Cluster,
    witness: Witness,
    /// What the installation is configured with, once it was read.
    gateway: Arc<OnceCell<Option<Gateway>>>,
}

/// What a write did, or would do.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// What was there before, for undo; `None` when nothing was. Never shown.
    pub before: Option<Value>,
    /// Field by field, redacted.
    pub changes: Vec<Change>,
    /// Fields of other managers that have to be taken over.
    pub conflicts: Vec<Conflict>,
    /// What no field shows, in sentences.
    pub notes: Vec<String>,
    /// Objects that are kept in Git or a chart; filled in by the planner.
    pub git: Vec<GitObject>,
}

/// A login to be. `hash` is the bcrypt text; a dry run goes without.
#[derive(Debug, Clone)]
pub struct NewLogin {
    pub email: Email,
    pub username: String,
    pub user_id: String,
    pub hash: Option<String>,
}

/// A profile to be.
#[derive(Debug, Clone, Copy)]
pub struct NewProfile<'a> {
    pub name: &'a ProfileName,
    pub owner: &'a UserName,
    pub quota: &'a Quota,
}

/// A quota as it shall be.
#[derive(Debug, Clone, Copy)]
pub struct QuotaChange<'a> {
    pub name: &'a ProfileName,
    pub quota: &'a Quota,
    /// Lines that shall go.
    pub remove: &'a [ResourceName],
    /// Conflicts that the person decided to take over.
    pub accepted: &'a [Conflict],
}

impl Acting {
    pub(super) fn new(client: Client, cluster: Cluster) -> Self {
        Self {
            client,
            cluster,
            witness: Witness::default(),
            gateway: Arc::default(),
        }
    }

    /// What the dry runs since the last time would change of objects that are kept in Git.
    pub fn seen_in_git(&self) -> Vec<GitObject> {
        self.witness.take()
    }

    fn within<'n>(&self, kind: Kind, namespace: &'n str) -> Objects<'n> {
        Objects::within(&self.client, kind, namespace).seen_by(&self.witness)
    }

    fn cluster_wide(&self, kind: Kind) -> Objects<'static> {
        Objects::cluster_wide(&self.client, kind).seen_by(&self.witness)
    }

    /// What a policy in this profile has to say: asked of the cluster once, however many policies are written.
    async fn gateway(&self, profile: &ProfileName) -> Gateway {
        let read = || self.cluster.configured_gateway();
        let configured = self.gateway.get_or_try_init(read).await;
        self.cluster.gateway_of(configured.cloned(), profile)
    }
}

/// Was this object created by this very operation?
fn is_of(object: &DynamicObject, operation: OperationId) -> bool {
    annotation(object, OPERATION).is_some_and(|found| found == operation.to_string())
}

fn added(field: impl Into<String>, after: impl Into<String>) -> Change {
    Change {
        field: field.into(),
        before: None,
        after: Some(after.into()),
    }
}

fn removed(field: impl Into<String>, before: impl Into<String>) -> Change {
    Change {
        field: field.into(),
        before: Some(before.into()),
        after: None,
    }
}

fn changed(field: impl Into<String>, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        field: field.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}

fn taken(kind: &'static str, name: &str, note: &str) -> Error {
    Error::AlreadyExists {
        kind,
        name: name.to_owned(),
        note: note.to_owned(),
    }
}
