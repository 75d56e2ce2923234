//! One-time sign-in links. A spent link is a deleted one.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::row::{json, millis, text, time, to_json};
use super::{Error, Store};
use crate::domain::{SignInLink, TokenHash, UserName};

impl Store {
    pub async fn link_insert(&self, link: &SignInLink) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/links_insert.sql"))
            .bind(link.token.as_str().to_owned())
            .bind(to_json(&link.actor)?)
            .bind(link.made_by.as_str().to_owned())
            .bind(millis(link.created_at))
            .bind(millis(link.expires_at));
        self.change(statement).await.map(drop)
    }

    /// An unspent and unexpired link. Spends nothing: a preview that follows the link finds it too (SEC-42).
    pub async fn link_find(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SignInLink>, Error> {
        self.link_by(sqlx::query(include_str!("sql/links_find.sql")), token, now)
            .await
    }

    /// Of all who try, exactly one gets it.
    pub async fn link_spend(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SignInLink>, Error> {
        self.link_by(sqlx::query(include_str!("sql/links_spend.sql")), token, now)
            .await
    }

    async fn link_by(
        &self,
        statement: super::Statement,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SignInLink>, Error> {
        let statement = statement.bind(token.as_str().to_owned()).bind(millis(now));
        self.row(statement).await?.as_ref().map(link).transpose()
    }

    pub async fn links_delete_expired(&self, now: Timestamp) -> Result<u64, Error> {
        let statement = sqlx::query(include_str!("sql/links_delete_expired.sql")).bind(millis(now));
        self.change(statement).await
    }
}

fn link(row: &AnyRow) -> Result<SignInLink, Error> {
    Ok(SignInLink {
        token: TokenHash::from_hex(text(row, "token")?),
        actor: json(row, "actor")?,
        made_by: UserName::from_cluster(text(row, "made_by")?),
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}
