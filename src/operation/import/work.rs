//! What is done with one row, and how it is taken back. Knows nothing of other rows.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::clock;
use crate::cluster::{self, Acting, Mode, NewLogin, NewProfile};
use crate::domain::{ImportPart, ImportRow, OperationId, PlainPassword, Share, UserName};
use crate::operation::engine::Engine;
use crate::operation::hashing::{COST, hashed};
use crate::operation::run::PATIENCE;
use crate::store::Saved;

/// Which way a row is gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Forward,
    Back,
}

/// A row as it is now, and why it went no further.
pub(super) type RowEnd = (ImportRow, Result<(), String>);

/// Somebody's hands for one step of one operation.
pub(super) struct Worker {
    pub(super) engine: Engine,
    pub(super) acting: Acting,
    pub(super) id: OperationId,
    pub(super) part: ImportPart,
    pub(super) way: Way,
    /// Hashing is work for a core; more at once than there are cores would only wait.
    pub(super) cores: Semaphore,
}

impl Worker {
    pub(super) fn go(self: Arc<Self>, mut row: ImportRow) -> BoxFuture<'static, RowEnd> {
        Box::pin(async move {
            let end = match self.way {
                Way::Forward => self.forward(&mut row).await,
                Way::Back => self.back(&row).await,
            };
            (row, end)
        })
    }

    async fn forward(&self, row: &mut ImportRow) -> Result<(), String> {
        match &self.part {
            ImportPart::Logins { .. } => self.create_login(row).await,
            ImportPart::Profiles { quota, .. } => {
                let Some(name) = &row.profile else {
                    return Ok(());
                };
                let owner = &UserName::from(&row.email);
                let new = NewProfile { name, owner, quota };
                patiently(|| self.acting.create_profile(&new, self.id, Mode::Apply))
                    .await
                    .map(drop)
            }
            ImportPart::Shares { shares } => {
                for share in shares {
                    self.let_in(row, share).await?;
                }
                Ok(())
            }
            ImportPart::Ready | ImportPart::Prove => Ok(()),
        }
    }

    /// The API server answers an apply with the object as it stored it, which is the proof that it is there.
    async fn create_login(&self, row: &mut ImportRow) -> Result<(), String> {
        let password = PlainPassword::generated(&mut clock::random_u32);
        let login = NewLogin {
            email: row.email.clone(),
            username: row.username.clone(),
            user_id: row.user_id.clone(),
            hash: Some(self.hash(&password).await?),
        };
        patiently(|| self.acting.create_login(&login, self.id, Mode::Apply)).await?;
        let now = self.engine.clock.now();
        self.engine.sheets.keep(self.id, row.number, password, now);
        (*self.engine.owner).clone_into(&mut row.holder);
        Ok(())
    }

    async fn hash(&self, password: &PlainPassword) -> Result<String, String> {
        const WHY: &str = "The password could not be hashed.";
        let _core = self.cores.acquire().await.map_err(|_| WHY)?;
        hashed(password, COST).await.ok_or_else(|| WHY.to_owned())
    }

    /// Whether the person was in there before is stored before anything is written, so that undo takes back no more
    /// than was done.
    async fn let_in(&self, row: &mut ImportRow, share: &Share) -> Result<(), String> {
        let user = UserName::from(&row.email);
        let add = |mode| {
            self.acting
                .add_contributor(&share.profile, &user, share.role, mode)
        };
        let trial = patiently(|| add(Mode::DryRun)).await?;
        if trial.before.is_none() && !row.joined.contains(share) {
            row.joined.push(share.clone());
            let store = &self.engine.parts.store;
            match store.import_save(&self.id, row, &self.engine.owner).await {
                Ok(Saved::Yes) => {}
                Ok(Saved::LeaseLost) => return Err("Another program works on it.".to_owned()),
                Err(error) => return Err(error.to_string()),
            }
        }
        patiently(|| add(Mode::Apply)).await.map(drop)
    }

    async fn back(&self, row: &ImportRow) -> Result<(), String> {
        match &self.part {
            ImportPart::Logins { .. } => {
                patiently(|| self.acting.undo_create_login(&row.email, self.id)).await
            }
            ImportPart::Profiles { .. } => {
                let Some(name) = &row.profile else {
                    return Ok(());
                };
                patiently(|| self.acting.undo_create_profile(name, self.id)).await
            }
            ImportPart::Shares { .. } => {
                let user = UserName::from(&row.email);
                for Share { profile, role } in &row.joined {
                    patiently(|| {
                        self.acting
                            .remove_contributor(profile, &user, *role, Mode::Apply)
                    })
                    .await?;
                }
                Ok(())
            }
            ImportPart::Ready | ImportPart::Prove => Ok(()),
        }
    }
}

/// Again and again while the trouble is of the kind that passes.
async fn patiently<T, F>(work: impl Fn() -> F) -> Result<T, String>
where
    F: Future<Output = Result<T, cluster::Error>>,
{
    let began = tokio::time::Instant::now();
    let mut pause = Duration::from_millis(250);
    loop {
        match work().await {
            Err(error) if error.may_pass() && began.elapsed() < PATIENCE => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
            end => return end.map_err(|error| error.to_string()),
        }
    }
}
