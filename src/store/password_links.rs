//! Links by which people set the password of their own login. One per e-mail: a new one takes the place of the one before.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::row::{json, millis, text, time, to_json};
use super::{Error, Store};
use crate::domain::{PasswordLink, TokenHash};

impl Store {
    pub async fn password_link_replace(&self, link: &PasswordLink) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/password_links_replace.sql"))
            .bind(link.email.as_str().to_owned())
            .bind(link.token.as_str().to_owned())
            .bind(link.lock.as_str().to_owned())
            .bind(to_json(&link.maker)?)
            .bind(millis(link.created_at))
            .bind(millis(link.expires_at));
        self.change(statement).await.map(drop)
    }

    /// A link that was not used and has not expired. Looking spends nothing (SEC-42).
    pub async fn password_link_find(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<PasswordLink>, Error> {
        let statement = sqlx::query(include_str!("sql/password_links_find.sql"))
            .bind(token.as_str().to_owned())
            .bind(millis(now));
        self.row(statement).await?.as_ref().map(link).transpose()
    }

    pub async fn password_link_delete(&self, token: &TokenHash) -> Result<u64, Error> {
        let statement = sqlx::query(include_str!("sql/password_links_delete.sql"))
            .bind(token.as_str().to_owned());
        self.change(statement).await
    }

    pub async fn password_links_delete_expired(&self, now: Timestamp) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/password_links_delete_expired.sql")).bind(millis(now));
        self.change(statement).await
    }
}

fn link(row: &AnyRow) -> Result<PasswordLink, Error> {
    let email = text(row, "email")?.parse();
    Ok(PasswordLink {
        email: email.map_err(|_| Error::Corrupt("column email holds no e-mail".to_owned()))?,
        token: TokenHash::from_hex(text(row, "token")?),
        lock: TokenHash::from_hex(text(row, "lock_hash")?),
        maker: json(row, "maker")?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}
